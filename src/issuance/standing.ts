import type { Rows } from '#verifier';
import type { ErrorCode } from '../kernel/index.ts';
import type { View } from '../store/index.ts';
import { OWNER_GRACE_DAYS } from './model.ts';

const DAY_MS = 86_400_000;

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
  instance: string;
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

export function lockOn(view: View, { identity, trust, agent, instance }: Standing): Objection | undefined {
  const locks = locksOf(view);
  const { owner, application } = identity.spec;
  const targets = { identity: identity.id, trust, agent, instance, owner, application };
  for (const [kind, id] of Object.entries(targets)) {
    const lock = locks.get(`${kind}:${id}`);
    if (lock) return { code: 'locked', rule: 'lock', reason: `the ${kind} is locked (${lock.id})` };
  }
  return undefined;
}

/**
 * State, purpose, application and owner. `heldBefore`: the identity already had a credential; only that is kept alive by a
 * deputy after the owner left.
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

function ownerless(
  view: View,
  identity: Rows['identity'],
  heldBefore: boolean,
  now: Date,
): Objection | undefined {
  const people = view.rows('person');
  const owner = people.get(identity.spec.owner);
  if (isLiving(owner)) return undefined;
  const refuse = (reason: string): Objection => ({ code: 'no_living_owner', rule: 'state', reason });
  if (owner === undefined || !isLiving(people.get(identity.spec.deputy ?? ''))) {
    return refuse('the owner left and no deputy answers');
  }
  if (!heldBefore) return refuse('the owner left: nothing new is issued until another owner stands');
  const graceEnds = Date.parse(owner.declared) + OWNER_GRACE_DAYS * DAY_MS;
  return now.getTime() < graceEnds ? undefined : refuse(`the owner left over ${OWNER_GRACE_DAYS} days ago`);
}

const isLiving = (person: Rows['person'] | undefined): boolean =>
  person !== undefined && !person.retired && person.spec.status === 'active';

/** Identities for which it matters whether they held anything before. */
export const ownerHasLeft = (view: View, identity: Rows['identity']): boolean =>
  !isLiving(view.rows('person').get(identity.spec.owner));
