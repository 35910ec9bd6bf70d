export { compilePolicies } from './compile.ts';
export { decide } from './decide.ts';
export type { PolicyRequest } from './request.ts';
export { SCHEMA } from './schema.ts';
export { type PolicyGrant, policyGrants, policyReferences, validatePolicy } from './validate.ts';
