export type { IdentityView } from './identities.ts';
export { ownerStanding } from './model.ts';
export { type People, readPeople } from './people.ts';
export { createRegistry, type Registry } from './service.ts';
