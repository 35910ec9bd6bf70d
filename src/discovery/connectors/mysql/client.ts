import type { Connection, ConnectionOptions, RowDataPacket } from 'mysql2/promise';
import type { Opening } from '../../contract.ts';
import { patiently } from '../../patience.ts';
import { asSourceError, SourceError } from '../../source-error.ts';
import type { Settings } from './settings.ts';

export interface Reader {
  /** @throws SourceError */
  rows<Row>(sql: string): Promise<Row[]>;
  close(): Promise<void>;
}

/** The account may hold rights to write: in this session the server refuses to. Times are told in UTC. */
const BEGIN = [
  "SET SESSION time_zone = '+00:00'",
  'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY',
  'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY',
];

/** Access denied: to the server (1045, 1698), a database, a table, a column, for want of a privilege, until the password is changed. */
const DENIED: ReadonlySet<number> = new Set([
  1044, 1045, 1142, 1143, 1227, 1370, 1698, 1820, 1862, 3118, 4151,
]);
/** Too many connections, for all or for one account. */
const PASSING: ReadonlySet<number> = new Set([1040, 1203, 1226]);

const numberOf = (error: unknown): number => {
  const number = (error as { errno?: unknown } | null)?.errno;
  // The system's own error numbers are negative.
  return typeof number === 'number' && number > 0 ? number : 0;
};

/** What the server wrote may quote our own words, or others': only its number is passed on. */
export function errorOf(error: unknown): SourceError {
  if (error instanceof SourceError) return error;
  const number = numberOf(error);
  if (DENIED.has(number)) return new SourceError('denied', `the server refuses (${number})`);
  if (PASSING.has(number)) return new SourceError('limited', `the server has no room (${number})`);
  if (number > 0) return new SourceError('failed', `the server failed (${number})`);
  const { code } = error as { code?: unknown };
  if (code === 'PROTOCOL_CONNECTION_LOST') return new SourceError('failed', 'the connection was lost');
  if (code === 'PROTOCOL_SEQUENCE_TIMEOUT') return new SourceError('failed', 'no answer in time');
  return asSourceError(error);
}

const isPassing = (error: unknown): boolean =>
  PASSING.has(numberOf(error)) || (numberOf(error) === 0 && errorOf(error).kind === 'failed');

async function optionsOf(settings: Settings, opening: Opening): Promise<ConnectionOptions> {
  const { host, port, user, tls, ca, certificate } = settings;
  const given = async (name: string) => (opening.hasSecret(name) ? await opening.secret(name) : undefined);
  const password = await given('password');
  const key = await given('clientKey');
  const identity =
    key === undefined ? {} : { key, ...(certificate === undefined ? {} : { cert: certificate }) };
  // Without `verifyIdentity` any certificate that the CA signed would do, whatever its name.
  const checked = { rejectUnauthorized: true, verifyIdentity: true, minVersion: 'TLSv1.2' as const };
  return {
    host,
    port,
    user,
    ...(password === undefined ? {} : { password }),
    ...(tls === 'verify' ? { ssl: { ...checked, ...(ca === undefined ? {} : { ca }), ...identity } } : {}),
    connectTimeout: opening.limits.requestMilliseconds,
    // A server may ask its client for any file that it can read.
    flags: ['-LOCAL_FILES'],
    charset: 'utf8mb4',
    dateStrings: true,
    supportBigNumbers: true,
  };
}

/** @throws SourceError */
export async function openReader(settings: Settings, opening: Opening): Promise<Reader> {
  const { createConnection } = await import('mysql2/promise');
  const options = await optionsOf(settings, opening);
  const connection: Connection = await patiently(opening, () => createConnection(options), {
    isPassing,
    errorOf,
  });
  const end = () => connection.destroy();
  opening.signal.addEventListener('abort', end, { once: true });
  // What breaks a connection is told by the query that runs on it.
  connection.on('error', () => undefined);
  const timeout = opening.limits.requestMilliseconds;
  const reader: Reader = {
    async rows<Row>(sql: string) {
      try {
        opening.signal.throwIfAborted();
        const [rows] = await connection.query<RowDataPacket[]>({ sql, timeout });
        return rows as Row[];
      } catch (error) {
        if (opening.signal.aborted) throw new SourceError('cancelled', 'cancelled');
        const told = errorOf(error);
        // Whatever comes yet would be taken for the answer to the next question.
        if (numberOf(error) === 0) end();
        throw told;
      }
    },
    async close() {
      opening.signal.removeEventListener('abort', end);
      end();
    },
  };
  try {
    for (const statement of BEGIN) await reader.rows(statement);
  } catch (error) {
    await reader.close();
    throw error;
  }
  return reader;
}
