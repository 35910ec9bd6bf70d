export type { IdentityFilter, IdentityView, Named } from './identities.ts';
export {
  canMove,
  checkMove,
  graceEnd,
  isLiving,
  OWNER_GRACE_DAYS,
  type OwnerStanding,
  ownerStanding,
} from './model.ts';
export { type People, readPeople } from './people.ts';
export { createRegistry, type Page, type Recorded, type Registry } from './service.ts';
