export { compilePolicies } from './compile.ts';
export { decide } from './decide.ts';
export type { PolicyRequest } from './request.ts';
export { policyGrants, policyReferences, validatePolicy } from './validate.ts';
