import type { Kind, RotationPhase, Rows } from '../words/index.ts';
import type { Context } from './context.ts';
import { type Interval, overlap, told, without } from './intervals.ts';
import { departure, type Finding, finding, type Judged, judge, withheldFinding } from './result.ts';
import { hiddenSeen, readWhole, type Seen, seen, unlessUnseen } from './sweeps.ts';
import { unlessWithheld } from './withheld.ts';

/** Where no rotation says otherwise. */
export const AGE_MAX_DAYS = 365;
const DAY_MS = 86_400_000;

type Rotation = Rows['rotation'];
type Run = Rows['rotation_run'];

const plusDays = (time: string, days: number): string =>
  new Date(Date.parse(time) + days * DAY_MS).toISOString();

/** Since when the value is known to be what it is: its source says so, or its file or account was last changed then. */
function bornAt({ attributes }: Rows['observation']): string | null {
  const value = attributes.rotated ?? attributes.created ?? attributes.modified ?? attributes.changed;
  return typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? new Date(value).toISOString() : null;
}

/** What a rotation allows for a secret at one instant, by its version then. */
function rotationOf({ history }: Context, key: string): { id: string; days: number } | undefined {
  const all = [...history('rotation').values()].flat().filter(({ row }) => !row.retired);
  const about = all.filter(({ row }) => row.spec.observation === key);
  const strictest = about.map(({ row }) => ({ id: row.id, days: row.spec.intervalDays }));
  return strictest.sort((a, b) => a.days - b.days)[0];
}

const DECLARING: readonly Kind[] = ['resource.declared', 'resource.retired'];
const ROTATING = [
  'rotation.started',
  'rotation.phase',
  'rotation.stalled',
  'rotation.ended',
] as const satisfies readonly Kind[];

/** Each version of what was seen has an age of its own: a new value begins again. */
function agesOf(context: Context, each: Seen): Finding {
  const { key, entry } = each.row;
  const rule = rotationOf(context, key);
  const days = rule?.days ?? AGE_MAX_DAYS;
  const unknown = each.spans.filter(({ row }) => bornAt(row) === null);
  if (unknown.length > 0) return finding('NOT_EVALUABLE', key, 'its age is not known', entry);
  const young = each.spans.map(({ row }): Interval => {
    const born = bornAt(row) as string;
    return { from: '', to: plusDays(born, days) };
  });
  const late = each.spans.flatMap((span, at) =>
    without(overlap(span, context.input.period) ?? span, [young[at] as Interval]),
  );
  const limit = `${days} days (${rule ? `rotation ${rule.id}` : 'no rotation says otherwise'})`;
  return late.length === 0
    ? finding('PASS', key, `never older than ${limit}`, entry)
    : departure(key, `older than ${limit} ${told(late)}`, late, entry);
}

const completed = ({ outcome }: Run): boolean => outcome === 'completed';

const runsOf = ({ input }: Context, rotation: string): Run[] =>
  [...input.closing.tables.rotation_run.values()]
    .filter((run) => run.rotation === rotation)
    .sort((a, b) => a.entry - b.entry);

/** Within its interval since the last verified rotation, or since it was first declared, at every instant it stood. */
function onSchedule(context: Context, id: string): Finding[] {
  const versions =
    context
      .history('rotation')
      .get(id)
      ?.filter(({ row, from, to }) => !row.retired && from < to) ?? [];
  const last = versions.at(-1)?.row as Rotation | undefined;
  if (last === undefined) return [];
  const opened = context.input.opening.tables.rotation.get(id)?.rotated ?? null;
  const starts = [
    last.since,
    opened,
    ...runsOf(context, id)
      .filter(completed)
      .map(({ ended }) => ended),
  ];
  const late = versions.flatMap((version) => {
    const days = version.row.spec.intervalDays;
    const good = starts.flatMap((from) => (from === null ? [] : [{ from, to: plusDays(from, days) }]));
    return without(version, good);
  });
  return [
    late.length === 0
      ? finding('PASS', id, `rotated every ${last.spec.intervalDays} days`, last.entry)
      : departure(id, `not rotated in time ${told(late)}`, late, last.entry),
  ];
}

const ORDER: readonly RotationPhase[] = ['made', 'swapped', 'seen', 'removed', 'refused'];
/** Without these nothing was proven: the consumer has the new value, and the old one is dead. */
const PROOF: readonly RotationPhase[] = ['seen', 'refused'];

/** New value used by its consumer, then the old one refused, in that order. */
function verified(run: Run): Finding {
  const { id, entry, outcome, stalled, phases } = run;
  if (outcome === 'abandoned')
    return finding('NOT_OCCURRING', id, 'a person ended it; the old value stands', entry);
  if (stalled?.cause === 'old-accepted')
    return finding('FAIL', id, `the old value is still accepted: ${stalled.detail}`, entry);
  if (outcome === null) return finding('NOT_OCCURRING', id, `under way at \`${run.phase}\``, entry);
  const done = phases.map(({ phase }) => phase).filter((phase) => ORDER.includes(phase));
  const missing = PROOF.filter((phase) => !done.includes(phase));
  if (missing.length > 0) return finding('FAIL', id, `completed without \`${missing.join('`, `')}\``, entry);
  const isOrdered = done.every(
    (phase, at) => at === 0 || ORDER.indexOf(done[at - 1] as RotationPhase) < ORDER.indexOf(phase),
  );
  return isOrdered
    ? finding('PASS', id, 'the new value was seen in use, then the old one was refused', entry)
    : finding('FAIL', id, `phases out of order: ${done.join(', ')}`, entry);
}

/** NHI-AUT-03: no secret was ever older than allowed, and each replacement shows that the old value is dead. */
export function rotatedInTime(context: Context): Judged[] {
  const { input } = context;
  const hidden = context.withheldAnywhere(...ROTATING).map((entry) => withheldFinding(entry));
  const declared = context
    .withheldAnywhere('resource.declared', 'resource.retired')
    .filter(({ leaf }) => leaf.subject === '' || leaf.subject.startsWith('rot_'))
    .map((entry) => withheldFinding(entry));
  const known = (found: Finding, ids: string[]): Finding => {
    const rotation = unlessWithheld(context, found, ids, DECLARING);
    return hidden.length > 0 && found.verdict === 'FAIL'
      ? { ...(hidden[0] as Finding), id: found.id }
      : rotation;
  };
  const touched = (run: Run): boolean => run.ended === null || run.ended >= input.period.from;
  const runs = [...input.closing.tables.rotation_run.values()]
    .filter(touched)
    .sort((a, b) => a.entry - b.entry);
  const rotations = [...context.history('rotation').keys()];
  const secrets = seen(context, 'credential').map((each) => unlessUnseen(context, agesOf(context, each)));
  const unknown = context.told('sweep.recorded').length > 0 ? 'NOT_OCCURRING' : 'NOT_EVALUABLE';
  return [
    judge(
      'no secret that was found was ever older than allowed',
      [...secrets, ...hiddenSeen(context), ...declared],
      {
        verdict: unknown,
        why: unknown === 'NOT_OCCURRING' ? 'no credential was found' : 'nothing was swept in the period',
      },
    ),
    readWhole(context, 'old secret'),
    judge(
      'every rotation that is declared was done within its interval',
      [
        ...rotations.flatMap((id) => onSchedule(context, id)).map((each) => known(each, [each.id])),
        ...hidden,
        ...declared,
      ],
      { verdict: 'NOT_OCCURRING', why: 'no rotation is declared' },
    ),
    judge(
      'each rotation shows the new value used and the old one refused',
      [...runs.map((run) => known(verified(run), [])), ...hidden],
      {
        verdict: 'NOT_OCCURRING',
        why: 'no rotation was begun in the period or under way in it',
      },
    ),
  ];
}
