export type { VerdictChange } from './judging.ts';
export { createEvidence, type Evidence } from './service.ts';
