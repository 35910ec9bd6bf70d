import {
  type CarriedEntry,
  type CommitmentOpening,
  carriedIndices,
  commitmentsShown,
  decodeEntry,
  type Entry,
  type EntryData,
  type EvidenceInput,
  fold,
  isSnapshotOf,
  liveState,
  type Range,
  type State,
} from '#verifier';
import { MunimentError } from '../kernel/index.ts';
import type { Database, Log, StoredEntry } from '../store/index.ts';
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

/** All that a period's evidence rests on, as the log has it. */
export interface Gathered {
  period: Period;
  range: Range;
  snapshotState: State;
  /** Entries `[start, last]`. */
  stored: StoredEntry[];
  /** Older entries that explain the snapshot's rows. */
  older: StoredEntry[];
  /** The same, decoded, without what is withheld. */
  entries: Entry[];
  carried: Entry[];
  openings: CommitmentOpening[];
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

/** Personal values of a person who is withheld: those of every version that the package shows. */
function withheldCommitments({ persons }: Withheld, state: State, entries: Entry[]): Set<string> {
  const rows = [...state.tables.person.values()].filter(({ id }) => persons.has(id));
  const told = entries.filter(({ leaf, body }) => body !== null && persons.has(leaf.subject));
  const only = { ...state, tables: { ...state.tables } };
  for (const table of Object.keys(only.tables) as Array<keyof State['tables']>)
    only.tables[table] = new Map() as never;
  only.tables.person = new Map(rows.map((row) => [row.id, row]));
  return commitmentsShown(only, told);
}

async function readOpenings(
  { log }: Source,
  state: State,
  entries: Entry[],
  withheld: Withheld,
): Promise<CommitmentOpening[]> {
  if (withheld.personal) return [];
  const hidden = withheldCommitments(withheld, state, entries);
  const shown = [...commitmentsShown(state, entries)].filter((commitment) => !hidden.has(commitment));
  return [...(await log.open(shown)).values()];
}

/** Reads what the evidence for `[first, last)` rests on; leaf `last` must exist, since it proves where the period ends. */
export async function gather(
  source: Source,
  period: Period,
  bounds: { first: number; last: number },
  withheld: Withheld,
): Promise<Gathered> {
  const snapshot = await snapshotBefore(source, bounds.first, bounds.last);
  const snapshotState = await snapshotStateOf(source, snapshot);
  const range = rangeOf(snapshotState.size, snapshot.index, bounds.first, bounds.last);
  await checkCount(source, period, range);
  const stored = await readRange(source, period, range);
  const older = await readOlder(source, snapshotState);
  const entries = stored.map((entry) => decode(entry, withheld));
  const carried = older.map((entry) => decode(entry, withheld));
  const openings = await readOpenings(source, snapshotState, [...carried, ...entries], withheld);
  return { period, range, snapshotState, stored, older, entries, carried, openings };
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
  const openings = await readOpenings(source, opening, [...older, ...entries], NOTHING);
  return {
    period,
    opening,
    entries,
    closing: entries.reduce(fold, liveState(opening, period.from)),
    carried: older,
    openings: new Map(openings.map(({ commitment, value }) => [commitment, value])),
  };
}

const NOTHING = readWithheld([]);

/** Older entries with their way to the root of the tree of `size` entries. */
export async function proveOlder({ log }: Source, gathered: Gathered, size: number): Promise<CarriedEntry[]> {
  const proven: CarriedEntry[] = [];
  for (const [at, { index, leaf, body }] of gathered.older.entries()) {
    const isShown = gathered.carried[at]?.body !== null;
    proven.push({ index, leaf, body: isShown ? body : null, proof: await log.inclusion(index, size) });
  }
  return proven;
}
