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
