export type * from './contract.ts';
export { openDatabase } from './database.ts';
export { lockDataFolder } from './engine/data-folder.ts';
export { asStorageError, blamesData } from './engine/failures.ts';
export { createJobs, type Job, type Jobs } from './jobs.ts';
export { type Known, knownOf, stoodAt } from './log/moment.ts';
export { openLog } from './log/open.ts';
export { verifyRows } from './verify/index.ts';
