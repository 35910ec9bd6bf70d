import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceSpec } from '#verifier';
import { type Changes, createChanges } from './changes/index.ts';
import type { Config } from './config.ts';
import { type KeyStore, openKeys, openSeal, type Seal } from './crypto/index.ts';
import { createDiscovery, type Discovery, type SourceType, secretFingerprint } from './discovery/index.ts';
import { createEvidence, type Evidence } from './evidence/index.ts';
import {
  type Authority,
  type Clients,
  createAuthority,
  createClients,
  createIssuance,
  createTokens,
  type Issuance,
  sealedSecrets,
  type Tokens,
} from './issuance/index.ts';
import { type Clock, steadyClock } from './kernel/index.ts';
import {
  createExporter,
  createMonitoring,
  createNotifier,
  type Exporter,
  type Monitoring,
  type Notifier,
} from './monitoring/index.ts';
import {
  checkSealGiven,
  eraOf,
  type NewOrigin,
  openLogKey,
  readKnown,
  restoreFrom,
  standingKey,
  startAnew,
} from './recovery/index.ts';
import { createRegistry, type Registry } from './registry/index.ts';
import { createRevocation, type Revocation } from './revocation/index.ts';
import { createRotation, type Rotation } from './rotation/index.ts';
import {
  createJobs,
  type Database,
  type Jobs,
  type Log,
  type LogSigner,
  lockDataFolder,
  openDatabase,
  openLog,
} from './store/index.ts';
import {
  createWitnesses,
  largestKnown,
  readWitnesses,
  type Witness,
  type Witnesses,
} from './witness/index.ts';

/** Every room, put together over one database. */
export interface House {
  readonly config: Config;
  readonly clock: Clock;
  readonly database: Database;
  readonly keys: KeyStore;
  readonly seal: Seal;
  readonly log: Log;
  readonly jobs: Jobs;
  readonly authority: Authority;
  readonly changes: Changes;
  readonly issuance: Issuance;
  readonly clients: Clients;
  readonly tokens: Tokens;
  readonly revocation: Revocation;
  readonly registry: Registry;
  readonly discovery: Discovery;
  readonly rotation: Rotation;
  readonly evidence: Evidence;
  readonly monitoring: Monitoring;
  readonly exporter: Exporter;
  readonly notifier: Notifier;
  readonly witnesses: Witnesses;
  /** Aborted by `stopStreams` and once the house closes: whatever streams then ends. */
  readonly closing: AbortSignal;
  stopStreams(): void;
  close(): Promise<void>;
}

export interface HouseOptions {
  clock?: Clock;
  /** Tests hand in a database in memory; the house closes it all the same. */
  database?: Database;
  /** Kinds of sources besides those in the folder: tests bring their own. */
  sourceTypes?: readonly SourceType[];
  /** Told of what has no caller to be told to. */
  onFault?(error: unknown): void;
  /** A backup that the empty database is filled from first. */
  restore?: string | undefined;
  /** The tail is lost for good: the log goes on under this name, and everything before is refused. */
  newOrigin?: NewOrigin | undefined;
}

const ORIGIN_RANDOM_BYTES = 4;

/**
 * Opens storage, keys and log, and puts every room over them. What was opened is closed again where a later step fails.
 * @throws MunimentError `data_in_use`, `data_damaged`, `data_unwritable`, `storage_unavailable`, `seal_key_wrong`,
 *   `log_ahead_of_database`, `known_checkpoint_missing`; with `restore` `restore_not_empty`, `backup_damaged`, `backup_version`
 */
export async function openHouse(config: Config, options: HouseOptions = {}): Promise<House> {
  const { clock = steadyClock(), onFault = () => undefined } = options;
  const database = options.database ?? (await openStorage(config));
  try {
    return await furnish(config, { ...options, config, clock, onFault, database });
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** INVARIANT: one server to a data folder, wherever the database is: the folder's tiles and socket have one writer. */
async function openStorage({ databaseUrl, data }: Config): Promise<Database> {
  if (databaseUrl === undefined) return openDatabase({ folder: data });
  const release = lockDataFolder(data);
  try {
    const database = await openDatabase({ url: databaseUrl });
    return { ...database, close: () => database.close().finally(release) };
  } catch (error) {
    release();
    throw error;
  }
}

type Needs = HouseOptions &
  Required<Pick<HouseOptions, 'clock' | 'onFault' | 'database'>> & { config: Config };

async function furnish(config: Config, needs: Needs): Promise<House> {
  const { clock, onFault, database, restore } = needs;
  if (restore !== undefined) checkSealGiven(config.sealKey, config.data);
  const seal = openSeal(config.sealKey, config.data);
  if (restore !== undefined) await restoreFrom(restore, database, seal);
  const keys = openKeys({ secrets: sealedSecrets(database), seal });
  const named = readWitnesses(config.witnesses ?? []);
  const { signer, log } = await openLedger(keys, needs, named);
  const witnesses = createWitnesses({ database, log, clock, witnesses: named });
  const authority = await createAuthority({
    ...(await eraOf(log, keys)),
    clock,
    trustDomain: config.trustDomain,
    ...(config.pkiUrl === undefined ? {} : { crlBaseUrl: config.pkiUrl }),
    ...(config.issuerUrl === undefined ? {} : { issuerUrl: config.issuerUrl }),
  });
  const sweepKey = await keys.secret('discovery');
  const closing = new AbortController();
  const jobs = createJobs({ database, clock, onFault });
  const revocation = createRevocation({ database, log, authority, clock });
  const discovery = createDiscovery({
    ...{ database, log, clock, seal },
    fingerprintKey: sweepKey,
    builtIn: { host: hostSource(config) },
    types: needs.sourceTypes ?? [],
  });
  return {
    config,
    clock,
    database,
    keys,
    seal,
    log,
    jobs,
    authority,
    registry: createRegistry({ database, log, clock }),
    changes: createChanges({ log, trustDomain: config.trustDomain }),
    evidence: createEvidence({
      ...{ database, log, signer, clock },
      sealing: seal.worth,
      cosigned: (last) => witnesses.cosigned(last),
    }),
    issuance: createIssuance({ database, log, authority, clock }),
    clients: createClients({ database, log, authority, clock }),
    tokens: createTokens({ log }),
    revocation,
    monitoring: createMonitoring({
      database,
      log,
      clock,
      death: revocation.death,
      sources: config.eventSources ?? [],
    }),
    exporter: createExporter({ database, log, clock }),
    notifier: createNotifier({ database, log, clock }),
    witnesses,
    discovery,
    rotation: createRotation({
      ...{ log, database, seal, clock, onFault },
      fingerprintKey: await keys.secret('rotation'),
      sweptFingerprint: (secret) => secretFingerprint(sweepKey, secret),
    }),
    closing: closing.signal,
    stopStreams: () => closing.abort(),
    async close() {
      closing.abort();
      await discovery.close();
      await jobs.close();
      await log.close();
      await database.close();
    },
  };
}

const DAY_SECONDS = 86_400;

/** This very host, swept each day unless the settings say otherwise. */
const hostSource = ({ sweep, sweepRoots }: Config): SourceSpec => ({
  ...{ type: 'host', settings: { sweepRoots }, secrets: {} },
  everySeconds: sweep ? DAY_SECONDS : null,
});

/** Keys and log; where the tail was lost and a new name is given, it goes on under that from here. */
async function openLedger(
  keys: KeyStore,
  { config, database, clock, onFault, newOrigin }: Needs,
  witnesses: Witness[],
): Promise<{ log: Log; signer: LogSigner }> {
  const named = () =>
    config.origin ?? `${config.trustDomain}/log-${randomBytes(ORIGIN_RANDOM_BYTES).toString('hex')}`;
  const folder = join(config.data, 'log');
  const known = config.knownCheckpoint === undefined ? [] : [await readKnown(config.knownCheckpoint)];
  let signer = await openLogKey(keys, await standingKey(database), named);
  if (newOrigin !== undefined) {
    const published = join(folder, 'checkpoint');
    const all = existsSync(published) ? [...known, await readKnown(published)] : known;
    signer = await startAnew({ database, keys, clock, from: signer, known: all }, newOrigin);
  }
  const log = await openLog({
    ...{ database, signer, clock, folder, known, onFault },
    knownElsewhere: (opening) => largestKnown(witnesses, clock, opening),
  });
  return { signer, log };
}
