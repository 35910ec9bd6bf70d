export type { Changes, Proposed } from './contract.ts';
export { createChanges } from './service.ts';
