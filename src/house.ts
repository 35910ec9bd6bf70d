import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Changes, createChanges } from './changes/index.ts';
import type { Config } from './config.ts';
import { type KeyStore, type LocalSigner, openKeys, openSeal, type Seal } from './crypto/index.ts';
import {
  createDiscovery,
  createHostConnector,
  type Discovery,
  secretFingerprint,
} from './discovery/index.ts';
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
  /** Aborted by `stopStreams` and once the house closes: whatever streams then ends. */
  readonly closing: AbortSignal;
  stopStreams(): void;
  close(): Promise<void>;
}

export interface HouseOptions {
  clock?: Clock;
  /** Tests hand in a database in memory; the house closes it all the same. */
  database?: Database;
  /** Told of what has no caller to be told to. */
  onFault?(error: unknown): void;
}

const ED25519_SPKI_PREFIX_BYTES = 12;
const ORIGIN_RANDOM_BYTES = 4;

/**
 * Opens storage, keys and log, and puts every room over them. What was opened is closed again where a later step fails.
 * @throws MunimentError `data_in_use`, `data_damaged`, `data_unwritable`, `storage_unavailable`, `seal_key_wrong`,
 *   `log_ahead_of_database`
 */
export async function openHouse(config: Config, options: HouseOptions = {}): Promise<House> {
  const { clock = steadyClock(), onFault = () => undefined } = options;
  const database = options.database ?? (await openStorage(config));
  try {
    return await furnish(config, { clock, onFault, database });
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

async function furnish(config: Config, needs: Required<HouseOptions>): Promise<House> {
  const { clock, onFault, database } = needs;
  const seal = openSeal(config.sealKey, config.data);
  const keys = openKeys({ secrets: sealedSecrets(database), seal });
  const signer = await logSigner(config, keys);
  const log = await openLog({ database, signer, clock, folder: join(config.data, 'log'), onFault });
  const authority = await createAuthority({
    keys,
    clock,
    trustDomain: config.trustDomain,
    ...(config.pkiUrl === undefined ? {} : { crlBaseUrl: config.pkiUrl }),
    ...(config.issuerUrl === undefined ? {} : { issuerUrl: config.issuerUrl }),
  });
  const sweepKey = await keys.secret('discovery');
  const closing = new AbortController();
  const jobs = createJobs({ database, clock, onFault });
  const revocation = createRevocation({ database, log, authority, clock });
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
    evidence: createEvidence({ database, log, signer, clock, sealing: seal.worth }),
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
    discovery: createDiscovery({
      log,
      clock,
      fingerprintKey: sweepKey,
      connectors: [createHostConnector({ sweepRoots: config.sweepRoots })],
    }),
    rotation: createRotation({
      ...{ log, database, seal, clock, onFault },
      fingerprintKey: await keys.secret('rotation'),
      sweptFingerprint: (secret) => secretFingerprint(sweepKey, secret),
    }),
    closing: closing.signal,
    stopStreams: () => closing.abort(),
    async close() {
      closing.abort();
      await jobs.close();
      await log.close();
      await database.close();
    },
  };
}

/** The log's name is kept with its key: one that is configured later does not rename a log. */
async function logSigner(config: Config, keys: KeyStore): Promise<LogSigner> {
  const origin = await keys.kept('log/origin', () => Buffer.from(config.origin ?? newOrigin(config)));
  const signer = await keys.signer('log', 'Ed25519');
  return {
    origin: Buffer.from(origin).toString('utf8'),
    publicKey: rawPublicKey(signer),
    sign: (message) => signer.sign(message),
  };
}

const newOrigin = ({ trustDomain }: Config): string =>
  `${trustDomain}/log-${randomBytes(ORIGIN_RANDOM_BYTES).toString('hex')}`;

/** RFC 8410, section 4: an Ed25519 SPKI is a constant prefix and the raw key. */
const rawPublicKey = ({ publicKey }: LocalSigner): Uint8Array =>
  publicKey.subarray(ED25519_SPKI_PREFIX_BYTES);
