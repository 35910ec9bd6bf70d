import type { Kind, Operation, Rows } from '../words/index.ts';
import { BOOTSTRAP } from './approvals.ts';
import type { Context, Told } from './context.ts';
import { instant } from './intervals.ts';
import { byPerson, overApplied, secondPerson } from './iss-02.ts';
import { departure, type Finding, finding, type Judged, judge, stated, withheldFinding } from './result.ts';

type Applied = Told<'change.applied'>;
type Change = Rows['change'];
type Carried = Told<'resource.declared'> | Told<'resource.retired'>;

const REASON_MIN_CHARACTERS = 10;
const DECLARING = ['resource.declared', 'resource.retired'] as const satisfies readonly Kind[];

const isWorded = (text: string): boolean => [...text.trim()].length >= REASON_MIN_CHARACTERS;

const described = ({ id, plan }: Change, { index }: Applied): Finding =>
  isWorded(plan.reason) && plan.title.trim() !== ''
    ? finding('PASS', id, `${plan.title}: ${plan.reason}`, index)
    : finding('FAIL', id, `reason shorter than ${REASON_MIN_CHARACTERS} characters`, index);

/** Asked for, then approved, then carried out, and over the same digest all the way. */
function inOrder({ id, entry, approvals, planDigest }: Change, { index, data }: Applied): Finding {
  const before = approvals.filter((approval) => approval.entry < index && approval.entry > entry);
  if (data.planDigest !== planDigest)
    return finding('FAIL', id, 'another plan was carried out than was proposed', index);
  const signed = before.filter((approval) => approval.planDigest === planDigest);
  if (signed.length === 0)
    return data.bootstrap
      ? { ...finding('NOT_EVALUABLE', id, BOOTSTRAP, index), deviation: true }
      : finding('FAIL', id, 'carried out before it was approved', index);
  const [first] = signed;
  return finding(
    'PASS',
    id,
    `proposed in ${entry}, approved in ${first?.entry}, carried out in ${index}`,
    index,
  );
}

/** Policies whose effect the plan does not show: those who signed could not see what it does. */
const untold = ({ plan }: Change): Operation[] =>
  plan.operations.filter(
    ({ op, kind, name }) =>
      kind === 'Policy' &&
      op !== 'retire' &&
      !plan.gains.some(({ what }) => what.includes(`(policy ${String(name)} `)),
  );

/** A plan is made by checking the whole of what would stand, and says who gains and loses what; both are in its digest. */
function tried(change: Change, { index }: Applied): Finding {
  const missing = untold(change).map(({ name }) => String(name));
  return missing.length === 0
    ? finding('PASS', change.id, 'checked as a whole, its effects computed and signed', index)
    : finding('NOT_EVALUABLE', change.id, `the plan shows no effect of policy ${missing.join(', ')}`, index);
}

const idOf = ({ data }: Carried): string => data.id;

/** What took effect is the population, not what was asked for. */
function byChange(carried: Carried): Finding {
  const { index, leaf, data } = carried;
  if (data.change !== null) return finding('PASS', idOf(carried), `by ${data.change}`, index);
  const isMarked = 'bootstrap' in data && data.bootstrap;
  if (isMarked) return { ...finding('NOT_EVALUABLE', idOf(carried), BOOTSTRAP, index), deviation: true };
  return departure(idOf(carried), `entry ${index} is by no change`, [instant(leaf.time)], index);
}

const none = { verdict: 'NOT_OCCURRING', why: 'no change was applied in the period' } as const;

/** NHI-CHG-01: what took effect was described, planned, approved by another person, and carried out, in that order. */
export function changesAreAuthorised(context: Context): Judged[] {
  const carried = [...context.told('resource.declared'), ...context.told('resource.retired')].sort(
    (a, b) => a.index - b.index,
  );
  const hidden = context.withheld(...DECLARING).map((entry) => withheldFinding(entry));
  const hiddenChanges = context.withheld('change.applied').map((entry) => withheldFinding(entry));
  const over = (clause: string, rule: Parameters<typeof overApplied>[1]): Judged =>
    judge(clause, [...overApplied(context, rule), ...hiddenChanges], none);
  return [
    judge('everything that took effect came by a change', [...carried.map(byChange), ...hidden], {
      verdict: 'NOT_OCCURRING',
      why: 'nothing was declared or retired in the period',
    }),
    over('the author is not the approver', secondPerson),
    over('an enrolled person approved by signature', byPerson),
    over('proposed, approved and carried out in that order', inOrder),
    over('checked, and its effects shown, before it was approved', tried),
    over('what it is for is written down', described),
    stated(
      'releases of the issuing code follow the same way',
      'NOT_EVALUABLE',
      'which version of this program ran, and who released it, is no entry of this log',
    ),
  ];
}
