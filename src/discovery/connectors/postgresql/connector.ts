import { defineSource, type Opening, type Partition, type RawPage, type Session } from '../../contract.ts';
import { SourceError } from '../../source-error.ts';
import { openSnapshot, type Snapshot } from './client.ts';
import { DATABASE_LISTINGS, SERVER_LISTINGS } from './mapping.ts';
import { type Settings, serverOf, settings } from './settings.ts';
import { DATABASES, SEES_SESSIONS, STATEMENTS } from './statements.ts';

const PAGE_ITEMS = 100;
const LISTINGS = [...SERVER_LISTINGS, ...DATABASE_LISTINGS];
/** What the server shows of others' sessions only to those who read all statistics, without saying that it hid anything. */
const OF_SESSIONS = ['sessions', 'client-certificates'];

const connect = 'CONNECT on the database';
const statistics = 'member of pg_read_all_stats (or pg_monitor)';
const operation = (relation: string, privilege = connect, note?: string) => ({
  name: `SELECT pg_catalog.${relation}`,
  privilege,
  ...(note === undefined ? {} : { note }),
});

const names = (listings: typeof LISTINGS) => listings.map(({ listing }) => listing);

async function partitionsOf(settings: Settings, opening: Opening): Promise<Partition[]> {
  const server = serverOf(settings);
  const snapshot = await openSnapshot(settings, settings.database, opening);
  const databases = await snapshot
    .rows<{ name: string; connect: boolean }>(DATABASES)
    .finally(() => snapshot.close());
  const refused = Object.fromEntries(names(DATABASE_LISTINGS).map((name) => [name, 'no CONNECT']));
  return [
    { partition: server, scope: Object.fromEntries(names(SERVER_LISTINGS).map((name) => [name, [server]])) },
    ...databases.map(({ name, connect }) => ({
      partition: `${server}/${name}`,
      scope: Object.fromEntries(names(DATABASE_LISTINGS).map((listing) => [listing, [`${server}/${name}`]])),
      ...(connect ? {} : { denied: refused }),
    })),
  ];
}

interface Counted {
  items: string;
  now: Date;
}

async function* pagesOf(snapshot: Snapshot, listing: string): AsyncGenerator<RawPage> {
  const statement = STATEMENTS[listing] as string;
  const operation = LISTINGS.find((one) => one.listing === listing)?.operations[0] as string;
  const [counted] = await snapshot.rows<Counted>(
    `select count(*)::text as items, clock_timestamp() as now from (${statement}) listed`,
  );
  const providerCount = Number(counted?.items);
  await snapshot.rows(`declare page no scroll cursor for ${statement}`);
  for (let offset = 0, end = false; !end; offset += PAGE_ITEMS) {
    const items = await snapshot.rows(`fetch forward ${PAGE_ITEMS} from page`);
    end = items.length < PAGE_ITEMS;
    // One snapshot holds what it counted: more of it is the same again, and may never end.
    if (offset + items.length > providerCount) throw new SourceError('failed', 'more than the server counts');
    const unreadable = items.filter(({ unreadable }) => unreadable === true);
    yield {
      operation,
      request: { listing, offset },
      items: items.filter(({ unreadable }) => unreadable !== true),
      end,
      providerCount: providerCount - unreadable.length,
      ...(offset === 0 && counted !== undefined ? { providerTime: counted.now } : {}),
      errors: unreadable.map(({ line }) => ({
        what: `line ${line}`,
        why: 'the server cannot read this rule',
      })),
    };
  }
  await snapshot.rows('close page');
}

/** One connection and one snapshot for each partition, opened when it is first read; a listing that fails leaves it as it was. */
function sessionOf(settings: Settings, opening: Opening): Session {
  let held: { partition: string; snapshot: Snapshot } | undefined;

  async function snapshotOf({ partition }: Partition): Promise<Snapshot> {
    if (held?.partition === partition) return held.snapshot;
    await close();
    const database = partition.slice(serverOf(settings).length + 1);
    const snapshot = await openSnapshot(settings, database === '' ? settings.database : database, opening);
    held = { partition, snapshot };
    return snapshot;
  }

  async function close(): Promise<void> {
    const snapshot = held?.snapshot;
    held = undefined;
    await snapshot?.close();
  }

  async function* read(partition: Partition, listing: string): AsyncGenerator<RawPage> {
    const snapshot = await snapshotOf(partition);
    await snapshot.rows('savepoint listing');
    let whole = false;
    try {
      if (OF_SESSIONS.includes(listing)) await mayReadSessions(snapshot);
      yield* pagesOf(snapshot, listing);
      whole = true;
    } finally {
      // A connection that is lost cannot roll back: the next listing opens another.
      if (!whole) await snapshot.rows('rollback to savepoint listing').catch(close);
    }
  }

  return { partitions: () => partitionsOf(settings, opening), read, close };
}

async function mayReadSessions(snapshot: Snapshot): Promise<void> {
  const [row] = await snapshot.rows<{ sees: boolean }>(SEES_SESSIONS);
  if (row?.sees !== true)
    throw new SourceError('denied', 'sessions of others are shown to pg_read_all_stats');
}

export const source = defineSource<Settings>({
  type: 'postgresql',
  version: 1,
  title: 'PostgreSQL',
  settings,
  secrets: {
    password: { about: 'password of the login role', optional: true },
    clientKey: { about: 'private key (PEM) of the certificate in `certificate`', optional: true },
  },
  operations: [
    operation('pg_roles'),
    operation('pg_auth_members'),
    operation('pg_hba_file_rules', 'SELECT on pg_hba_file_rules and EXECUTE on pg_hba_file_rules()'),
    operation('pg_stat_activity', statistics),
    operation('pg_stat_ssl', statistics),
    operation('pg_database'),
    operation('pg_class'),
    operation('pg_attribute'),
    operation('pg_namespace'),
    operation('pg_proc'),
    operation('pg_foreign_server'),
    {
      name: 'BEGIN READ ONLY',
      privilege: 'none',
      note: 'one transaction for each partition, with its savepoints and cursors; `SET` of the session makes it read only',
    },
  ],
  listings: LISTINGS,
  open: async (settings, opening) => sessionOf(settings, opening),
});
