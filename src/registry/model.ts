import type { IdentityState, Rows } from '#verifier';
import { MunimentError } from '../kernel/index.ts';
import type { View } from '../store/contract.ts';

/** How long what a person owned goes on after they left, for somebody to take it over. */
export const OWNER_GRACE_DAYS = 14;
const DAY_MILLISECONDS = 86_400_000;

const MOVES: Readonly<Record<IdentityState, readonly IdentityState[]>> = {
  requested: ['approved', 'retired'],
  approved: ['active', 'retired'],
  active: ['suspended', 'retired'],
  suspended: ['active', 'retired'],
  retired: [],
};

/** requested → approved → active ⇄ suspended; retired from anywhere, for good. */
export const canMove = (from: IdentityState, to: IdentityState): boolean => MOVES[from].includes(to);

/** @throws MunimentError `conflict` */
export function checkMove(from: IdentityState, to: IdentityState): void {
  if (!canMove(from, to)) throw new MunimentError('conflict', `an identity cannot go from ${from} to ${to}`);
}

/** Declared, not retired, and not gone. */
export const isLiving = (person: Rows['person'] | undefined): boolean =>
  person !== undefined && !person.retired && person.spec.status === 'active';

export type OwnerStanding =
  | { standing: 'owner'; person: string }
  /** The owner has left; the deputy answers. A new owner is due by `until`. */
  | { standing: 'deputy'; person: string; until: string }
  /** Nobody answers any more; what runs may be renewed until then. */
  | { standing: 'grace'; until: string }
  | { standing: 'none' };

/** When the grace of what this person owns is over, RFC 3339; null where they have not left. */
export function graceEnd(person: Rows['person']): string | null {
  if (person.left === null) return null;
  return new Date(Date.parse(person.left) + OWNER_GRACE_DAYS * DAY_MILLISECONDS).toISOString();
}

/**
 * Who answers for an identity now. Only `none` forbids to issue; under `grace` nothing new should begin. Pure.
 * A person who is not in the view at all is as good as none: no grace runs from an unknown day.
 */
export function ownerStanding(identity: Rows['identity'], view: View, now: Date): OwnerStanding {
  const persons = view.rows('person');
  const owner = persons.get(identity.spec.owner);
  if (owner === undefined) return { standing: 'none' };
  if (isLiving(owner)) return { standing: 'owner', person: owner.id };
  const until = graceEnd(owner);
  if (until === null) return { standing: 'none' };
  const deputy = identity.spec.deputy === undefined ? undefined : persons.get(identity.spec.deputy);
  if (deputy !== undefined && isLiving(deputy)) return { standing: 'deputy', person: deputy.id, until };
  return now.toISOString() < until ? { standing: 'grace', until } : { standing: 'none' };
}
