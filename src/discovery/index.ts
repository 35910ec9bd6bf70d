export { adoptionProposal, adoptions } from './adopt.ts';
export type { SourceType } from './contract.ts';
export { secretFingerprint } from './marks.ts';
export {
  POSTURE_FINDINGS,
  type PostureAnswer,
  type PostureFinding,
  postureOf,
} from './posture.ts';
export { type OwnerProposal, ownerClaims, proposeOwners } from './proposals.ts';
export { type Remapped, remapPackage } from './remap.ts';
export { groupOf } from './same.ts';
export { createDiscovery, type Discovery, type Progress, type SourceView } from './service.ts';
export type { GivenSecret, SourceRequest } from './sources.ts';
export type { SweepResult } from './sweep.ts';
export type { SourceTest } from './try-out.ts';
