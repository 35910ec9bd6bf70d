import {
  type ApprovalKey,
  type ApprovalSignature,
  canonicalize,
  type Plan,
  planDigest,
  type Rows,
  verifyApproval,
} from '#verifier';
import { MunimentError } from '../kernel/index.ts';
import type { View } from '../store/index.ts';
import { isBreakGlass, judgeBreakGlass, openedBy } from './break-glass.ts';
import { canApprove, holdsApprovingRole, isLivingPerson } from './check.ts';
import { replan } from './plan.ts';

/** Where an approval came in. Only the first two can carry one. */
export type Channel = 'console' | 'tls' | 'socket';

const APPROVAL_CHANNELS: ReadonlySet<Channel> = new Set<Channel>(['console', 'tls']);

type Change = Rows['change'];

export interface Attempt {
  planDigest: string;
  signature: ApprovalSignature;
  channel: Channel;
  /** The person whose session carries the signature; null where none does. */
  session: string | null;
}

/** Who approves, and whether by a key that was laid away for an emergency. */
export interface Approver {
  person: Rows['person'];
  key: ApprovalKey;
  brokeGlass: boolean;
}

/** A signature that was found to be by this key, before the decision; whose key it is, the decision says. */
export interface Checked {
  key: ApprovalKey;
  holds: boolean;
}

/** The person and the key that a signature names, as they stand. */
export function signerOf(
  view: View,
  keyId: string,
): { person: Rows['person']; key: ApprovalKey } | undefined {
  for (const person of view.rows('person').values()) {
    const key = person.retired ? undefined : person.spec.keys.find(({ id }) => id === keyId);
    if (key) return { person, key };
  }
  return undefined;
}

export async function checkSignature(
  view: View,
  signature: ApprovalSignature,
  digest: string,
): Promise<Checked | undefined> {
  const signer = signerOf(view, signature.keyId);
  return signer && { key: signer.key, holds: await verifyApproval(signature, signer.key, digest) };
}

const sameKey = (a: ApprovalKey, b: ApprovalKey): boolean => canonicalize(a) === canonicalize(b);

/** True while the plan, made again over what stands, is the one with this digest. */
export function isCurrent(plan: Plan, digest: string, view: View): boolean {
  try {
    return planDigest(replan(plan, view)) === digest;
  } catch (error) {
    if (error instanceof MunimentError) return false;
    throw error;
  }
}

/** Refuses what is over, or not what was signed. */
export function checkPlan({ state, plan, planDigest: digest }: Change, given: string, view: View): void {
  if (state !== 'proposed') throw new MunimentError('change_closed', `the change is ${state}`);
  if (given !== digest) throw new MunimentError('plan_changed', 'the digest is not that of the plan');
  if (!isCurrent(plan, digest, view))
    throw new MunimentError('plan_changed', 'what the plan rests on has changed since: propose it again');
}

function judgeOrdinary({ plan }: Change, signer: ReturnType<typeof signerOf>, session: string | null): void {
  if (session === plan.proposer || signer?.person.id === plan.proposer)
    throw new MunimentError('self_approval_refused', 'who proposed a change may not approve it');
  if (signer === undefined || !canApprove(signer.person.spec))
    throw new MunimentError('approval_refused', 'the key is not one of a person who may approve');
  if (session !== null && session !== signer.person.id)
    throw new MunimentError('approval_refused', 'the key is not one of the person who is signed in');
}

/**
 * Decides whether a signature approves a change; hands back the approver. Throws `approval_channel_refused`,
 * `self_approval_refused`, `approval_refused`, `invalid_signature`, `change_closed`, `plan_changed`.
 */
export function judgeApproval(
  change: Change,
  attempt: Attempt,
  checked: Checked | undefined,
  view: View,
  now: Date,
): Approver {
  if (!APPROVAL_CHANNELS.has(attempt.channel))
    throw new MunimentError('approval_channel_refused', 'nobody approves through the admin socket');
  const signer = signerOf(view, attempt.signature.keyId);
  const brokeGlass = signer !== undefined && isBreakGlass(signer.key, view);
  if (brokeGlass) judgeBreakGlass(change, signer, attempt.session, { view, now });
  else judgeOrdinary(change, signer, attempt.session);
  if (signer === undefined || !checked?.holds || !sameKey(checked.key, signer.key))
    throw new MunimentError('invalid_signature', 'the signature is not over this plan by this key');
  checkPlan(change, attempt.planDigest, view);
  return { ...signer, brokeGlass };
}

type Approval = Change['approvals'][number];

/** Approvals whose signature holds by the key that is enrolled now, checked again before they are leaned on. */
export async function holdingApprovals(
  change: Change,
  view: View,
): Promise<Array<{ approval: Approval; key: ApprovalKey }>> {
  const holding = await Promise.all(
    change.approvals.map(async (approval) => {
      const checked = await checkSignature(view, approval.signature, change.planDigest);
      return checked?.holds ? { approval, key: checked.key } : undefined;
    }),
  );
  return holding.filter((each) => each !== undefined);
}

/** Another person than the proposer, or a key for emergencies that was used on this change and no other. */
function carries({ person, key }: { person: Rows['person']; key: ApprovalKey }, change: Change, view: View) {
  if (isBreakGlass(key, view))
    return openedBy(key, change, view) && isLivingPerson(person.spec) && holdsApprovingRole(person.spec);
  return person.id !== change.plan.proposer && canApprove(person.spec);
}

/** Somebody who may still approve with the key that signed. */
export function isApproved(
  change: Change,
  holding: Awaited<ReturnType<typeof holdingApprovals>>,
  view: View,
): boolean {
  return holding.some(({ approval, key }) => {
    const signer = signerOf(view, key.id);
    return (
      signer !== undefined &&
      signer.person.id === approval.approver &&
      approval.planDigest === change.planDigest &&
      sameKey(key, signer.key) &&
      carries(signer, change, view)
    );
  });
}
