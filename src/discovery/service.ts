import { createHmac } from 'node:crypto';
import type { EntryData } from '#verifier';
import { type Clock, MunimentError, newId, timestamp } from '../kernel/index.ts';
import type { Draft, Log } from '../store/index.ts';
import { type Claim, claim } from './claim.ts';
import type { Connector, ObservedClass } from './connector.ts';
import {
  type Difference,
  emptyGathering,
  type Gathered,
  gather,
  keyOf,
  listDigest,
  reconcile,
  verdictOf,
} from './model.ts';

export type SweepResult = EntryData['sweep.recorded'] & {
  entry: number;
  differences: { new: number; changed: number; gone: number };
};

export interface Discovery {
  /** Sources that can be swept, by name. */
  sources(): string[];
  /** Runs one sweep and records it. Throws `not_found` for an unknown source, `conflict` where one is running. */
  sweep(source: string, actor: string, progress?: (listing: string) => void): Promise<SweepResult>;
  /** Says which declared identity something belongs to. Throws `not_found`, `conflict`. */
  claim(claim: Claim): Promise<{ entry: number }>;
}

interface Needs {
  log: Log;
  clock: Clock;
  /** 32 bytes, kept sealed: fingerprints and salts are made under it. */
  fingerprintKey: Uint8Array;
  connectors: Connector[];
}

/** HMAC-SHA-256 of a secret's value, hex: by this every sweep knows it again. `key`: of this installation, 32 bytes. */
export const secretFingerprint = (key: Uint8Array, secret: string): string =>
  createHmac('sha256', key).update(`secret\0${secret}`).digest('hex');

/** A listing that breaks off is an error of that sweep, told in its record; the sweep itself goes on to be recorded. */
async function collect(
  connector: Connector,
  needs: Needs,
  progress?: (listing: string) => void,
): Promise<Gathered> {
  const gathered = emptyGathering();
  const context = {
    fingerprint: (secret: string) => secretFingerprint(needs.fingerprintKey, secret),
    reference: (observed: ObservedClass, naturalId: string) =>
      keyOf(connector.source, observed, naturalId, needs.fingerprintKey),
    now: () => needs.clock.now(),
  };
  try {
    for await (const page of connector.pages(context)) {
      gather(gathered, connector.source, page, needs.fingerprintKey);
      if (page.end) progress?.(page.listing);
    }
  } catch (error) {
    gathered.errors.push({
      what: 'the sweep broke off',
      why: error instanceof MunimentError ? error.code : 'internal',
    });
  }
  return gathered;
}

function recordOf(
  connector: Connector,
  gathered: Gathered,
  sweep: string,
  started: Date,
  ended: Date,
): EntryData['sweep.recorded'] {
  return {
    sweep,
    source: connector.source,
    connector: connector.connector,
    partition: connector.partition,
    scope: connector.scope.map(({ listing, where }) => `${listing}: ${where.join(', ')}`),
    calls: gathered.calls,
    pages: gathered.pages,
    endSeen: connector.scope.every(({ listing }) => gathered.ended.has(listing)),
    items: gathered.observations.size,
    providerCount: gathered.counted,
    errors: gathered.errors,
    denied: gathered.denied,
    ...verdictOf(connector, gathered),
    listDigest: listDigest(gathered),
    started: timestamp(started),
    ended: timestamp(ended),
  };
}

function draftsOf(
  record: EntryData['sweep.recorded'],
  differences: Difference[],
  gathered: Gathered,
  actor: string,
): Draft[] {
  const openings = new Map(gathered.openings.map((opening) => [opening.commitment, opening]));
  const openingsOf = ({ label, attributes }: Difference['observation']) =>
    [label, ...Object.values(attributes)].flatMap((value) => {
      const commitment =
        typeof value === 'object' && value !== null && 'commitment' in value ? value.commitment : '';
      return openings.get(commitment) ?? [];
    });
  const seen = differences.map(
    ({ change, observation }): Draft => ({
      kind: 'observation.recorded',
      subject: record.sweep,
      actor,
      occurred: record.ended,
      data: { sweep: record.sweep, ...observation, change },
      openings: openingsOf(observation),
    }),
  );
  return [
    { kind: 'sweep.recorded', subject: record.sweep, actor, occurred: record.ended, data: record },
    ...seen,
  ];
}

const count = (differences: Difference[], change: Difference['change']): number =>
  differences.filter((difference) => difference.change === change).length;

export function createDiscovery(needs: Needs): Discovery {
  const running = new Set<string>();

  async function sweepOnce(
    connector: Connector,
    actor: string,
    progress?: (listing: string) => void,
  ): Promise<SweepResult> {
    const started = needs.clock.now();
    const gathered = await collect(connector, needs, progress);
    const record = recordOf(connector, gathered, newId('sweep'), started, needs.clock.now());
    const known = (await needs.log.rows('observation')).filter((row) => row.source === connector.source);
    const differences = reconcile(known, gathered);
    const { appended } = await needs.log.append(draftsOf(record, differences, gathered, actor));
    const tally = {
      new: count(differences, 'new'),
      changed: count(differences, 'changed'),
      gone: count(differences, 'gone'),
    };
    return { ...record, entry: appended[0]?.index ?? -1, differences: tally };
  }

  return {
    claim: (request) => claim(needs.log, request),
    sources: () => needs.connectors.map(({ source }) => source),
    async sweep(source, actor, progress) {
      const connector = needs.connectors.find((candidate) => candidate.source === source);
      if (connector === undefined) throw new MunimentError('not_found', `there is no source \`${source}\``);
      if (running.has(source)) throw new MunimentError('conflict', `a sweep of \`${source}\` is running`);
      running.add(source);
      try {
        return await sweepOnce(connector, actor, progress);
      } finally {
        running.delete(source);
      }
    },
  };
}
