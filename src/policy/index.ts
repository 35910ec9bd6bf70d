export { compilePolicies } from './compile.ts';
export { decide } from './decide.ts';
export { policyGrants, policyReferences, validatePolicy } from './validate.ts';
