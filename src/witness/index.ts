export { WITNESS_REFUSED } from './finding.ts';
export type { Cosigned, Witness, WitnessSetting, WitnessStatus } from './model.ts';
export { createWitnesses, readWitnesses, type Witnesses } from './service.ts';
export { largestKnown } from './start.ts';
