export type { Crls } from './crl.ts';
export { deathInView, deathOf } from './deaths.ts';
export { grantNamedBy } from './introspect.ts';
export {
  CRL_REFRESH_SECONDS,
  type Introspection,
  type LockTarget,
  type PlacedLock,
  type RevocationAuthority,
} from './model.ts';
export { createRevocation, type Revocation } from './service.ts';
