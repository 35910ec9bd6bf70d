import type { Client, ClientConfig, QueryResultRow } from 'pg';
import type { Opening } from '../../contract.ts';
import { patiently } from '../../patience.ts';
import { asSourceError, SourceError } from '../../source-error.ts';
import type { Settings } from './settings.ts';

/** One transaction that reads everything at one moment and may write nothing. */
export interface Snapshot {
  /** Rows as text, numbers, booleans, lists and times. @throws SourceError */
  rows<Row extends QueryResultRow>(sql: string): Promise<Row[]>;
  close(): Promise<void>;
}

/**
 * The role may hold rights to write. Nothing that we send needs them, and a function or view that somebody planted cannot use them
 * either: the server refuses writes in this session. The search path keeps planted names from standing for the catalog's own.
 */
const BEGIN = [
  'set default_transaction_read_only = on',
  'begin isolation level repeatable read read only',
  'set local search_path = pg_catalog',
];

/** Class 28: invalid authorization; 42501: insufficient privilege. */
const DENIED = /^(28...|42501)$/;
/** Class 53: no connection, memory or disk left; 57P03: still starting. What is so now may not be so in a moment. */
const PASSING = /^(53...|57P03)$/;
const SQLSTATE = /^[0-9A-Z]{5}$/;
/** What the client library itself says, and no server. */
const LOST = /^Connection terminated/;
const LATE = /^(Query read timeout|timeout expired)$/;

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
};

/** What the server wrote may quote our own words, or others': only its code is passed on. */
export function errorOf(error: unknown): SourceError {
  if (error instanceof SourceError) return error;
  const code = codeOf(error);
  if (DENIED.test(code)) return new SourceError('denied', `the server refuses (SQLSTATE ${code})`);
  if (PASSING.test(code)) return new SourceError('limited', `the server has no room (SQLSTATE ${code})`);
  if (SQLSTATE.test(code) && !code.startsWith('E'))
    return new SourceError('failed', `the server failed (SQLSTATE ${code})`);
  const { message } = error as { message?: unknown };
  if (LOST.test(String(message))) return new SourceError('failed', 'the connection was lost');
  if (LATE.test(String(message))) return new SourceError('failed', 'no answer in time');
  return asSourceError(error);
}

const isPassing = (error: unknown): boolean =>
  PASSING.test(codeOf(error)) || (errorOf(error).kind === 'failed' && !SQLSTATE.test(codeOf(error)));

async function configOf(settings: Settings, database: string, opening: Opening): Promise<ClientConfig> {
  const { host, port, user, tls } = settings;
  const { requestMilliseconds } = opening.limits;
  const given = async (name: string) => (opening.hasSecret(name) ? await opening.secret(name) : undefined);
  const password = await given('password');
  const key = await given('clientKey');
  const identity = key === undefined ? {} : { key, cert: settings.certificate };
  return {
    host,
    port,
    user,
    database,
    // Never from a file or an environment that the process happens to have.
    password: password ?? '',
    ssl: tls === 'verify' && { rejectUnauthorized: true, ca: settings.ca, ...identity },
    connectionTimeoutMillis: requestMilliseconds,
    query_timeout: requestMilliseconds,
    statement_timeout: requestMilliseconds,
    application_name: 'muniment',
  };
}

async function connected(config: ClientConfig): Promise<Client> {
  const { default: pg } = await import('pg');
  const client = new pg.Client(config);
  // What breaks a connection is told by the query that runs on it.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}

/** @throws SourceError */
export async function openSnapshot(
  settings: Settings,
  database: string,
  opening: Opening,
): Promise<Snapshot> {
  const config = await configOf(settings, database, opening);
  const client = await patiently(opening, () => connected(config), { isPassing, errorOf });
  const end = () => client.end().catch(() => undefined);
  opening.signal.addEventListener('abort', end, { once: true });
  const rows = async <Row extends QueryResultRow>(sql: string): Promise<Row[]> => {
    try {
      opening.signal.throwIfAborted();
      return (await client.query<Row>(sql)).rows;
    } catch (error) {
      if (opening.signal.aborted) throw new SourceError('cancelled', 'cancelled');
      throw errorOf(error);
    }
  };
  const close = async () => {
    opening.signal.removeEventListener('abort', end);
    await end();
  };
  try {
    for (const statement of BEGIN) await rows(statement);
  } catch (error) {
    await close();
    throw error;
  }
  return { rows, close };
}
