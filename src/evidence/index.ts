export { createEvidence, type Evidence } from './service.ts';
