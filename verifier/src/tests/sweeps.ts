import type { Rows } from '../words/index.ts';
import type { Context } from './context.ts';
import type { Version } from './history.ts';
import { overlap, union } from './intervals.ts';
import { type Finding, finding, type Judged, judge, withheldFinding } from './result.ts';

/** A thing that sweeps saw, with the spans of the period in which it was there, and its last version in one. */
export interface Seen {
  row: Rows['observation'];
  spans: Version<'observation'>[];
}

/** Everything of one class that was there at some instant of the period. */
export function seen({ history, input }: Context, of: Rows['observation']['class']): Seen[] {
  return [...history('observation').values()].flatMap((versions) => {
    const spans = versions.filter(
      (each) => each.row.class === of && each.row.present && overlap(each, input.period) !== undefined,
    );
    const last = spans.at(-1);
    return last ? [{ row: last.row, spans }] : [];
  });
}

/** The instants at which it was there. */
export const spansOf = ({ spans }: Seen) => union(spans.map(({ from, to }) => ({ from, to })));

const SEEING = ['observation.recorded', 'observation.claimed'] as const;

/** What an entry out of sight may have changed: its leaf names the sweep or the identity, and not the thing. */
export function unlessUnseen({ withheldAnywhere }: Context, found: Finding): Finding {
  const [hidden] = withheldAnywhere(...SEEING);
  return hidden ? withheldFinding(hidden, found.id) : found;
}

/** What a sweep may have seen and an entry out of sight keeps back. */
export const hiddenSeen = (context: Context): Finding[] =>
  context.withheldAnywhere(...SEEING, 'sweep.recorded').map((entry) => withheldFinding(entry));

/** What was not read whole may hide what the other clauses look for. */
export function readWhole(context: Context, what: string): Judged {
  const places = new Map<string, Finding>();
  for (const { index, data } of context.told('sweep.recorded')) {
    const id = `${data.source}/${data.partition}`;
    if (places.get(id)?.verdict === 'PASS') continue;
    const verdict = data.verdict === 'COMPLETE' ? 'PASS' : 'NOT_EVALUABLE';
    places.set(id, finding(verdict, id, `${data.verdict}: ${data.why}`, index));
  }
  for (const { source, partition } of context.input.opening.tables.sweep.values()) {
    const id = `${source}/${partition}`;
    if (!places.has(id)) places.set(id, finding('NOT_EVALUABLE', id, 'no sweep in the period'));
  }
  const hidden = context.withheldAnywhere('sweep.recorded').map((entry) => withheldFinding(entry));
  return judge(`every place was read whole, so that no ${what} was missed`, [...places.values(), ...hidden], {
    verdict: 'NOT_EVALUABLE',
    why: 'nothing was ever swept',
  });
}
