export type { BuildRequest, Period, Verdicts } from './model.ts';
export { PACKAGE_BODIES_MAX_BYTES, PACKAGE_ENTRIES_MAX } from './model.ts';
export { createEvidence, type Evidence, type EvidenceOptions } from './service.ts';
