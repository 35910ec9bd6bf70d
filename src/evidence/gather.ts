import {
  type CarriedEntry,
  carriedIndices,
  commitmentsShown,
  decodeEntry,
  type Entry,
  type EntryData,
  type EvidenceInput,
  encodeBodies,
  encodeBundle,
  fold,
  isSnapshotOf,
  liveState,
  type Range,
  type State,
} from '#verifier';
import { MunimentError } from '../kernel/index.ts';
import type { Database, Log, StoredEntry } from '../store/index.ts';
import type { Bundle } from './build-job.ts';
import {
  PACKAGE_BODIES_MAX_BYTES,
  PACKAGE_ENTRIES_MAX,
  type Period,
  rangeOf,
  readWithheld,
  tooLarge,
  type Withheld,
} from './model.ts';
import { stateAt } from './queries.ts';

export interface Source {
  database: Database;
  log: Log;
}

/** All that a period's evidence rests on but its own entries, which are many. */
export interface Gathered {
  period: Period;
  range: Range;
  snapshotState: State;
  /** Older entries that explain the snapshot's rows, with their way to the root; without what is withheld. */
  carried: CarriedEntry[];
}

const decode = ({ index, kind, leaf, body }: StoredEntry, withheld: Withheld): Entry =>
  decodeEntry(index, leaf, withheld.body(index, kind) ? null : body);

/** The last snapshot at or before the period's first entry, and before the leaf that ends it. */
async function snapshotBefore({ log }: Source, first: number, last: number): Promise<StoredEntry> {
  const before = Math.min(first + 1, last);
  const [snapshot] = await log.search({ kinds: ['snapshot'], before, limit: 1 });
  if (snapshot) return snapshot;
  throw new MunimentError('invalid_time', 'the period ended before the log began', { path: 'to' });
}

/** Fails where the tables are not what the snapshot says: evidence must not start from an edited row. */
async function snapshotStateOf({ database }: Source, snapshot: StoredEntry): Promise<State> {
  const { body } = decodeEntry(snapshot.index, snapshot.leaf, snapshot.body);
  if (body === null) throw new MunimentError('data_damaged', 'a snapshot lost its body');
  const data = body.data as EntryData['snapshot'];
  const state = await stateAt(database.db, data.size, body.occurred);
  if (isSnapshotOf(data, state, body.occurred)) return state;
  const detail = `snapshot ${snapshot.index} digests other rows than the tables hold`;
  throw new MunimentError('data_damaged', 'rows do not follow from entries', { detail });
}

/** Older entries with their way to the root of the tree of `size` entries. */
async function proveOlder(
  { log }: Source,
  older: StoredEntry[],
  size: number,
  withheld: Withheld,
): Promise<CarriedEntry[]> {
  const proven: CarriedEntry[] = [];
  for (const { index, kind, leaf, body } of older) {
    const shown = withheld.body(index, kind) ? null : body;
    proven.push({ index, leaf, body: shown, proof: await log.inclusion(index, size) });
  }
  return proven;
}

type Span = Pick<Range, 'start' | 'last'>;

async function checkCount({ log }: Source, period: Period, { start, last }: Span): Promise<void> {
  if (last - start <= PACKAGE_ENTRIES_MAX) return;
  const middle = await log.entry(start + Math.floor((last - start) / 2));
  const why = `the period rests on ${last - start} entries, more than ${PACKAGE_ENTRIES_MAX}`;
  tooLarge(period, middle?.time ?? '', why);
}

async function readRange({ log }: Source, period: Period, { start, last }: Span): Promise<StoredEntry[]> {
  const stored: StoredEntry[] = [];
  let bytes = 0;
  for await (const entry of log.entries(start, last + 1)) {
    stored.push(entry);
    bytes += entry.body?.length ?? 0;
    if (bytes > PACKAGE_BODIES_MAX_BYTES) {
      tooLarge(period, entry.time, `the period holds over ${PACKAGE_BODIES_MAX_BYTES} bytes of bodies`);
    }
  }
  return stored;
}

/** How an approver was enrolled when they signed, where the snapshot has a later version of them. */
async function enrolments({ log }: Source, state: State): Promise<number[]> {
  const found: number[] = [];
  for (const { approver, entry } of [...state.tables.change.values()].flatMap(({ approvals }) => approvals)) {
    const standing = state.tables.person.get(approver);
    if (standing !== undefined && standing.entry < entry) continue;
    const [earlier] = await log.search({
      kinds: ['resource.declared'],
      subject: approver,
      before: entry,
      limit: 1,
    });
    if (earlier) found.push(earlier.index);
  }
  return found;
}

/** A change that waits may be applied within the period, on approvals from before it. */
function waiting(state: State): number[] {
  const changes = [...state.tables.change.values()].filter((change) => change.state === 'proposed');
  return changes.flatMap(({ entry, approvals }) => [entry, ...approvals.map((approval) => approval.entry)]);
}

async function readOlder(source: Source, state: State): Promise<StoredEntry[]> {
  const indices = new Set([
    ...carriedIndices(state),
    ...waiting(state),
    ...(await enrolments(source, state)),
  ]);
  const older: StoredEntry[] = [];
  for (const index of [...indices].sort((a, b) => a - b)) {
    const entry = await source.log.entry(index);
    if (entry) older.push(entry);
  }
  return older;
}

/**
 * Reads what the evidence for `[first, last)` rests on, proven in the tree of `size` entries; leaf `last` must exist, since it proves
 * where the period ends.
 */
export async function gather(
  source: Source,
  period: Period,
  bounds: { first: number; last: number; size: number },
  withheld: Withheld,
): Promise<Gathered> {
  const snapshot = await snapshotBefore(source, bounds.first, bounds.last);
  const snapshotState = await snapshotStateOf(source, snapshot);
  const range = rangeOf(snapshotState.size, snapshot.index, bounds.first, bounds.last);
  await checkCount(source, period, range);
  const older = await readOlder(source, snapshotState);
  return { period, range, snapshotState, carried: await proveOlder(source, older, bounds.size, withheld) };
}

/** Reads a part of the range for the thread that builds. Throws `bad_request` once the period's bodies are too many. */
export function bundleReader(
  { log }: Source,
  period: Period,
  withheld: Withheld,
): (from: number, to: number) => Promise<Bundle> {
  let bytes = 0;
  return async (from, to) => {
    const stored = await Array.fromAsync(log.entries(from, to));
    bytes += stored.reduce((sum, { body }) => sum + (body?.length ?? 0), 0);
    if (bytes > PACKAGE_BODIES_MAX_BYTES) {
      const why = `the period holds over ${PACKAGE_BODIES_MAX_BYTES} bytes of bodies`;
      tooLarge(period, stored[0]?.time ?? '', why);
    }
    return {
      leaves: encodeBundle(stored.map(({ leaf }) => leaf)),
      bodies: encodeBodies(stored.map(({ index, kind, body }) => (withheld.body(index, kind) ? null : body))),
    };
  };
}

/**
 * What the tests look at, without what proves it: the server believes its own tables. From the period's first entry on, so
 * that a glance costs no more than the period.
 */
export async function gatherInput(
  source: Source,
  period: Period,
  { first, last }: { first: number; last: number },
): Promise<EvidenceInput> {
  await checkCount(source, period, { start: first, last });
  const opening = await stateAt(source.database.db, first, period.from);
  const stored = await readRange(source, period, { start: first, last: last - 1 });
  const [entries, older] = [stored, await readOlder(source, opening)].map((all) =>
    all.map((entry) => decode(entry, NOTHING)),
  ) as [Entry[], Entry[]];
  const openings = await source.log.open(commitmentsShown(opening, [...older, ...entries]));
  return {
    period,
    opening,
    entries,
    closing: entries.reduce(fold, liveState(opening, period.from)),
    carried: older,
    openings: new Map([...openings.values()].map(({ commitment, value }) => [commitment, value])),
  };
}

const NOTHING = readWithheld([]);
