import type { IdentityState, Rows } from '#verifier';
import { MunimentError, timestamp } from '../kernel/index.ts';

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
  /** The owner has left; the deputy answers until a new owner stands, at most until `until`. */
  | { standing: 'deputy'; person: string; until: string }
  /** Nobody answers any more; what runs may be renewed until then. */
  | { standing: 'grace'; until: string }
  | { standing: 'none' };

/** When the grace of what this person owns is over, RFC 3339; null where they have not left. */
export function graceEnd(person: Rows['person']): string | null {
  if (person.left === null) return null;
  return timestamp(new Date(Date.parse(person.left) + OWNER_GRACE_DAYS * DAY_MILLISECONDS));
}

/** Whoever left after this, RFC 3339, is still within the grace at `now`. */
export const graceStart = (now: Date): string =>
  timestamp(new Date(now.getTime() - OWNER_GRACE_DAYS * DAY_MILLISECONDS));

/** Where persons are looked up. A view is one. */
export interface Persons {
  rows(table: 'person'): ReadonlyMap<string, Rows['person']>;
}

/**
 * Who answers for an identity now. Pure. `none` forbids to issue; under `deputy` and `grace` what runs may be renewed, and
 * nothing new begins. A person who is not in the view is as good as none: no grace runs from an unknown day.
 */
export function ownerStanding(identity: Rows['identity'], view: Persons, now: Date): OwnerStanding {
  const persons = view.rows('person');
  const owner = persons.get(identity.spec.owner);
  if (owner === undefined) return { standing: 'none' };
  if (isLiving(owner)) return { standing: 'owner', person: owner.id };
  const until = graceEnd(owner);
  if (until === null || timestamp(now) >= until) return { standing: 'none' };
  const deputy = persons.get(identity.spec.deputy ?? '');
  return deputy && isLiving(deputy)
    ? { standing: 'deputy', person: deputy.id, until }
    : { standing: 'grace', until };
}
