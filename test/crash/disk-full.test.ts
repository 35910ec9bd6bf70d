import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { sql } from 'kysely';
import pg from 'pg';
import { openEmbedded } from '../../src/store/engine/embedded.ts';
import { Disk, disksNeed } from '../support/disk.ts';
import {
  csrOf,
  type FieldClient,
  type FieldServer,
  joinClient,
  newKey,
  operate,
  type Place,
  type Reply,
  settle,
  startServer,
} from '../support/field.ts';
import { postgresPrograms, startPostgres } from '../support/postgres.ts';
import { Account, checkAccount } from './account.ts';
import { noteGrants, type Storm, startStorm } from './storm.ts';

const DISK_MEBIBYTES = 320;
const CSR = csrOf(newKey());

function disk(t: TestContext, ends: Array<() => unknown>): Disk {
  const base = mkdtempSync(join(tmpdir(), 'muniment-full-'));
  chmodSync(base, 0o755);
  const made = Disk.make(base, 'disk', DISK_MEBIBYTES);
  ends.push(
    () => made.remove(),
    () => rmSync(base, { recursive: true, force: true }),
  );
  t.after(async () => {
    for (const end of ends) await end();
  });
  return made;
}

/** Asks until the answer is the wanted one; the test's own time limit is the only one. */
async function eventually(ask: () => Promise<Reply>, status: number): Promise<Reply> {
  for (;;) {
    const reply = await ask();
    if (reply.status === status) return reply;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const size = async (place: Place): Promise<number> =>
  (await operate(place, '/ledger/entries?limit=1')).json.size;

async function refusesAndReads(server: FieldServer, client: FieldClient): Promise<void> {
  const { place } = server;
  const before = await size(place);
  const refused = await Promise.all([client.issue({ csr: CSR }), client.issue({ audience: ['orders'] })]);
  assert.deepEqual(
    refused.map(({ status, json }) => [status, json.code]),
    [503, 503].map((status) => [status, 'storage_unavailable']),
  );
  assert.equal((await operate(place, '/tokens', { agent: 'late' })).status, 503);
  assert.equal(await size(place), before, 'something was recorded, and so perhaps issued');
  for (const path of ['/overview', '/credentials', '/locks', '/identities'])
    assert.equal((await operate(place, path)).status, 200, path);
  assert.equal((await client.get('/readyz')).status, 503);
  assert.equal((await client.get('/healthz')).status, 200);
}

test('embedded: on a full disk nothing is issued, reads go on, and all is well when there is space', async (t) => {
  const need = disksNeed();
  if (need !== undefined) return t.skip(need);
  const ends: Array<() => unknown> = [];
  const full = disk(t, ends);
  const place = { data: join(full.mount, 'data') };
  await settle(place);
  const server = await startServer(place);
  ends.unshift(() => server.kill());
  const clients = [await joinClient(server, 'host-1'), await joinClient(server, 'host-2')];
  const [client] = clients as [FieldClient];
  const account = new Account();
  const storm = startStorm(server, clients, account);
  await storm.answers(20);
  full.fill();
  await eventually(() => client.issue({ csr: CSR }), 503);
  await storm.stop();
  await refusesAndReads(server, client);
  full.free();
  const issued = await eventually(() => client.issue({ csr: CSR }), 200);
  noteGrants(account, issued.json.items);
  await eventually(() => client.get('/readyz'), 200);
  for (const each of clients) each.close();
  await server.stop();
  const { gaps } = await checkAccountAndGaps(place, account);
  assert.ok(gaps > 0, 'what could not be recorded was not told of');
});

async function checkAccountAndGaps(place: Place, account: Account): Promise<{ gaps: number }> {
  await checkAccount(place, account);
  const engine = await openEmbedded(place.data);
  const { rows } = await sql`select 1 from entry where kind = 'log.gap'`.execute(engine.db);
  await engine.close();
  return { gaps: rows.length };
}

test('postgresql: while its disk is full nothing is issued, and all is well when there is space', async (t) => {
  const need = disksNeed() ?? (postgresPrograms() === undefined ? 'needs PostgreSQL' : undefined);
  if (need !== undefined) return t.skip(need);
  const ends: Array<() => unknown> = [];
  const full = disk(t, ends);
  const postgres = await startPostgres({}, full.mount);
  ends.unshift(() => postgres.stop());
  const data = mkdtempSync(join(tmpdir(), 'muniment-full-data-'));
  ends.push(() => rmSync(data, { recursive: true, force: true }));
  const place = { data, databaseUrl: await postgres.database('full') };
  await settle(place);
  const server = await startServer(place);
  ends.unshift(() => server.kill());
  const clients = [await joinClient(server, 'host-1'), await joinClient(server, 'host-2')];
  const [client] = clients as [FieldClient];
  const account = new Account();
  const storm = startStorm(server, clients, account);
  await storm.answers(20);
  full.fill();
  await refusesUntilSpace(client, storm, account);
  full.free();
  // Where its own log met the full disk, PostgreSQL has ended, and whoever runs it starts it again.
  if (!(await isUp(place))) await postgres.start();
  noteGrants(account, (await eventually(() => client.issue({ csr: CSR }), 200)).json.items);
  await eventually(() => client.get('/readyz'), 200);
  for (const each of clients) each.close();
  await server.stop();
  await checkAccount(place, account);
});

/** Pages that have room are filled first, so refusals come one by one. */
async function refusesUntilSpace(client: FieldClient, storm: Storm, account: Account): Promise<void> {
  const refused = await eventually(() => client.issue({ csr: CSR }), 503);
  assert.equal(refused.json.code, 'storage_unavailable');
  await eventually(() => client.get('/readyz'), 503);
  await storm.stop();
  assert.equal((await client.get('/healthz')).status, 200);
  assert.deepEqual(account.faults, []);
}

async function isUp({ databaseUrl = '' }: Place): Promise<boolean> {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

test('an engine that met the full disk itself is replaced when there is space, and lost nothing', async (t) => {
  const need = disksNeed();
  if (need !== undefined) return t.skip(need);
  const ends: Array<() => unknown> = [];
  const full = disk(t, ends);
  const engine = await openEmbedded(join(full.mount, 'data'), { answerMilliseconds: 5_000, reserveBytes: 0 });
  ends.unshift(() => engine.close());
  await sql`create table kept (n int)`.execute(engine.db);
  await sql`insert into kept values (1)`.execute(engine.db);
  full.fill();
  // A megabyte of the write-ahead log each: when its segment is full, the next one has no room.
  const log = () =>
    sql`select pg_logical_emit_message(false, 'fill', repeat('x', 1000000))`.execute(engine.db);
  const met = await untilRejected(log);
  t.diagnostic(`the engine said: ${met.message}: ${(met as { detail?: string }).detail}`);
  await assert.rejects(sql`insert into kept values (0)`.execute(engine.db), { code: 'storage_unavailable' });
  full.free();
  await untilResolved(() => sql`insert into kept values (2)`.execute(engine.db));
  const { rows } = await sql<{ n: number }>`select n from kept order by n`.execute(engine.db);
  assert.deepEqual(rows, [{ n: 1 }, { n: 2 }]);
});

async function untilRejected(work: () => Promise<unknown>): Promise<Error> {
  try {
    for (;;) await work();
  } catch (error) {
    return error as Error;
  }
}

async function untilResolved(work: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await work();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
