import type { Database } from './contract.ts';
import { openEmbedded } from './engine/embedded.ts';
import type { Engine } from './engine/engine.ts';
import { asStorageError } from './engine/failures.ts';
import { openPostgresql, type PostgresqlOptions } from './engine/postgresql.ts';
import { migrate } from './migrations/index.ts';

/** Where the data lies: a folder for the embedded engine, PostgreSQL, or memory (tests; nothing is kept). */
export type DatabaseOptions = { folder: string } | PostgresqlOptions | { memory: true };

/**
 * Opens and migrates.
 * @throws MunimentError `data_in_use`, `data_damaged`, `data_unwritable`, `storage_unavailable`
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  if ('url' in options) return asDatabase(await openPostgresql(options));
  const engine = await openEmbedded('folder' in options ? options.folder : null);
  try {
    await migrate(engine.db);
  } catch (error) {
    await engine.close();
    throw asStorageError(error);
  }
  return asDatabase(engine);
}

function asDatabase({ kind, db, syncs, ownerTransaction, checkWritable, close }: Engine): Database {
  return {
    engine: kind,
    db,
    ...(syncs === undefined ? {} : { syncs }),
    transaction: (work) => told(db.transaction().execute(work)),
    ownerTransaction: (work) => told(ownerTransaction(work)),
    checkWritable: () => told(checkWritable()),
    close,
  };
}

async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw asStorageError(error);
  }
}
