import { canonicalize } from '../canonical.ts';
import type { Kind, RESOURCE_TABLES, ResourceKind, Rows } from '../words/index.ts';
import { judgeUse, useBehind } from './break-glass.ts';
import type { Context } from './context.ts';
import { type Finding, finding } from './result.ts';

type Change = Rows['change'];
type Declared = Rows[(typeof RESOURCE_TABLES)[ResourceKind]];

export const CHANGE_KINDS = [
  'change.proposed',
  'change.approved',
  'change.applied',
  'breakglass.used',
  'breakglass.reviewed',
] as const satisfies readonly Kind[];

export const BOOTSTRAP = 'approved by no second person: bootstrap';

/** How a declared thing joins the approval that let it stand. */
export type Joined = Pick<Finding, 'verdict' | 'why' | 'deviation'>;

const fail = (why: string): Joined => ({ verdict: 'FAIL', why });
const unknown = (why: string): Joined => ({ verdict: 'NOT_EVALUABLE', why });

/** A step of the plan that is this thing, word for word. */
const isPlanned = ({ plan }: Change, kind: ResourceKind, row: Declared): boolean =>
  plan.operations.some(
    (operation) =>
      operation.kind === kind &&
      operation.id === row.id &&
      operation.after !== null &&
      canonicalize([operation.name, operation.after]) === canonicalize([row.name, row.spec]),
  );

/**
 * Approvals by someone other than the requester (or, inside the bootstrap or by a break-glass key, by anyone) that came
 * before `entry`; those by ordinary keys first.
 */
function candidates(context: Context, change: Change, { entry, bootstrap }: Declared): Change['approvals'] {
  const earlier = change.approvals.filter((approval) => approval.entry < entry);
  const isAlone = (approval: Change['approvals'][number]) =>
    useBehind(context, change, approval) !== undefined;
  const ordinary = earlier.filter(
    (approval) => !isAlone(approval) && (bootstrap || approval.approver !== change.plan.proposer),
  );
  return [...ordinary, ...earlier.filter(isAlone)];
}

function bySignature(context: Context, change: Change, row: Declared): Joined {
  const found = candidates(context, change, row);
  const checks = found.map((approval) => ({ approval, check: context.signatures.get(approval.entry) }));
  const good = checks.find(({ check }) => check?.holds === true);
  if (good) {
    const { approver, time, entry } = good.approval;
    const use = useBehind(context, change, good.approval);
    if (use !== undefined) return judgeUse(use, context);
    return { verdict: 'PASS', why: `${change.id} approved by ${approver} at ${time} (entry ${entry})` };
  }
  const open = checks.find(({ check }) => check?.holds === null);
  if (open) return unknown(`${change.id}: ${open.check?.why}`);
  if (checks.length === 0 && row.bootstrap) return unknown(`${change.id} bears no signature`);
  const [first] = checks;
  return fail(first ? `${change.id}: ${first.check?.why}` : `${change.id} was approved by no second person`);
}

/**
 * Marked first days: a departure that is said, and that a compensating review would have to carry. It never passes, and
 * what is wrong beyond it stays wrong.
 */
const inBootstrap = ({ verdict, why }: Joined): Joined => ({
  verdict: verdict === 'PASS' ? 'NOT_EVALUABLE' : verdict,
  why: verdict === 'PASS' ? BOOTSTRAP : `${BOOTSTRAP}; ${why}`,
  deviation: true,
});

function throughChange(context: Context, kind: ResourceKind, row: Declared, id: string): Joined {
  const change = context.input.closing.tables.change.get(id);
  if (change === undefined) return fail(`${id} is not in the log`);
  if (!isPlanned(change, kind, row)) return fail(`${id} does not hold it as it was declared`);
  return change.state === 'applied' ? bySignature(context, change, row) : fail(`${id} was never applied`);
}

/** A step that is missing may be one that was withheld. */
function unlessWithheld(context: Context, joined: Joined, id: string): Joined {
  const [hidden] = joined.verdict === 'FAIL' ? context.withheldAbout(CHANGE_KINDS, [id]) : [];
  return hidden ? unknown(`${id}: the body of entry ${hidden.index} is withheld`) : joined;
}

/** What was joined already: many credentials rest on one identity. */
const known = new WeakMap<Context, WeakMap<Declared, Joined>>();

/**
 * Joins one version of a declared thing to a valid signature over its plan that came before it: approved, then applied,
 * exactly as signed.
 */
export function joinApproval(context: Context, kind: ResourceKind, row: Declared): Joined {
  const joined = known.get(context) ?? new WeakMap<Declared, Joined>();
  known.set(context, joined);
  const found = joined.get(row) ?? join(context, kind, row);
  joined.set(row, found);
  return found;
}

function join(context: Context, kind: ResourceKind, row: Declared): Joined {
  const { change, bootstrap } = row;
  if (change === null)
    return bootstrap ? inBootstrap(unknown('no change')) : fail('declared without a change');
  const joined = unlessWithheld(context, throughChange(context, kind, row, change), change);
  return bootstrap ? inBootstrap(joined) : joined;
}

export const asFinding = (joined: Joined, id: string, entry?: number): Finding => ({
  ...finding(joined.verdict, id, joined.why, entry),
  ...(joined.deviation ? { deviation: true } : {}),
});
