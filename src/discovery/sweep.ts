import type { EntryData } from '#verifier';
import { type Clock, isMunimentError, newId, timestamp } from '../kernel/index.ts';
import type { Database, Draft, Log } from '../store/index.ts';
import type { Opening, Partition, Session, SourceType } from './contract.ts';
import { emptyGathering, type Gathered } from './gathered.ts';
import { COMMIT_DRAFTS_MAX, JOINED_MAX } from './limits.ts';
import { marksOf } from './marks.ts';
import { goingBy, keepDocuments, type StoredDocument, standing } from './queries.ts';
import { readPartition } from './read.ts';
import { type Difference, reconcile } from './reconcile.ts';
import { draftOf, failedRecord, manifestOf, recordOf, type SweepFrame } from './record.ts';
import { joinDraft, joinsFor } from './same.ts';
import { asSourceError, SourceError } from './source-error.ts';

export type SweepResult = EntryData['sweep.recorded'] & {
  entry: number;
  differences: { new: number; changed: number; gone: number };
};

export interface SweepNeeds {
  database: Database;
  log: Log;
  clock: Clock;
  /** 32 bytes: fingerprints and salts are made under it. */
  fingerprintKey: Uint8Array;
}

export interface Sweeping extends SweepNeeds {
  source: string;
  type: SourceType;
  opening: Opening;
  actor: string;
  /** Told as pages come in. */
  onPage(partition: string, listing: string, pages: number, items: number): void;
}

/** Pages held before they are kept together: one statement asks which are known. */
const KEEP_PAGES = 16;

const isEnded = ({ opening }: Sweeping): boolean => opening.signal.aborted;

const frameOf = ({ source, type, clock }: Sweeping, partition: string): SweepFrame => ({
  sweep: newId('sweep'),
  source,
  connector: `${type.type}/${type.version}`,
  partition,
  started: clock.now(),
});

const NOTHING = { new: 0, changed: 0, gone: 0 };

/** A sweep that saw nothing it may count: an entry all the same, and nothing else. */
async function recordFailure(sweeping: Sweeping, frame: SweepFrame, error: unknown): Promise<SweepResult> {
  const { kind, message } = isEnded(sweeping)
    ? { kind: 'cancelled', message: 'was cancelled' }
    : asSourceError(error);
  const fault = { what: 'the sweep', why: message };
  const data = failedRecord(frame, fault, kind === 'denied', sweeping.clock.now());
  const { appended } = await sweeping.log.append([
    { kind: 'sweep.recorded', subject: frame.sweep, actor: sweeping.actor, occurred: data.ended, data },
  ]);
  return { ...data, entry: appended[0]?.index ?? -1, differences: NOTHING };
}

async function gatherPartition(
  sweeping: Sweeping,
  session: Session,
  partition: Partition,
): Promise<Gathered> {
  const { source, type, database, opening, clock, fingerprintKey } = sweeping;
  const gathered = emptyGathering(source, partition.partition);
  let held: StoredDocument[] = [];
  const keepHeld = async () => {
    await keepDocuments(database.db, held, timestamp(clock.now()));
    held = [];
  };
  let pages = 0;
  await readPartition(partition, type.listings, {
    connector: `${type.type}/${type.version}`,
    ...{ session, opening, gathered, marking: marksOf(source, fingerprintKey) },
    async keep(document) {
      held.push(document);
      if (held.length >= KEEP_PAGES) await keepHeld();
    },
    onPage(listing, items) {
      pages += 1;
      sweeping.onPage(partition.partition, listing, pages, items);
    },
  });
  held.push(manifestOf(gathered));
  await keepHeld();
  return gathered;
}

/** Appends in commits of bounded size, so that issuances never wait for a whole estate. */
class Writer {
  readonly #log: Log;
  #drafts: Draft[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  async put(draft: Draft): Promise<void> {
    this.#drafts.push(draft);
    if (this.#drafts.length >= COMMIT_DRAFTS_MAX) await this.end();
  }

  /** @returns index of the last entry */
  async end(): Promise<number> {
    const drafts = this.#drafts;
    if (drafts.length === 0) return -1;
    this.#drafts = [];
    const { appended } = await this.#log.append(drafts);
    return appended.at(-1)?.index ?? -1;
  }
}

async function joinDrafts({ database, log, actor }: Sweeping, seen: Difference[]): Promise<Draft[]> {
  const named = seen.map(({ observation }) => observation).filter(({ joins }) => joins.length > 0);
  if (named.length === 0) return [];
  const known = new Map((await log.rows('join')).map((row) => [`${row.a} ${row.b}`, row]));
  const drafts: Draft[] = [];
  for (let at = 0; at < named.length; at += COMMIT_DRAFTS_MAX) {
    const some = named.slice(at, at + COMMIT_DRAFTS_MAX);
    const others = await goingBy(
      database.db,
      some.flatMap(({ joins }) => joins),
      JOINED_MAX,
    );
    drafts.push(...joinsFor(some, others, known).map((join) => joinDraft(join, actor)));
  }
  return drafts;
}

/**
 * Compares what was gathered with what was known, and writes the differences. The record comes last: a sweep that was killed
 * while it wrote has none, and is not counted.
 */
async function settle(
  sweeping: Sweeping,
  frame: SweepFrame,
  partition: Partition,
  gathered: Gathered,
): Promise<SweepResult> {
  const { database, log, clock, type, actor } = sweeping;
  const record = recordOf(frame, partition, type.listings, gathered, clock.now());
  const writer = new Writer(log);
  const tally = { ...NOTHING };
  const named: Difference[] = [];
  for await (const difference of reconcile(standing(database.db, frame.source, frame.partition), gathered)) {
    tally[difference.change] += 1;
    if (difference.change !== 'gone' && difference.observation.joins.length > 0) named.push(difference);
    await writer.put(draftOf(difference, gathered, record, actor));
  }
  await writer.put({
    kind: 'sweep.recorded',
    subject: frame.sweep,
    actor,
    occurred: record.ended,
    data: record,
  });
  const entry = await writer.end();
  for (const draft of await joinDrafts(sweeping, named)) await writer.put(draft);
  await writer.end();
  return { ...record, entry, differences: tally };
}

/** Sweeps one partition: it is recorded whatever happens, and where it was cancelled nothing of it counts. */
async function sweepPartition(
  sweeping: Sweeping,
  session: Session,
  partition: Partition,
): Promise<SweepResult> {
  const frame = frameOf(sweeping, partition.partition);
  let gathered: Gathered;
  try {
    gathered = await gatherPartition(sweeping, session, partition);
  } catch (error) {
    if (!isEnded(sweeping)) throw error;
    return recordFailure(sweeping, frame, error);
  }
  return settle(sweeping, frame, partition, gathered);
}

/** The partition of a record about a source that could not say which it has. */
export const WHOLE_SOURCE = '*';

export interface Swept {
  results: SweepResult[];
  /** What the source declared; undefined where it could not. */
  declared?: string[];
}

/** Opens the source, reads every partition that it declares, one after the other, and records each. */
export async function sweepSource(sweeping: Sweeping, settings: unknown): Promise<Swept> {
  const frame = frameOf(sweeping, WHOLE_SOURCE);
  let session: Session | undefined;
  try {
    session = await sweeping.type.open(settings, sweeping.opening);
    const partitions = await session.partitions();
    if (partitions.length === 0) throw new SourceError('failed', 'it declares nothing to read');
    const results: SweepResult[] = [];
    for (const partition of partitions) results.push(await sweepPartition(sweeping, session, partition));
    return { results, declared: partitions.map(({ partition }) => partition) };
  } catch (error) {
    // Our own storage: then nothing can be recorded either.
    if (isMunimentError(error)) throw error;
    return { results: [await recordFailure(sweeping, frame, error)] };
  } finally {
    await session?.close().catch(() => undefined);
  }
}
