export { createAuthority } from './authority.ts';
export { BUNDLE_REFRESH_SECONDS, jwksOf, spiffeBundleOf } from './bundle.ts';
export type { Authority } from './ca.ts';
export { type Clients, createClients } from './client.ts';
export * from './model.ts';
export { sealedSecrets } from './queries.ts';
export { createIssuance, type Issuance } from './service.ts';
export { createTokens, type Tokens } from './tokens.ts';
