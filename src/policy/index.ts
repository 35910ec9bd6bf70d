export { compilePolicies } from './compile.ts';
export { beyondProfile, decide } from './decide.ts';
export { policyGrants, policyReferences, validatePolicy } from './validate.ts';
