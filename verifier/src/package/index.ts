export { encodePackage, makePackage, packageMembers, type Take } from './build.ts';
export { decodeBodies, encodeBodies } from './bundles.ts';
export { carriedIndices } from './carried.ts';
export type { Made } from './derive.ts';
export * from './model.ts';
export { commitmentsShown } from './openings.ts';
export { pageName, parsePageList } from './pages.ts';
export { formatReport } from './render.ts';
export { liveState } from './replay.ts';
export {
  CHECKS,
  type Check,
  type CheckName,
  type CheckOutcome,
  type PackageFacts,
  type Problem,
  type Report,
} from './report.ts';
export { type VerifyOptions, verifyMembers, verifyPackage } from './verify.ts';
