import type { Socket } from 'node:net';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { MunimentError } from '../../kernel/index.ts';
import { migrate } from '../migrations/index.ts';
import type { Schema } from '../schema.ts';
import type { Engine } from './engine.ts';
import { asStorageError } from './failures.ts';
import { grantTo, ownRole } from './roles.ts';
import { watchSilence } from './silence.ts';

const POOL_CONNECTIONS = 10;
const CONNECT_MILLISECONDS = 5_000;
/** A replica that died in the middle of a transaction must not keep the log's head from the others. */
const IDLE_IN_TRANSACTION_MILLISECONDS = 10_000;
const STATEMENT_MILLISECONDS = 60_000;
/** The database itself should have ended a statement before: this connection leads nowhere. */
const CONNECTION_SILENT_MAX_MILLISECONDS = 65_000;
const LOCK_MILLISECONDS = 10_000;

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

/** `role`: what to become in each session. */
function connect(url: string, connections: number, role?: string): Kysely<Schema> {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: CONNECT_MILLISECONDS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MILLISECONDS,
    statement_timeout: STATEMENT_MILLISECONDS,
    lock_timeout: LOCK_MILLISECONDS,
    application_name: 'muniment',
    types,
    ...(role === undefined ? {} : { options: `-c role=${role}` }),
  });
  // Without listeners, a connection that the server closes would end the process: the pool's speaks for idle ones alone, so
  // each that is in use has its own. Whoever waits for an answer on it is told by a rejection.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
    watchSilence(streamOf(client), client, CONNECTION_SILENT_MAX_MILLISECONDS);
  });
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
}

/** pg does not say that it has this, and there is no other way to cut a connection that leads nowhere. */
const streamOf = (client: pg.PoolClient): Socket =>
  (client as unknown as { connection: { stream: Socket } }).connection.stream;

export interface PostgresqlOptions {
  /** What the application connects as. */
  url: string;
  /** What owns the tables and migrates them, where that is another role. */
  ownerUrl?: string;
}

/** @throws MunimentError `storage_unavailable`, `data_damaged` */
export async function openPostgresql({ url, ownerUrl }: PostgresqlOptions): Promise<Engine> {
  try {
    const db = ownerUrl === undefined ? await openAlone(url) : await openApart(url, ownerUrl);
    return {
      kind: 'postgresql',
      db,
      checkWritable: () => checkWritable(db),
      close: () => db.destroy(),
      ownerTransaction: (work) =>
        withConnection(ownerUrl ?? url, (owner) => owner.transaction().execute(work)),
    };
  } catch (error) {
    throw asStorageError(error);
  }
}

/** One address for both: its role owns, and steps down to a role of less right for everything but migrations. */
async function openAlone(url: string): Promise<Kysely<Schema>> {
  const role = await withConnection(url, async (owner) => {
    await migrate(owner);
    return ownRole(owner);
  });
  return connect(url, POOL_CONNECTIONS, role);
}

/** Two addresses: this process forgets the owner's right after it migrated, and could not use it by mistake. */
async function openApart(url: string, ownerUrl: string): Promise<Kysely<Schema>> {
  const user = await withConnection(url, currentUser);
  await withConnection(ownerUrl, async (owner) => {
    await migrate(owner);
    await grantTo(owner, user);
  });
  return connect(url, POOL_CONNECTIONS);
}

/** A standby, and a server that its operator set to read-only, answers reads. */
async function checkWritable(db: Kysely<Schema>): Promise<void> {
  const { rows } = await sql<{
    mode: string;
  }>`select current_setting('transaction_read_only') as mode`.execute(db);
  if (rows[0]?.mode === 'on')
    throw new MunimentError('storage_unavailable', 'the database takes no writes now');
}

async function currentUser(db: Kysely<Schema>): Promise<string> {
  const { rows } = await sql<{ name: string }>`select current_user::text as name`.execute(db);
  return rows[0]?.name ?? '';
}

async function withConnection<T>(url: string, work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
  const db = connect(url, 1);
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}
