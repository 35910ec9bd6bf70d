export type { ApprovalRequest, Changes, Proposal, Proposed, Recorded } from './contract.ts';
export { createChanges } from './service.ts';
