export { adoptionProposal, adoptions } from './adopt.ts';
export type { SourceType } from './contract.ts';
export { secretFingerprint } from './marks.ts';
export {
  POSTURE_FINDINGS,
  type PostureAnswer,
  type PostureFinding,
  postureOf,
} from './posture.ts';
export { ownerClaims, proposeOwners } from './proposals.ts';
export { type Remapped, remapPackage } from './remap.ts';
export { createDiscovery, type Discovery, type SourceView } from './service.ts';
export { SOURCE_NAME } from './sources.ts';
