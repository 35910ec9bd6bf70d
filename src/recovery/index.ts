export { type NewOrigin, startAnew } from './continue.ts';
export { eraOf } from './era.ts';
export { readKnown } from './known.ts';
export { openLogKey } from './log-key.ts';
export { standingKey } from './queries.ts';
export { checkSealGiven, restoreFrom } from './restore.ts';
