export type * from './contract.ts';
export { type DatabaseOptions, openDatabase } from './database.ts';
export { SqlError, sqlState } from './engine/failures.ts';
export { type LogOptions, openLog } from './log/open.ts';
export type { Schema } from './schema.ts';
