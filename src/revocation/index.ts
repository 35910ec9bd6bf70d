export { deathInView, deathOf } from './deaths.ts';
export { CRL_REFRESH_SECONDS, type LockTarget } from './model.ts';
export { createRevocation, type Revocation } from './service.ts';
