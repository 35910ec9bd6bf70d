export type { Channel } from './approval.ts';
export type { Enrolment } from './bootstrap.ts';
export { MANIFESTS_MAX_BYTES, type Manifest, parseManifests, printManifests } from './manifests.ts';
export { planOf, replan } from './plan.ts';
export {
  type ApprovalRequest,
  type Changes,
  createChanges,
  type Proposal,
  type Proposed,
  type Recorded,
} from './service.ts';
export { planText } from './text.ts';
