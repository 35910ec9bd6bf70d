import type { Db, Tx } from '../contract.ts';

/** What an engine is to the rest of the store: a Kysely handle that speaks PostgreSQL, and a way to end it. */
export interface Engine {
  readonly kind: 'embedded' | 'postgresql';
  readonly db: Db;
  /** Embedded only: fsyncs so far. */
  syncs?(): Promise<number>;
  /** With the rights of who owns the tables: erasure after retention, and nothing else. */
  ownerTransaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Throws `storage_unavailable` where reads may go on and writes would be refused. */
  checkWritable(): Promise<void>;
  close(): Promise<void>;
}
