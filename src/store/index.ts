export type * from './contract.ts';
export { type DatabaseOptions, openDatabase } from './database.ts';
export { asStorageError, blamesData, SqlError, sqlState } from './engine/failures.ts';
export { createJobs, type Handler, type Job, type Jobs, type JobsOptions, type NewJob } from './jobs.ts';
export { type LogOptions, openLog } from './log/open.ts';
export type { Schema } from './schema.ts';
export { type Problem, type RowsReport, verifyRows } from './verify/index.ts';
