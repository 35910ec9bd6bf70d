import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Kysely, sql } from 'kysely';
import { sessionEnded } from '../../../test/support/drafts.ts';
import { testSigner } from '../../../test/support/log-signer.ts';
import { openDatabase, openLog } from '../index.ts';
import type { Schema } from '../schema.ts';
import { openEmbedded } from './embedded.ts';
import { embeddedDialect } from './embedded-dialect.ts';
import { Rounds } from './maintenance.ts';
import { EngineSession } from './session.ts';

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'muniment-data-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('one folder: made, kept, refused to a second opener, durable by fsync, published, and never behind what it published', async (t) => {
  const data = await temporaryFolder(t);
  const folder = join(data, 'deep', 'data');
  const published = join(data, 'log');
  const signer = testSigner();
  let database = await openDatabase({ folder });

  await t.test('a second process is refused, and harms nothing', async () => {
    await assert.rejects(openDatabase({ folder }), { code: 'data_in_use' });
  });

  await t.test('each commit is one fsync at least', async () => {
    const before = (await database.syncs?.()) ?? 0;
    const commits = 20;
    const log = await openLog({ database, signer, folder: published });
    for (let i = 0; i < commits; i++) await log.append([sessionEnded('per_a')]);
    assert.ok(((await database.syncs?.()) ?? 0) - before >= commits);
    await log.close();
    assert.deepEqual((await readdir(published)).sort(), ['checkpoint', 'tile']);
  });

  await t.test('the engine runs with the settings that its durability rests on', async () => {
    for (const [name, value] of [
      ['fsync', 'on'],
      ['synchronous_commit', 'on'],
      ['full_page_writes', 'on'],
      ['wal_sync_method', 'fsync'],
    ]) {
      const { rows } = await sql<Record<string, string>>`show ${sql.ref(name as string)}`.execute(
        database.db,
      );
      assert.equal(rows[0]?.[name as string], value);
    }
  });

  await t.test('what was closed opens again with everything', async () => {
    await database.close();
    database = await openDatabase({ folder });
    const log = await openLog({ database, signer, folder: published });
    assert.equal((await log.head()).size, 21);
    await log.close();
    await database.close();
  });

  await t.test('an empty database behind a published log signs nothing', async () => {
    const other = await openDatabase({ memory: true });
    await assert.rejects(openLog({ database: other, signer, folder: published }), {
      code: 'log_ahead_of_database',
    });
    await other.close();
  });

  await t.test('another log of the same size is no continuation', async () => {
    const other = await openDatabase({ memory: true });
    const log = await openLog({ database: other, signer });
    for (let i = 0; i < 30; i++) await log.append([sessionEnded('per_b')]);
    await log.close();
    await assert.rejects(openLog({ database: other, signer, folder: published }), {
      code: 'log_ahead_of_database',
    });
    await other.close();
  });

  await t.test('a folder that another key signed is not gone on with', async () => {
    const other = await openDatabase({ memory: true });
    await assert.rejects(openLog({ database: other, signer: testSigner(), folder: published }), {
      code: 'data_damaged',
    });
    await other.close();
  });

  await t.test('a damaged cluster is said to be one, and nothing is removed', async () => {
    await truncate(join(folder, 'pg', 'global', 'pg_control'), 10);
    const before = await readdir(join(folder, 'pg'));
    await assert.rejects(openDatabase({ folder }), { code: 'data_damaged' });
    const after = new Set(await readdir(join(folder, 'pg')));
    assert.ok(before.every((name) => after.has(name)));
  });

  await t.test('a creation that was cut short begins anew', async () => {
    await writeFile(join(folder, 'pg.creating'), '');
    const fresh = await openDatabase({ folder });
    assert.equal((await sql`select 1`.execute(fresh.db)).rows.length, 1);
    await fresh.close();
  });
});

/** An engine without rounds of its own: they would come between what is done and what is looked at. */
async function unattended(t: TestContext): Promise<Kysely<Schema>> {
  const session = await EngineSession.start({ folder: null });
  t.after(() => session.close());
  return new Kysely<Schema>({ dialect: embeddedDialect(async () => session) });
}

test('checkpoints when there is something to write, and not otherwise', async (t) => {
  const db = await unattended(t);
  const rounds = new Rounds(db);
  const redo = async () => {
    const { rows } = await sql<{
      redo: string;
    }>`select redo_lsn::text as redo from pg_control_checkpoint()`.execute(db);
    return rows[0]?.redo;
  };
  await sql`create table written as select n from generate_series(1, 1000) as n`.execute(db);
  const first = await redo();
  await rounds.tick(performance.now());
  const second = await redo();
  assert.notEqual(second, first);
  await rounds.tick(performance.now() + 120_000);
  assert.equal(await redo(), second);
});

test('a folder that cannot be written is refused with one line', async (t) => {
  const base = await temporaryFolder(t);
  await writeFile(join(base, 'file'), '');
  await assert.rejects(openDatabase({ folder: join(base, 'file', 'data') }), { code: 'data_unwritable' });
  if (process.getuid?.() === 0) return;
  await mkdir(join(base, 'closed'));
  await chmod(join(base, 'closed'), 0o500);
  await assert.rejects(openDatabase({ folder: join(base, 'closed') }), { code: 'data_unwritable' });
});

test('a statement inside a transaction never mixes with one outside', async (t) => {
  const database = await openDatabase({ memory: true });
  t.after(() => database.close());
  await sql`create table counter (n int)`.execute(database.db);
  await sql`insert into counter values (0)`.execute(database.db);
  const increment = () =>
    database.transaction(async (tx) => {
      const { rows } = await sql<{ n: number }>`select n from counter`.execute(tx);
      await sql`update counter set n = ${(rows[0]?.n ?? 0) + 1}`.execute(tx);
    });
  await Promise.all([
    ...Array.from({ length: 50 }, increment),
    sql`select n from counter`.execute(database.db),
  ]);
  const { rows } = await sql<{ n: number }>`select n from counter`.execute(database.db);
  assert.equal(rows[0]?.n, 50);
});

test('a closed database refuses', async () => {
  const database = await openDatabase({ memory: true });
  await database.close();
  await assert.rejects(database.transaction((tx) => sql`select 1`.execute(tx)));
});

test('an engine that does not answer is given up, and so is everybody who waits for it', async (t) => {
  const session = await EngineSession.start({ folder: null }, 300);
  t.after(() => session.close());
  const endless = session.query(
    'select count(*) from generate_series(1, 100000) a, generate_series(1, 100000) b',
    [],
  );
  const behind = session.query('select 1', []);
  await assert.rejects(endless, { code: 'storage_unavailable' });
  await assert.rejects(behind, { code: 'storage_unavailable' });
  assert.ok(session.broken);
  await assert.rejects(session.query('select 1', []), { code: 'storage_unavailable' });
});

test('an engine that broke is replaced, and has everything that was committed', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'muniment-data-'));
  const engine = await openEmbedded(join(folder, 'data'), { answerMilliseconds: 2_000 });
  t.after(async () => {
    await engine.close();
    await rm(folder, { recursive: true, force: true });
  });
  await sql`create table kept (n int)`.execute(engine.db);
  await sql`insert into kept values (1)`.execute(engine.db);
  const endless = sql`select count(*) from generate_series(1, 100000) a, generate_series(1, 100000) b`;
  await assert.rejects(endless.execute(engine.db), { code: 'storage_unavailable' });
  const read = () => sql<{ n: number }>`select n from kept`.execute(engine.db).catch(() => undefined);
  let answer = await read();
  while (answer === undefined) {
    await new Promise((resolve) => setImmediate(resolve));
    answer = await read();
  }
  assert.deepEqual(answer.rows, [{ n: 1 }]);
});

test('tables that grew are counted for the planner, and not again while nothing happens', async (t) => {
  const db = await unattended(t);
  const told = () => sql`select pg_stat_force_next_flush()`.execute(db);
  const counted = async () => {
    const { rows } = await sql<{ rows: number; times: number }>`
      select c.reltuples::int as rows, s.analyze_count::int as times
      from pg_stat_user_tables as s join pg_class as c on c.oid = s.relid where c.relname = 'grown'`.execute(
      db,
    );
    return rows[0];
  };
  const rounds = new Rounds(db);
  await sql`create table grown as select n from generate_series(1, 1000) as n`.execute(db);
  await told();
  await rounds.tick(performance.now());
  await told();
  assert.deepEqual(await counted(), { rows: 1000, times: 1 });
  await rounds.tick(performance.now() + 120_000);
  await told();
  assert.deepEqual(await counted(), { rows: 1000, times: 1 });
});
