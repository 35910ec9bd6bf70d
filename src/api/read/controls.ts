import { CONTROLS, type Control, type TestResult } from '#verifier';
import type { VerdictChange } from '../../evidence/index.ts';

/** One sentence for a verdict: that of the clause which decided it. */
const whyOf = ({ verdict, clauses }: TestResult): string =>
  clauses.find((clause) => clause.verdict === verdict)?.why ?? 'nothing of the kind occurred in the period';

/** A control with its outcome over a period. */
export function viewControl(control: Control, result: TestResult, history: VerdictChange[] = []) {
  const deviations = new Set(result.clauses.flatMap((clause) => clause.deviations));
  return {
    id: control.id,
    title: control.title,
    statement: control.statement,
    tsc: [...control.tsc],
    verdict: result.verdict,
    population: result.counts.members,
    deviations: deviations.size,
    exceptions: result.counts.exceptions,
    why: whyOf(result),
    clauses: result.clauses.map(({ clause, verdict, why }) => ({ clause, verdict, why })),
    history,
    excepted: result.exceptions,
    members: result.members.map(({ id, verdict, why, entry, exception }) => ({
      member: id,
      verdict,
      why,
      ...(entry === undefined ? {} : { entry }),
      ...(exception === undefined ? {} : { exception }),
    })),
  };
}

/** In the order of the catalogue. */
export function viewControls(
  results: TestResult[],
  history: ReadonlyMap<string, VerdictChange[]> = new Map(),
) {
  const byId = new Map(results.map((result) => [result.control, result]));
  return CONTROLS.flatMap((control) => {
    const result = byId.get(control.id);
    return result === undefined ? [] : [viewControl(control, result, history.get(control.id))];
  });
}
