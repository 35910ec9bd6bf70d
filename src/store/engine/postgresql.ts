import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { MunimentError } from '../../kernel/index.ts';
import { migrate } from '../migrations/index.ts';
import type { Schema } from '../schema.ts';
import type { Engine } from './engine.ts';
import { asStorageError } from './failures.ts';

const POOL_CONNECTIONS = 10;
const CONNECT_MILLISECONDS = 5_000;
/** A replica that died in the middle of a transaction must not keep the log's head from the others. */
const IDLE_IN_TRANSACTION_MILLISECONDS = 10_000;
const STATEMENT_MILLISECONDS = 60_000;

const INT8 = 20;
const BYTEA = 17;

/** Both engines give the same types: whole numbers for bigint, plain Uint8Array for bytea. */
const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === INT8) return safeInteger;
    if (oid === BYTEA) return (text: string) => new Uint8Array(Buffer.from(text.slice(2), 'hex'));
    return pg.types.getTypeParser(oid, format as 'text');
  },
};

function safeInteger(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number)) return number;
  throw new MunimentError('internal', 'a number from the database is too large');
}

/** @throws MunimentError `storage_unavailable` */
export async function openPostgresql(url: string): Promise<Engine> {
  const pool = new pg.Pool({
    connectionString: url,
    max: POOL_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MILLISECONDS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MILLISECONDS,
    statement_timeout: STATEMENT_MILLISECONDS,
    application_name: 'muniment',
    types,
  });
  // Without a listener, an idle connection that the server closes would end the process.
  pool.on('error', () => undefined);
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  try {
    await migrate(db);
  } catch (error) {
    await db.destroy();
    throw asStorageError(error);
  }
  return { kind: 'postgresql', db, close: () => db.destroy() };
}
