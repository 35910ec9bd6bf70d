import type { Db } from '../contract.ts';

/** What an engine is to the rest of the store: a Kysely handle that speaks PostgreSQL, and a way to end it. */
export interface Engine {
  readonly kind: 'embedded' | 'postgresql';
  readonly db: Db;
  /** Embedded only: fsyncs so far. */
  syncs?(): Promise<number>;
  close(): Promise<void>;
}
