export type { Changes, Proposed } from './contract.ts';
export { API_VERSION } from './manifest-schema.ts';
export { createChanges } from './service.ts';
