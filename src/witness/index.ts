export { WITNESS_REFUSED } from './finding.ts';
export type { Witness, WitnessStatus } from './model.ts';
export { createWitnesses, readWitnesses, type Witnesses } from './service.ts';
export { largestKnown } from './start.ts';
