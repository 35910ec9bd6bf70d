import type { BreakGlassUse, Rows } from '../words/index.ts';
import type { Context } from './context.ts';
import { type Finding, finding } from './result.ts';

type Change = Rows['change'];
type Approval = Change['approvals'][number];

/** How what one person did alone stands: at best it is a departure that another person found justified in time. */
export interface Alone {
  verdict: 'FAIL' | 'NOT_EVALUABLE';
  why: string;
  deviation: true;
}

const BY_KEY = 'approved alone, by a break-glass key';

/** The use of a break-glass key behind this approval; undefined where it came by an ordinary one. */
export function useBehind({ input }: Context, change: Change, approval: Approval): BreakGlassUse | undefined {
  const use = input.closing.tables.breakglass.get(approval.signature.keyId);
  return use?.change === change.id ? use : undefined;
}

const departs = (verdict: Alone['verdict'], why: string): Alone => ({
  verdict,
  why: `${BY_KEY}: ${why}`,
  deviation: true,
});

/** Judged by the period's end: until the review is due it is open, from then on its absence is a failure. */
export function judgeUse({ reviewed, due, person }: BreakGlassUse, { input }: Context): Alone {
  if (reviewed === null) {
    return due > input.period.to
      ? departs('NOT_EVALUABLE', `${person}; another person must review it by ${due}`)
      : departs('FAIL', `${person}; nobody had reviewed it by ${due}`);
  }
  const { by, time, outcome, note, entry } = reviewed;
  const said = `${by} on ${time} (entry ${entry}): ${note}`;
  if (outcome === 'not-justified') return departs('FAIL', `not justified, says ${said}`);
  return time > due
    ? departs('FAIL', `reviewed only after ${due} by ${said}`)
    : departs('NOT_EVALUABLE', `reviewed as justified by ${said}`);
}

/** What carried a change that nobody else approved, if a break-glass key did. */
export function aloneBy(context: Context, change: Change, approvals: readonly Approval[]): Alone | undefined {
  const use = approvals.map((each) => useBehind(context, change, each)).find((each) => each !== undefined);
  return use && judgeUse(use, context);
}

/** Each use in the period, by whether its review is there: with one that justifies it in time, the review is done. */
export function reviews(context: Context): Finding[] {
  return context.told('breakglass.used').map(({ index, data }) => {
    const use = context.input.closing.tables.breakglass.get(data.key);
    const alone = use && judgeUse(use, context);
    if (alone === undefined) return finding('FAIL', data.change, 'the use of the key left no row', index);
    const isDone = use?.reviewed !== null && alone.verdict !== 'FAIL';
    return { ...finding(isDone ? 'PASS' : alone.verdict, data.change, alone.why, index), deviation: true };
  });
}
