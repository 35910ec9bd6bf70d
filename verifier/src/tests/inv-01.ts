import type { EntryData } from '../words/index.ts';
import type { Context, Told } from './context.ts';
import { type Finding, finding, type Judged, judge, stated, withheldFinding } from './result.ts';

type Sweep = EntryData['sweep.recorded'];

const placeOf = ({ source, partition }: Sweep): string => `${source}/${partition}`;

/** Everything that keeps a sweep from being known to be complete; empty where it is. */
function shortcomings(sweep: Sweep): string[] {
  const { errors, denied, endSeen, items, providerCount } = sweep;
  return [
    ...(endSeen ? [] : ['not listed to its end']),
    ...errors.map(({ what, why }) => `error at ${what}: ${why}`),
    ...denied.map(({ what, why }) => `denied ${what}: ${why}`),
    ...(providerCount === null ? ['the source gives no count, and no second source was compared'] : []),
    ...(providerCount !== null && providerCount !== items
      ? [`source counts ${providerCount}, seen ${items}`]
      : []),
  ];
}

/** The sweep of a place that says most: a complete one if there is any, else the latest. */
const best = (sweeps: Told<'sweep.recorded'>[]): Told<'sweep.recorded'> | undefined =>
  sweeps.findLast(({ data }) => shortcomings(data).length === 0) ?? sweeps.at(-1);

function completeness(place: string, sweeps: Told<'sweep.recorded'>[]): Finding {
  const sweep = best(sweeps);
  if (sweep === undefined) return finding('NOT_EVALUABLE', place, 'no sweep in the period');
  const short = shortcomings(sweep.data);
  return short.length === 0
    ? finding('PASS', place, `${sweep.data.items} items, as the source counts`, sweep.index)
    : finding('NOT_EVALUABLE', place, short.join('; '), sweep.index);
}

/** A sweep that calls itself complete and was not is a false record, not a gap. */
function honesty({ index, data }: Told<'sweep.recorded'>): Finding {
  const short = shortcomings({ ...data, providerCount: data.providerCount ?? data.items });
  const id = placeOf(data);
  return data.verdict === 'COMPLETE' && short.length > 0
    ? finding('FAIL', id, `sweep ${index} says COMPLETE: ${short.join('; ')}`, index)
    : finding('PASS', id, `says ${data.verdict}: ${data.why}`, index);
}

/** Every place that was ever swept is in scope, whether the period saw a sweep of it or not. */
function byPlace({ input, told }: Context): Map<string, Told<'sweep.recorded'>[]> {
  const known = [...input.opening.tables.sweep.values()].map(placeOf);
  const sweeps = told('sweep.recorded');
  const places = [...new Set([...known, ...sweeps.map(({ data }) => placeOf(data))])].sort();
  return new Map(places.map((place) => [place, sweeps.filter(({ data }) => placeOf(data) === place)]));
}

const hiddenSweeps = ({ withheldAnywhere }: Context): Finding[] =>
  withheldAnywhere('sweep.recorded').map((entry) => withheldFinding(entry));

function listed(context: Context): Judged {
  const hidden = hiddenSweeps(context);
  const places = [...byPlace(context)].map(([place, sweeps]) => completeness(place, sweeps));
  const nothing = { verdict: 'NOT_EVALUABLE', why: 'nothing was ever swept' } as const;
  return judge('every source and partition in scope is listed to its end', [...places, ...hidden], nothing);
}

/** NHI-INV-01: enumeration is complete, or said not to be. Never PASS where completeness is not established. */
export function enumerationIsComplete(context: Context): Judged[] {
  return [
    listed(context),
    judge(
      'each listing says truly whether it was complete',
      [...context.told('sweep.recorded').map(honesty), ...hiddenSweeps(context)],
      { verdict: 'NOT_OCCURRING', why: 'no sweep in the period' },
    ),
    stated(
      'scope and schedule are declared',
      'NOT_EVALUABLE',
      'sources are not declared through changes: a source that was never swept would not be missed here',
    ),
  ];
}
