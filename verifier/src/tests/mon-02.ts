import { isSnapshotOf } from '../entry.ts';
import { type EntryData, emptyState, fold, type State } from '../words/index.ts';
import type { Context } from './context.ts';
import { departure, type Finding, finding, type Judged, judge, stated, withheldFinding } from './result.ts';

/** A snapshot is due each day; this leaves half a day for a restart. */
const SNAPSHOT_MAX_HOURS = 36;
const HOUR_MS = 3_600_000;

const after = (time: string, milliseconds: number): string =>
  new Date(Date.parse(time) + milliseconds).toISOString();

/** Time in which refusals, or time itself, went unrecorded. */
function gaps(context: Context): Finding[] {
  const lost = context.told('log.gap').map(({ index, data }) => {
    const why = `${data.refusals} refusals have no entry: storage was down`;
    return departure(`entry ${index}`, why, [{ from: data.from, to: data.to }], index);
  });
  const jumps = context
    .told('clock.jumped')
    .map(({ index, data }) =>
      finding(
        'NOT_EVALUABLE',
        `entry ${index}`,
        `the clock went from ${data.before} to ${data.after}`,
        index,
      ),
    );
  const hidden = context.withheld('log.gap', 'clock.jumped').map((entry) => withheldFinding(entry));
  return [...lost, ...jumps, ...hidden];
}

function gapless(context: Context): Judged {
  const found = gaps(context);
  const { entries, opening } = context.input;
  const out = entries.filter(({ index }, at) => index !== opening.size + at);
  const holes = out
    .slice(0, 1)
    .map(({ index }) => finding('FAIL', `entry ${index}`, 'does not follow the one before it', index));
  if (found.length + holes.length === 0 && entries.length > 0)
    return stated(
      'the record has no gap',
      'PASS',
      `${entries.length} entries, one after another, and no gap was told`,
      entries.length,
    );
  return judge('the record has no gap', [...found, ...holes], {
    verdict: 'NOT_EVALUABLE',
    why: 'the log holds no entry of the period',
  });
}

/** A span between two snapshots, or between one and an edge of what the log covers. */
interface Span {
  from: string;
  to: string;
  /** Entries that were written after the snapshot was due. */
  written: number;
}

/** Spans longer than a snapshot may take. A log that began in the period is looked at from its first entry. */
function late({ input }: Context): Span[] {
  const { entries, period, opening } = input;
  const began = opening.size === 0 ? entries[0]?.leaf.time : period.from;
  if (began === undefined) return [];
  const times = entries.filter(({ leaf }) => leaf.kind === 'snapshot').map(({ leaf }) => leaf.time);
  const edges = [began, ...times, period.to];
  return edges.slice(1).flatMap((to, at) => {
    const from = after(edges[at] as string, SNAPSHOT_MAX_HOURS * HOUR_MS);
    if (from >= to) return [];
    const written = entries.filter(({ leaf }) => leaf.time >= from && leaf.time < to).length;
    return [{ from, to, written }];
  });
}

function overdue({ from, to, written }: Span): Finding {
  const id = `snapshot due ${from}`;
  return written === 0
    ? finding('NOT_EVALUABLE', id, `nothing at all was written until ${to}: the log may have stood still`)
    : departure(id, `${written} entries were written until ${to} without one`, [{ from, to }]);
}

function daily(context: Context): Judged {
  const clause = `a snapshot at least every ${SNAPSHOT_MAX_HOURS} hours`;
  const spans = late(context).map(overdue);
  const taken = context.input.entries.filter(({ leaf }) => leaf.kind === 'snapshot');
  const found = taken.map(({ index, leaf }) =>
    finding('PASS', `entry ${index}`, `taken ${leaf.time}`, index),
  );
  return judge(clause, [...found, ...spans], {
    verdict: 'NOT_EVALUABLE',
    why: 'no snapshot was taken in the period',
  });
}

interface Taken {
  index: number;
  occurred: string;
  data: EntryData['snapshot'];
}

/** Snapshots of the period by the size that they are of; one of what stood before the period is for that period to judge. */
function takenIn({ input }: Context): Map<number, Taken> {
  const taken = input.entries.flatMap(({ index, leaf, body }) =>
    leaf.kind === 'snapshot' && body !== null
      ? [{ index, occurred: body.occurred, data: body.data as EntryData['snapshot'] }]
      : [],
  );
  const within = taken.filter(
    ({ data, occurred }) =>
      data.size > input.opening.size || (data.size === input.opening.size && occurred >= input.period.from),
  );
  return new Map(within.map((each) => [each.data.size, each]));
}

/** Each snapshot's digest, folded again from the entries that it is of. Behind a withheld body nothing can be told. */
function digests(context: Context): Finding[] {
  const { input } = context;
  const taken = takenIn(context);
  const state = copyOf(input.opening);
  let hidden = input.carried.find(({ body }) => body === null)?.index;
  return input.entries.flatMap((entry) => {
    const found = taken.get(state.size);
    const findings = found === undefined ? [] : [digestOf(found, state, hidden)];
    if (entry.body === null) hidden ??= entry.index;
    fold(state, entry);
    return findings;
  });
}

function digestOf({ index, occurred, data }: Taken, state: State, hidden: number | undefined): Finding {
  const id = `entry ${index}`;
  if (hidden !== undefined)
    return finding('NOT_EVALUABLE', id, `the body of entry ${hidden} is withheld`, index);
  return isSnapshotOf(data, state, occurred)
    ? finding('PASS', id, 'digests what the entries that it is of lead to', index)
    : finding('FAIL', id, 'digests other rows than the entries that it is of lead to', index);
}

function copyOf(state: State): State {
  const copy = emptyState();
  copy.size = state.size;
  for (const table of Object.keys(copy.tables) as Array<keyof State['tables']>)
    copy.tables[table] = new Map<string, unknown>(state.tables[table]) as never;
  return copy;
}

/** A tree that was handed out cannot be taken back: each one names a size that the log had by then, and none shrinks. */
function handedOut(context: Context): Finding[] {
  let largest = 0;
  const found = context.told('evidence.built').map(({ index, data }) => {
    const isGrown = data.size >= largest && data.size <= index;
    largest = Math.max(largest, data.size);
    return isGrown
      ? finding('PASS', `entry ${index}`, `a checkpoint over ${data.size} entries left the house`, index)
      : finding(
          'FAIL',
          `entry ${index}`,
          `a checkpoint over ${data.size} entries does not fit those before it`,
          index,
        );
  });
  return [...found, ...context.withheld('evidence.built').map((entry) => withheldFinding(entry))];
}

/** NHI-MON-02: nothing of the log is missing, what it says of itself holds, and how long it is kept is written down. */
export function logsAreKept(context: Context): Judged[] {
  const none = (why: string) => ({ verdict: 'NOT_EVALUABLE', why }) as const;
  return [
    gapless(context),
    daily(context),
    judge(
      'each snapshot is what the entries before it lead to',
      digests(context),
      none('no snapshot can be read'),
    ),
    judge('checkpoints left the house, and none takes back an earlier one', handedOut(context), {
      verdict: 'NOT_OCCURRING',
      why: 'no package was built in the period',
    }),
    stated(
      'entries are copied to another system',
      'NOT_EVALUABLE',
      'how far a copy elsewhere has come is no entry of this log; compare counts with `muniment export --check`',
    ),
    stated(
      'tiles and checkpoints were seen by somebody outside all through',
      'NOT_EVALUABLE',
      'publishing leaves no entry, and no outside witness signs the checkpoints',
    ),
    stated(
      'how long entries are kept is declared and kept to',
      'NOT_EVALUABLE',
      'no retention is declared, and nothing was erased by one',
    ),
  ];
}
