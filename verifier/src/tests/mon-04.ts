import type { EntryData, Operation } from '../words/index.ts';
import type { Context, Told } from './context.ts';
import { DECIDED_WITHIN_DAYS, identityOf, plusDays, type Seeing, settledAt } from './estate.ts';
import { departure, type Finding, finding, type Judged, judge } from './result.ts';
import { hiddenSeen, readWhole } from './sweeps.ts';

/** So long before a sweep saw it may the change have been applied that explains it. */
export const EXPLAINED_WITHIN_DAYS = 7;

type Seen = Told<'observation.recorded'>;

const isRight = ({ class: kind }: EntryData['observation.recorded']): boolean =>
  kind === 'permission' || kind === 'trust';

/** What the first sweep of a place found is where one starts from, and no drift. */
function isFirstLook({ input, told }: Context): (seen: Seen) => boolean {
  const known = new Set(
    [...input.opening.tables.sweep.values()].map((row) => `${row.source}/${row.partition}`),
  );
  const first = new Map<string, string>();
  for (const { data } of told('sweep.recorded')) {
    const place = `${data.source}/${data.partition}`;
    if (!known.has(place) && !first.has(place)) first.set(place, data.sweep);
  }
  return ({ data }) => first.get(`${data.source}/${data.partition}`) === data.sweep;
}

/** What an operation is about: the thing itself, and the identity that a trust or rotation is for. */
const subjectsOf = ({ id, before, after }: Operation): string[] => [
  id,
  ...[before, after].flatMap((spec) => (spec !== null && 'identity' in spec ? [spec.identity] : [])),
];

/** Times at which changes were applied, by the id of each identity that they were about. */
function appliedBy({ input }: Context): Map<string, string[]> {
  const times = new Map<string, string[]>();
  for (const { applied, plan } of input.closing.tables.change.values()) {
    if (applied === null) continue;
    for (const id of plan.operations.flatMap(subjectsOf)) times.set(id, [...(times.get(id) ?? []), applied]);
  }
  return times;
}

function drift(
  context: Context,
  applied: ReadonlyMap<string, string[]>,
  { index, leaf, data }: Seen,
): Finding {
  const id = `${data.key} ${index}`;
  const versions = (context.history('observation').get(data.key) ?? []) as Seeing[];
  const row = versions.findLast(({ since }) => since <= index)?.row;
  const identity = row === undefined ? undefined : identityOf(context, row);
  const earliest = plusDays(leaf.time, -EXPLAINED_WITHIN_DAYS);
  const change = (applied.get(identity ?? '') ?? []).find((time) => time >= earliest && time <= leaf.time);
  if (change !== undefined)
    return finding('PASS', id, `a change to ${identity} was applied ${change}`, index);
  const due = plusDays(leaf.time, DECIDED_WITHIN_DAYS);
  const later = versions.filter(({ since }) => since > index);
  const settled = settledAt(later) ?? later.find((each) => each.row.identity !== undefined)?.from;
  if (settled !== undefined && settled <= due)
    return finding('PASS', id, `reversed or decided on ${settled}`, index);
  const to = settled ?? context.input.period.to;
  if (due >= to) return finding('NOT_OCCURRING', id, `seen ${leaf.time}: to be explained by ${due}`, index);
  return departure(
    id,
    `${data.change} outside the approved path, unexplained after ${due}`,
    [{ from: due, to }],
    index,
  );
}

/** NHI-MON-04: every change of rights at a source joins an approved change, or is reversed or decided on in time. */
export function driftIsFound(context: Context): Judged[] {
  const isFirst = isFirstLook(context);
  const applied = appliedBy(context);
  const seen = context
    .told('observation.recorded')
    .filter((each) => isRight(each.data) && each.data.change !== 'gone' && !isFirst(each));
  const swept = context.told('sweep.recorded').length > 0;
  return [
    judge(
      'every change of rights joins an approved change, or was settled in time',
      [...seen.map((each) => drift(context, applied, each)), ...hiddenSeen(context)],
      {
        verdict: swept ? 'NOT_OCCURRING' : 'NOT_EVALUABLE',
        why: swept ? 'no right changed' : 'nothing was swept in the period',
      },
    ),
    readWhole(context, 'change of rights'),
  ];
}
