import { canonicalize } from '../canonical.ts';
import type { EntryData, Rows } from '../words/index.ts';
import { BOOTSTRAP, CHANGE_KINDS } from './approvals.ts';
import { aloneBy, reviews, useBehind } from './break-glass.ts';
import type { Context, Told } from './context.ts';
import { instant } from './intervals.ts';
import { type Finding, finding, type Judged, judge, withheldFinding } from './result.ts';

type Applied = Told<'change.applied'>;
type Change = Rows['change'];
type Rule = (change: Change, applied: Applied, context: Context) => Finding;

const none = { verdict: 'NOT_OCCURRING', why: 'no change was applied in the period' } as const;

/** Approvals that came before the change was applied. */
const before = ({ approvals }: Change, { index }: Applied): Change['approvals'] =>
  approvals.filter(({ entry }) => entry < index);

export const secondPerson: Rule = (change, applied, context) => {
  const { proposer } = change.plan;
  const earlier = before(change, applied);
  const others = earlier.filter(
    (approval) => approval.approver !== proposer && !useBehind(context, change, approval),
  );
  if (others.length > 0) {
    const names = others.map(({ approver }) => approver).join(', ');
    return finding('PASS', change.id, `asked for by ${proposer}, approved by ${names}`, applied.index);
  }
  const alone = aloneBy(context, change, earlier);
  if (alone) return { ...finding(alone.verdict, change.id, alone.why, applied.index), deviation: true };
  return applied.data.bootstrap
    ? { ...finding('NOT_EVALUABLE', change.id, BOOTSTRAP, applied.index), deviation: true }
    : finding('FAIL', change.id, `asked for by ${proposer} and approved by no one else`, applied.index);
};

/** One good signature by an enrolled, active approver other than the requester carries the change. */
export const byPerson: Rule = (change, applied, context) => {
  const checks = before(change, applied)
    .filter(
      (approval) =>
        applied.data.bootstrap ||
        approval.approver !== change.plan.proposer ||
        useBehind(context, change, approval) !== undefined,
    )
    .map(({ entry }) => context.signatures.get(entry));
  const good = checks.find((check) => check?.holds === true);
  if (good) return finding('PASS', change.id, good.why, applied.index);
  const open = checks.find((check) => check?.holds === null);
  if (open) return finding('NOT_EVALUABLE', change.id, open.why, applied.index);
  if (applied.data.bootstrap) {
    return { ...finding('NOT_EVALUABLE', change.id, BOOTSTRAP, applied.index), deviation: true };
  }
  return finding('FAIL', change.id, checks[0]?.why ?? 'no approval by signature', applied.index);
};

const stepOf = ({ kind, id, name, spec }: EntryData['resource.declared']): string =>
  canonicalize([kind, id, name, spec]);

/** The steps that the entries carried out and those that were signed, each once. */
const exactlyAsSigned: Rule = (change, applied, context) => {
  const { id, plan } = change;
  const signed = plan.operations.map(({ op, kind, id: target, name, after }) =>
    op === 'retire' ? canonicalize([kind, target]) : canonicalize([kind, target, name, after]),
  );
  const declared = context.told('resource.declared').filter(({ data }) => data.change === id);
  const retired = context.told('resource.retired').filter(({ data }) => data.change === id);
  const done = [
    ...declared.map(({ data }) => stepOf(data)),
    ...retired.map(({ data }) => canonicalize([data.kind, data.id])),
  ];
  // A step out of sight may be one that nobody signed, or the one that seems to be missing.
  const [hidden] = context.withheld('resource.declared', 'resource.retired');
  if (hidden) return withheldFinding(hidden, id);
  const isSame = canonicalize([...signed].sort()) === canonicalize([...done].sort());
  return isSame && applied.data.planDigest === change.planDigest
    ? finding('PASS', id, 'carried out by the control plane, step by step as signed', applied.index)
    : finding('FAIL', id, 'what was carried out is not what the plan says', applied.index);
};

/** What is missing may be what was withheld. */
function ruled(context: Context, applied: Applied, rule: Rule): Finding {
  const id = applied.data.change;
  const change = context.input.closing.tables.change.get(id);
  const found = change
    ? rule(change, applied, context)
    : finding('FAIL', id, 'no such change was proposed', applied.index);
  const [hidden] = found.verdict === 'FAIL' ? context.withheldAbout(CHANGE_KINDS, [id]) : [];
  if (hidden) return withheldFinding(hidden, id);
  return found.verdict === 'FAIL' ? { ...found, during: [instant(applied.leaf.time)] } : found;
}

/** One finding for each change that the period applied. */
export const overApplied = (context: Context, rule: Rule): Finding[] =>
  context.told('change.applied').map((each) => ruled(context, each, rule));

/** What the bootstrap or a break-glass key let one person do: each has to carry a review by another, afterwards. */
function overrides(context: Context): Judged {
  const declared = context.told('resource.declared').filter(({ data }) => data.bootstrap);
  const found = declared.map(({ index, data }) => {
    const what = typeof data.name === 'string' ? `${data.kind} \`${data.name}\`` : data.kind;
    const why = `${what} ${BOOTSTRAP}; no compensating review is on record, and none can be recorded yet`;
    return { ...finding('NOT_EVALUABLE', data.id, why, index), deviation: true };
  });
  const hidden = context
    .withheld('resource.declared', 'breakglass.used')
    .map((entry) => withheldFinding(entry));
  const all = [...found, ...reviews(context), ...hidden];
  return judge('what one person did alone carries a compensating review', all, {
    verdict: 'NOT_OCCURRING',
    why: 'nothing was declared inside a bootstrap, and no break-glass key was used, in the period',
  });
}

/** NHI-ISS-02: who asks does not approve, a person approves by signature, and nobody carries out anything else. */
export function dutiesAreSeparated(context: Context): Judged[] {
  const hidden = context.withheld('change.applied').map((entry) => withheldFinding(entry));
  const over = (clause: string, rule: Rule): Judged =>
    judge(clause, [...overApplied(context, rule), ...hidden], none);
  return [
    over('the requester is not the approver', secondPerson),
    over('an enrolled person approved by signature', byPerson),
    over('what was carried out is what was signed', exactlyAsSigned),
    overrides(context),
  ];
}
