import type { EntryData, Rows } from '../words/index.ts';
import type { Context, Told } from './context.ts';
import { told, without } from './intervals.ts';
import { departure, type Finding, finding, type Judged, judge, withheldFinding } from './result.ts';

type Sweep = EntryData['sweep.recorded'];

const placeOf = ({ source, partition }: Sweep): string => `${source}/${partition}`;

/** Names the listings that nobody counted, where the sweep tells of each. */
function uncounted({ listings }: Sweep): string {
  const names = listings.filter((each) => each.providerCount === null).map(({ listing }) => listing);
  const of = names.length === 0 ? 'the source' : names.join(', ');
  return `no count of ${of} was given, and no second source was compared`;
}

/** Everything that keeps a sweep from being known to be complete; empty where it is. */
function shortcomings(sweep: Sweep): string[] {
  const { errors, denied, endSeen, items, providerCount } = sweep;
  return [
    ...(endSeen ? [] : ['not listed to its end']),
    ...errors.map(({ what, why }) => `error at ${what}: ${why}`),
    ...denied.map(({ what, why }) => `denied ${what}: ${why}`),
    ...(providerCount === null ? [uncounted(sweep)] : []),
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

/** A sweep may be late by as much as it takes to be noticed, and run. */
const LATE_FACTOR = 2;

/** Never longer between two sweeps of a declared source than its schedule allows, from when it was declared or the period began. */
function onSchedule(context: Context, { source, spec, since, removed, entry }: Rows['source']): Finding {
  const { from, to } = context.input.period;
  if (spec.everySeconds === null)
    return finding('NOT_EVALUABLE', source, 'it is swept only when somebody asks', entry);
  const before = [...context.input.opening.tables.sweep.values()].filter((row) => row.source === source);
  const swept = context.told('sweep.recorded').filter(({ data }) => data.source === source);
  const times = [...before, ...swept.map(({ data }) => data)].map(({ ended }) => ended);
  const allowed = spec.everySeconds * LATE_FACTOR * 1000;
  const good = [since, ...times].map((time) => ({
    from: time,
    to: new Date(Date.parse(time) + allowed).toISOString(),
  }));
  const late = without({ from: since > from ? since : from, to: removed ?? to }, good);
  const every = `every ${spec.everySeconds} s`;
  return late.length === 0
    ? finding('PASS', source, `swept ${every}`, entry)
    : departure(source, `to be swept ${every}, and was not ${told(late)}`, late, entry);
}

/** What is declared to be read, and is read as declared. */
function scheduled(context: Context): Judged {
  const { input } = context;
  const declared = [...input.closing.tables.source.values()].filter(
    ({ removed }) => removed === null || removed >= input.period.from,
  );
  const hidden = context
    .withheldAnywhere('source.configured', 'source.removed')
    .map((entry) => withheldFinding(entry));
  return judge(
    'every declared source is swept on its schedule',
    [...declared.map((each) => onSchedule(context, each)), ...hidden],
    { verdict: 'NOT_EVALUABLE', why: 'no source is declared: what was never swept would not be missed here' },
  );
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
    scheduled(context),
  ];
}
