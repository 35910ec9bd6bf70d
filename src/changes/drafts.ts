import { type ApprovalSignature, type Plan, planDigest, type Rows, type View } from '#verifier';
import type { Draft } from '../store/index.ts';
import { entriesOf } from './entries.ts';
import type { Fresh } from './fresh.ts';

export function proposedDraft(plan: Plan, source: string | null, fresh: Fresh): Draft {
  return {
    kind: 'change.proposed',
    subject: plan.change,
    actor: plan.proposer,
    data: { plan, planDigest: planDigest(plan), source },
    openings: fresh.openingsIn(JSON.stringify(plan)),
  };
}

export function approvedDraft(
  { id, planDigest }: Rows['change'],
  approver: string,
  signature: ApprovalSignature,
): Draft {
  const data = { change: id, planDigest, approver, signature };
  return { kind: 'change.approved', subject: id, actor: approver, data };
}

export function appliedDrafts({ id, plan, planDigest }: Rows['change'], actor: string, view: View): Draft[] {
  const bootstrap = view.rows('bootstrap').get('open')?.open ?? false;
  const data = { change: id, planDigest, operations: plan.operations.length, bootstrap };
  const by = { change: id, reason: plan.reason, actor, bootstrap };
  const entries = plan.operations.flatMap((operation) => entriesOf(operation, view, by));
  return [{ kind: 'change.applied', subject: id, actor, data }, ...entries];
}
