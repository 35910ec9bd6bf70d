/** What is asked of a PostgreSQL whose role's password is replaced: never our own store. */
import pg from 'pg';
import { MunimentError } from '../../kernel/index.ts';

const CONNECT_MILLISECONDS = 10_000;
const STATEMENT_MILLISECONDS = 20_000;
const INVALID_PASSWORD = '28P01';
/** The server let the password pass and refused for another reason: no such database, or no right to connect to it. */
const AFTER_AUTHENTICATION = new Set(['3D000', '42501']);

/** By this name our own sessions are told from the consumer's. */
const APPLICATION = 'muniment-rotation';

const LIMITS = {
  application_name: APPLICATION,
  connectionTimeoutMillis: CONNECT_MILLISECONDS,
  statement_timeout: STATEMENT_MILLISECONDS,
};

/** Driver errors hold no password, but may hold an address: what is told is the server's code and nothing else. */
function told(error: unknown): MunimentError {
  const code = (error as { code?: unknown }).code;
  const what = typeof code === 'string' ? code : 'no answer';
  return new MunimentError('server_unreachable', `PostgreSQL did not do as it was told (${what})`);
}

function clientOf(connection: string, as: { user: string; password: string } | undefined): pg.Client {
  try {
    const url = new URL(connection);
    if (as !== undefined) {
      url.username = encodeURIComponent(as.user);
      url.password = encodeURIComponent(as.password);
    }
    return new pg.Client({ connectionString: url.href, ...LIMITS });
  } catch {
    throw new MunimentError('conflict', 'the connection file holds no PostgreSQL URL');
  }
}

async function connected<T>(client: pg.Client, work: (client: pg.Client) => Promise<T>): Promise<T> {
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function asAdministrator<T>(connection: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  try {
    return await connected(clientOf(connection, undefined), work);
  } catch (error) {
    throw error instanceof MunimentError ? error : told(error);
  }
}

/** `ALTER ROLE` takes no parameters, so its operands are quoted. `verifier` is no password. */
const alter = (client: pg.Client, role: string, verifier: string) =>
  client.query(`alter role ${pg.escapeIdentifier(role)} password ${pg.escapeLiteral(verifier)}`);

/**
 * Gives the role another verifier; `between` runs after the server took the statement and before it is committed.
 * @returns the server's time after the commit
 */
export const alterPassword = (
  connection: string,
  { role, verifier }: { role: string; verifier: string },
  between: () => Promise<void>,
): Promise<string> =>
  asAdministrator(connection, async (client) => {
    await client.query('begin');
    await alter(client, role, verifier);
    await between();
    await client.query('commit');
    const { rows } = await client.query<{ now: string }>('select clock_timestamp()::text as now');
    return rows[0]?.now as string;
  });

export interface Sessions {
  /** When the youngest session of the role since then began, by the server's clock. */
  begun: string | null;
  /** Sessions of the role whose beginning we may not see. */
  hidden: number;
}

/** Looks for sessions of the role that began after `since`, until one is found or the time is over. */
export const watchSessions = (
  connection: string,
  { role, since }: { role: string; since: string },
  { forMilliseconds, everyMilliseconds }: { forMilliseconds: number; everyMilliseconds: number },
): Promise<Sessions> =>
  asAdministrator(connection, async (client) => {
    const deadline = performance.now() + forMilliseconds;
    for (;;) {
      const { rows } = await client.query<{ begun: string | null; hidden: number }>(
        `select max(backend_start) filter (where backend_start > $2::timestamptz)::text as begun,
           (count(*) filter (where backend_start is null))::int as hidden
         from pg_stat_activity where usename = $1 and application_name <> $3`,
        [role, since, APPLICATION],
      );
      const found = rows[0] ?? { begun: null, hidden: 0 };
      if (found.begun !== null || performance.now() > deadline) return found;
      await new Promise((resolve) => setTimeout(resolve, everyMilliseconds));
    }
  });

/**
 * Tries a password as the role, where the connection file points.
 * @returns the server's own words where it was refused
 * @throws MunimentError `server_unreachable` where the server said neither yes nor no
 */
export async function tryPassword(
  connection: string,
  as: { user: string; password: string },
): Promise<{ outcome: 'accepted' | 'refused'; detail: string }> {
  try {
    await connected(clientOf(connection, as), async () => undefined);
    return { outcome: 'accepted', detail: 'a session was opened' };
  } catch (error) {
    if (error instanceof MunimentError) throw error;
    const { code, message } = error as { code?: string; message: string };
    if (code === INVALID_PASSWORD) return { outcome: 'refused', detail: `${message} (${code})` };
    if (AFTER_AUTHENTICATION.has(code ?? ''))
      return { outcome: 'accepted', detail: `accepted, then ${code}` };
    throw told(error);
  }
}
