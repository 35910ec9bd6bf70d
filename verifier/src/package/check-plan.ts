import { canonicalize } from '../canonical.ts';
import { type EntryData, type Operation, RESOURCE_TABLES, type Rows, type State } from '../words/index.ts';
import type { Findings } from './report.ts';

type Declared = EntryData['resource.declared'];
type Retired = EntryData['resource.retired'];

/** What one walk over the entries has gathered. */
export interface Seen {
  findings: Findings;
  /** First entry whose body is withheld: behind it a missing row proves nothing. */
  withheld: number | undefined;
  /** Changes applied in the range, with the entry that says so. */
  applied: Map<Rows['change'], string>;
  /** `change id/resource id` of every step that was carried out. */
  done: Set<string>;
}

/** A problem, or unknown where a withheld body may explain it. */
export function miss(seen: Seen, where: string, message: string): void {
  if (seen.withheld === undefined) seen.findings.problem(where, message);
  else seen.findings.unknown(where, `${message}; the body of entry ${seen.withheld} is withheld`);
}

export const isBootstrapOpen = (before: State): boolean => before.tables.bootstrap.get('open')?.open === true;

/** The change, or undefined and said. */
export function findChange(seen: Seen, where: string, id: string, before: State): Rows['change'] | undefined {
  const change = before.tables.change.get(id);
  if (change === undefined) miss(seen, where, `rests on \`${id}\`, which is not in the log`);
  return change;
}

/** The entry that the present version rests on; null where nothing stands. */
function standingEntry({ kind, id }: Operation, before: State): number | null {
  const row = before.tables[RESOURCE_TABLES[kind]].get(id);
  return row === undefined || row.retired ? null : row.entry;
}

/**
 * An entry carries out a step of a plan that was applied, over what the plan was made for. The last keeps an old, approved
 * plan from being played again over what came after it.
 */
function followsPlan(
  seen: Seen,
  where: string,
  { change: id }: { change: string },
  before: State,
  isStep: (step: Operation) => boolean,
): void {
  const change = findChange(seen, where, id, before);
  if (change === undefined) return;
  if (change.state !== 'applied') miss(seen, where, `rests on \`${id}\`, which was not applied`);
  const step = change.plan.operations.find(isStep);
  if (step === undefined) {
    seen.findings.problem(where, `is not what \`${id}\` says`);
    return;
  }
  if (step.base !== standingEntry(step, before))
    miss(seen, where, `is over another version than \`${id}\` was made for`);
  seen.done.add(`${id}/${step.id}`);
}

const same = (a: unknown, b: unknown): boolean => canonicalize(a) === canonicalize(b);

/** The control plane implements exactly what was approved; without a change only in the bootstrap, marked. */
export function checkDeclared(seen: Seen, where: string, data: Declared, before: State): void {
  const { kind, id, name, spec, change, bootstrap } = data;
  if (bootstrap && !isBootstrapOpen(before)) miss(seen, where, 'is marked as bootstrap, which was not open');
  if (change === null) {
    if (!bootstrap) seen.findings.problem(where, 'is declared by no change');
    return;
  }
  const isStep = (step: Operation) =>
    step.kind === kind && step.id === id && same([step.name, step.after], [name, spec]);
  followsPlan(seen, where, { change }, before, isStep);
}

export function checkRetired(seen: Seen, where: string, { kind, id, change }: Retired, before: State): void {
  if (change === null) {
    if (!isBootstrapOpen(before)) miss(seen, where, 'is retired by no change');
    return;
  }
  const isStep = (step: Operation) => step.op === 'retire' && step.kind === kind && step.id === id;
  followsPlan(seen, where, { change }, before, isStep);
}

/** Nothing is applied twice, or that no second person approved, but in the bootstrap, which must be open and say so. */
export function checkApplied(
  seen: Seen,
  where: string,
  data: EntryData['change.applied'],
  before: State,
): void {
  const change = findChange(seen, where, data.change, before);
  if (change === undefined) return;
  const { state, planDigest, plan, approvals } = change;
  if (state !== 'proposed')
    seen.findings.problem(where, `applies \`${data.change}\`, which is ${state} already`);
  if (planDigest !== data.planDigest) seen.findings.problem(where, 'applies another digest than the plan’s');
  if (plan.operations.length !== data.operations)
    seen.findings.problem(where, 'counts other steps than the plan’s');
  seen.applied.set(change, where);
  if (data.bootstrap && !isBootstrapOpen(before))
    miss(seen, where, 'is marked as bootstrap, which was not open');
  const alone = (keyId: string) => before.tables.breakglass.get(keyId)?.change === change.id;
  const carried = approvals.some(
    ({ approver, signature }) => approver !== plan.proposer || alone(signature.keyId),
  );
  if (data.bootstrap || carried) return;
  miss(seen, where, `applies \`${data.change}\`, which no second person approved`);
}

/** What was applied was applied whole. */
export function checkWhole(seen: Seen): void {
  for (const [{ id, plan }, where] of seen.applied) {
    const open = plan.operations.filter((step) => !seen.done.has(`${id}/${step.id}`));
    for (const step of open)
      miss(seen, where, `applies \`${id}\`, and nothing does its step for \`${step.id}\``);
  }
}
