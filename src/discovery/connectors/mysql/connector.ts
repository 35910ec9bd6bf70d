import { defineSource, type Opening, type Partition, type RawPage, type Session } from '../../contract.ts';
import { SourceError } from '../../source-error.ts';
import { openReader, type Reader } from './client.ts';
import { LISTINGS } from './mapping.ts';
import { type Settings, serverOf, settings } from './settings.ts';
import { countOf, FAMILY, type Family, pageOf, type Statement, statementsOf } from './statements.ts';

const PAGE_ITEMS = 100;
/** Of lists that are long: each page makes the server sort the list again. */
const LONG_PAGE_ITEMS = 1_000;
const LONG = ['database-grants', 'table-grants', 'routine-grants', 'global-grants', 'connections'];

/** Before these there are no roles, or the tables are others. */
const OLDEST: Record<Family, [major: number, minor: number]> = { mysql: [8, 0], mariadb: [10, 4] };

interface Server {
  family: Family;
  /** Whether it counts connections by account. */
  watches: boolean;
}

async function serverBehind(reader: Reader): Promise<Server> {
  const [row] = await reader.rows<{ version: string; watches: number }>(FAMILY);
  const version = row?.version ?? '';
  const family = /mariadb/i.test(version) ? 'mariadb' : 'mysql';
  // MariaDB may put `5.5.5-` before its version for the sake of old replicas.
  const [major = 0, minor = 0] = version
    .replace(/^5\.5\.5-/, '')
    .split('.')
    .map((part) => Number.parseInt(part, 10));
  const [oldest, least] = OLDEST[family];
  if (!(major > oldest || (major === oldest && minor >= least)))
    throw new SourceError('failed', 'a server older than MySQL 8.0 or MariaDB 10.4');
  return { family, watches: row?.watches === 1 };
}

/** What cannot be told by this server is not declared, so that nothing rests on it. */
function partitionOf(settings: Settings, { family, watches }: Server): Partition {
  const server = serverOf(settings);
  const names = Object.keys(statementsOf(family)).filter((name) => name !== 'connections' || watches);
  return { partition: server, scope: Object.fromEntries(names.map((name) => [name, [server]])) };
}

async function* pagesOf(reader: Reader, listing: string, statement: Statement): AsyncGenerator<RawPage> {
  const size = LONG.includes(listing) ? LONG_PAGE_ITEMS : PAGE_ITEMS;
  const [counted] = await reader.rows<{ items: number; now: string }>(countOf(statement));
  const providerCount = Number(counted?.items);
  let after: string[] | undefined;
  for (let read = 0, end = false; !end; ) {
    const items = await reader.rows<Record<string, string>>(pageOf(statement, after, size));
    const first = read === 0;
    read += items.length;
    end = items.length < size;
    const last = items.at(-1);
    const next = last === undefined ? after : statement.keys.map((key) => String(last[key]));
    if (last !== undefined && !isPast(next, after)) throw new SourceError('failed', 'a page that repeats');
    yield {
      operation: `SELECT ${statement.tables[0]}`,
      request: { listing, after: after?.join('/') ?? null },
      items,
      end,
      providerCount,
      ...(first && counted !== undefined ? { providerTime: new Date(counted.now) } : {}),
    };
    after = next;
  }
}

/** Keys go up, by bytes: else the server gives what was read before, and may never end. */
function isPast(next: string[] | undefined, after: string[] | undefined): boolean {
  if (next === undefined || after === undefined) return true;
  const order = next.map((key, at) => Buffer.compare(Buffer.from(key), Buffer.from(after[at] ?? '')));
  return (order.find((each) => each !== 0) ?? 0) > 0;
}

function sessionOf(settings: Settings, opening: Opening): Session {
  let held: { reader: Reader; server: Server } | undefined;

  async function connected() {
    if (held !== undefined) return held;
    const reader = await openReader(settings, opening);
    try {
      held = { reader, server: await serverBehind(reader) };
      return held;
    } catch (error) {
      await reader.close();
      throw error;
    }
  }

  async function close(): Promise<void> {
    const reader = held?.reader;
    held = undefined;
    await reader?.close();
  }

  async function* read(_partition: Partition, listing: string): AsyncGenerator<RawPage> {
    const { reader, server } = await connected();
    const statement = statementsOf(server.family)[listing] as Statement;
    try {
      yield* pagesOf(reader, listing, statement);
    } catch (error) {
      // What was refused leaves the connection whole; of anything else that is not known.
      if (!(error instanceof SourceError) || error.kind !== 'denied') await close();
      throw error;
    }
  }

  return {
    partitions: async () => [partitionOf(settings, (await connected()).server)],
    read,
    close,
  };
}

const operation = (table: string, columns = '') => ({
  name: `SELECT ${table}`,
  privilege: `SELECT${columns} on ${table}`,
});

export const source = defineSource<Settings>({
  type: 'mysql',
  version: 1,
  title: 'MySQL and MariaDB',
  settings,
  secrets: {
    password: { about: 'password of the account', optional: true },
    clientKey: { about: 'private key (PEM) of the certificate in `certificate`', optional: true },
  },
  operations: [
    operation('mysql.user', ' of the columns that the README names'),
    {
      ...operation('mysql.global_priv'),
      note: 'MariaDB; of its JSON only ages and states are picked, on the server',
    },
    operation('mysql.role_edges'),
    operation('mysql.default_roles'),
    operation('mysql.roles_mapping'),
    operation('mysql.db'),
    operation('mysql.tables_priv'),
    operation('mysql.procs_priv'),
    operation('mysql.global_grants'),
    operation('performance_schema.accounts'),
    operation('performance_schema.global_status'),
    {
      name: 'START TRANSACTION READ ONLY',
      privilege: 'none',
      note: '`SET SESSION` makes the session read only and tells times in UTC; `SELECT version()` asks whose server it is',
    },
  ],
  listings: LISTINGS,
  open: async (settings, opening) => sessionOf(settings, opening),
});
