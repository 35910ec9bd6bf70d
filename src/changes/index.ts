export type { Channel } from './approval.ts';
export type { Enrolment } from './bootstrap.ts';
export type { ApprovalRequest, Changes, Proposal, Proposed, Recorded } from './contract.ts';
export { MANIFESTS_MAX_BYTES, type Manifest, parseManifests, printManifests } from './manifests.ts';
export { planOf, replan } from './plan.ts';
export { createChanges } from './service.ts';
export { planText } from './text.ts';
