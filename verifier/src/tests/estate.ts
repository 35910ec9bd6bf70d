import type { Rows } from '../words/index.ts';
import type { Context } from './context.ts';
import type { Version } from './history.ts';
import { departure, type Finding, finding, type Judged, judge } from './result.ts';
import { hiddenSeen, type Seen, seen, unlessUnseen } from './sweeps.ts';

const DAY_MS = 86_400_000;

/** How long something found may stand before a person has decided on it. */
export const DECIDED_WITHIN_DAYS = 7;

export const plusDays = (time: string, days: number): string =>
  new Date(Date.parse(time) + days * DAY_MS).toISOString();

type Observation = Rows['observation'];
export type Seeing = Version<'observation'>;

/** What a host's accounts are may be people as well as machines: only a claim tells. */
export const mayBePersonal = ({ source, identity, attributes }: Observation): boolean =>
  identity === undefined && (source === 'host' || attributes.person === true);

/** A person answers for it: it is claimed, dismissed for now, or to be retired. */
const isDecided = ({ row, from }: Seeing): boolean =>
  row.identity !== undefined || (row.disposed !== undefined && row.disposed.until > from);

/** When somebody first decided on it, or it was gone; undefined while neither. */
export const settledAt = (versions: readonly Seeing[]): string | undefined =>
  versions.find((each) => !each.row.present || isDecided(each))?.from;

/** Declared identity that an observation is of: its own, or its holder's. */
export function identityOf({ history }: Context, row: Observation): string | undefined {
  if (row.identity !== undefined) return row.identity;
  const { holder } = row.attributes;
  return typeof holder === 'string' ? history('observation').get(holder)?.at(-1)?.row.identity : undefined;
}

/** Environment of the declared identity, else as the source tells it of the thing or of what holds it. */
export function environmentOf(context: Context, row: Observation): string | undefined {
  const declared = context
    .history('identity')
    .get(identityOf(context, row) ?? '')
    ?.at(-1)?.row.spec.environment;
  if (declared !== undefined) return declared;
  const { environment, holder } = row.attributes;
  if (typeof environment === 'string') return environment;
  const held =
    typeof holder === 'string' ? context.history('observation').get(holder)?.at(-1)?.row : undefined;
  return typeof held?.attributes.environment === 'string' ? held.attributes.environment : undefined;
}

/** Of a finding that a person must settle: settled in time, and open past its day at no instant of the period. */
export function settledInTime(
  { input }: Context,
  { id, title, due, closed, reason, entry }: Rows['finding'],
): Finding {
  const end = closed ?? input.period.to;
  const from = due > input.period.from ? due : input.period.from;
  if (from < end) return departure(id, `${title}: unsettled after ${due}`, [{ from, to: end }], entry);
  return closed === null
    ? finding('NOT_OCCURRING', id, `${title}: open until ${due} at the latest`, entry)
    : finding('PASS', id, `${title}: ${reason}`, entry);
}

/** Findings by these rules that were open at some instant of the period, in the order of their opening. */
export const openFindings = ({ input }: Context, rules: ReadonlySet<string>): Array<Rows['finding']> =>
  [...input.closing.tables.finding.values()]
    .filter(({ rule, closed }) => rules.has(rule) && (closed === null || closed >= input.period.from))
    .sort((a, b) => a.entry - b.entry);

/** One finding for each thing of a class that a rule has something to say of, what is kept back included. */
export function overSeen(
  context: Context,
  clause: string,
  of: ReadonlyArray<Observation['class']>,
  rule: (each: Seen) => Finding | undefined,
  nothing: string,
): Judged {
  const found = of
    .flatMap((kind) => seen(context, kind))
    .flatMap((each) => rule(each) ?? [])
    .map((each) => unlessUnseen(context, each));
  const swept = context.told('sweep.recorded').length > 0;
  return judge(clause, [...found, ...hiddenSeen(context)], {
    verdict: swept ? 'NOT_OCCURRING' : 'NOT_EVALUABLE',
    why: swept ? nothing : 'nothing was swept in the period',
  });
}
