export { type AuthorityOptions, createAuthority } from './authority.ts';
export { BUNDLE_REFRESH_SECONDS, jwksOf, spiffeBundleOf } from './bundle.ts';
export type { Authority, IssuingCa, Purpose, ServerIdentity, SpiffeBundle } from './ca.ts';
export * from './model.ts';
export { sealedSecrets } from './queries.ts';
export { createIssuance, type Issuance } from './service.ts';
export { AGENT_TRUST, createTokens, TOKEN_TTL_SECONDS, type Tokens } from './tokens.ts';
