export { deathInView, deathOf } from './deaths.ts';
export { CRL_REFRESH_SECONDS, LOCK_TARGETS, type LockTarget } from './model.ts';
export { createRevocation, type Revocation } from './service.ts';
