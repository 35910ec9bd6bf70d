import type { LockTargetKind, Rows } from '#verifier';
import { type ErrorCode, timestamp } from '../kernel/index.ts';
import { ownerStanding } from '../registry/index.ts';
import type { View } from '../store/index.ts';

/** Why an identity may not have anything now, before any policy is asked. */
export interface Objection {
  code: ErrorCode;
  rule: 'lock' | 'state';
  reason: string;
}

/** Everything that a lock could be on, for one candidate. */
export interface Standing {
  identity: Rows['identity'];
  trust: string;
  agent: string | null;
  instance: string | null;
}

const activeLocks = new WeakMap<View, Map<string, Rows['lock']>>();

function locksOf(view: View): Map<string, Rows['lock']> {
  const kept = activeLocks.get(view);
  if (kept !== undefined) return kept;
  const active = [...view.rows('lock').values()].filter((lock) => lock.lifted === null);
  const byTarget = new Map(active.map((lock) => [`${lock.target.kind}:${lock.target.id}`, lock]));
  activeLocks.set(view, byTarget);
  return byTarget;
}

/** The lock that holds this target now. */
export const activeLock = (view: View, kind: LockTargetKind, id: string): Rows['lock'] | undefined =>
  locksOf(view).get(`${kind}:${id}`);

export function lockOn(view: View, { identity, trust, agent, instance }: Standing): Objection | undefined {
  const { owner, application } = identity.spec;
  const targets = { identity: identity.id, trust, agent, instance, owner, application };
  for (const [kind, id] of Object.entries(targets)) {
    const lock = activeLock(view, kind as LockTargetKind, id ?? '');
    if (lock) return { code: 'locked', rule: 'lock', reason: `the ${kind} is locked (${lock.id})` };
  }
  return undefined;
}

/**
 * State, purpose, application and owner. `heldBefore`: the identity already had a credential.
 */
export function objectionOf(
  view: View,
  identity: Rows['identity'],
  heldBefore: boolean,
  now: Date,
): Objection | undefined {
  if (identity.retired || identity.state !== 'active') {
    return inactive(`the identity is ${identity.retired ? 'retired' : identity.state}`);
  }
  if (identity.spec.purpose.trim() === '') return inactive('the identity has no purpose');
  const application = view.rows('application').get(identity.spec.application);
  if (!application || application.retired || application.spec.status !== 'active') {
    return inactive('the application is retired');
  }
  return ownerless(view, identity, heldBefore, now);
}

const inactive = (reason: string): Objection => ({ code: 'identity_not_active', rule: 'state', reason });

/** After an owner left, what already was is kept alive for a grace, and nothing new begins. */
function ownerless(
  view: View,
  identity: Rows['identity'],
  heldBefore: boolean,
  now: Date,
): Objection | undefined {
  const answers = ownerStanding(identity, view, now);
  if (answers.standing === 'owner') return undefined;
  const refuse = (reason: string): Objection => ({ code: 'no_living_owner', rule: 'state', reason });
  if (answers.standing === 'none') return refuse('nobody living answers for the identity');
  if (timestamp(now) >= answers.until)
    return refuse(`the owner left and the grace ended at ${answers.until}`);
  return heldBefore ? undefined : refuse('the owner left: nothing new is issued until another owner stands');
}

/** Identities for which it matters whether they held anything before. */
export const ownerHasLeft = (view: View, identity: Rows['identity'], now: Date): boolean =>
  ownerStanding(identity, view, now).standing !== 'owner';
