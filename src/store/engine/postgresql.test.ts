import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import pg from 'pg';
import { sessionEnded } from '../../../test/support/drafts.ts';
import { testSigner } from '../../../test/support/log-signer.ts';
import { postgresPrograms, startPostgres, type TestPostgres } from '../../../test/support/postgres.ts';
import { openDatabase, openLog } from '../index.ts';

const skip = postgresPrograms() === undefined ? 'needs PostgreSQL' : false;

const TRIES = 200;

/** Backends of a killed server live on until they notice: a connection to one may still break after the restart. */
async function eventually<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}

describe('PostgreSQL', { skip }, () => {
  let server: TestPostgres;
  before(async () => {
    server = await startPostgres();
  });
  after(() => server.stop());

  const admin = async (statement: string, url = server.url): Promise<void> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(statement);
    await client.end();
  };

  test('the application has a role of less right, and cannot stand up again by accident', async () => {
    const database = await openDatabase({ url: await server.database('alone') });
    const { rows } = await sql<{ role: string }>`select current_user::text as role`.execute(database.db);
    assert.equal(rows[0]?.role, 'muniment_app');
    await sql`reset role`.execute(database.db);
    await assert.rejects(sql`delete from entry`.execute(database.db), { code: '42501' });
    await database.close();
  });

  test('replicas that start at once on an empty database make it once', async () => {
    const url = await server.database('together');
    const opened = await Promise.all(Array.from({ length: 4 }, () => openDatabase({ url })));
    for (const { db } of opened) assert.equal((await sql`select 1 from log_head`.execute(db)).rows.length, 1);
    await Promise.all(opened.map((database) => database.close()));
  });

  test('with an owner apart, the application never holds the right to change entries', async () => {
    const ownerUrl = await server.database('apart');
    await admin("create role plain login password 'plain-test'");
    const url = ownerUrl.replace(/\/\/.*@/, '//plain:plain-test@');
    const database = await openDatabase({ url, ownerUrl });
    const log = await openLog({ database, signer: testSigner() });
    await log.append([sessionEnded('per_a')]);
    await assert.rejects(sql`set role muniment_app`.execute(database.db), { code: '42501' });
    await assert.rejects(sql`update entry set kind = 'x'`.execute(database.db), { code: '42501' });
    await assert.rejects(sql`alter table entry disable trigger all`.execute(database.db), { code: '42501' });
    await database.ownerTransaction(async (tx) => {
      await sql`set local muniment.erase = 'on'`.execute(tx);
      await tx.deleteFrom('body').where('idx', '=', 1).execute();
    });
    assert.equal((await log.entry(1))?.body, null);
    await log.close();
    await database.close();
  });

  test('a role that may not make roles still opens, guarded by the trigger', async () => {
    await admin("create role modest login password 'modest-test'");
    const url = await server.database('modest');
    await admin('grant create, usage on schema public to modest', url);
    const database = await openDatabase({ url: url.replace(/\/\/.*@/, '//modest:modest-test@') });
    const log = await openLog({ database, signer: testSigner() });
    await assert.rejects(sql`delete from entry`.execute(database.db), { code: '42501' });
    await log.close();
    await database.close();
  });

  test('two replicas that append at the same moment both succeed', async () => {
    const url = await server.database('replicas');
    const signer = testSigner();
    const databases = await Promise.all([openDatabase({ url }), openDatabase({ url })]);
    const logs = await Promise.all(databases.map((database) => openLog({ database, signer })));
    for (let i = 0; i < 20; i += 1)
      await Promise.all(logs.map((log) => log.append([sessionEnded(`per_${i}`)])));
    assert.equal((await logs[0]?.head())?.size, 41);
    await Promise.all(logs.map((log) => log.close()));
    await Promise.all(databases.map((database) => database.close()));
  });

  test('a server that is not there is storage that is unavailable', async () => {
    const nobody = server.url.replace(/:\d+\//, ':1/');
    await assert.rejects(openDatabase({ url: nobody }), { code: 'storage_unavailable' });
  });

  test('while the server is away everything is refused, and afterwards the gap is told', async () => {
    const database = await openDatabase({ url: await server.database('outage') });
    const log = await openLog({ database, signer: testSigner() });
    await server.kill();
    await assert.rejects(log.append([sessionEnded('per_a')]), { code: 'storage_unavailable' });
    await assert.rejects(log.head(), { code: 'storage_unavailable' });
    log.noteUnrecorded();
    const told = new Promise<void>((resolve) => {
      log.onAppend((entries) => {
        if (entries.some(({ kind }) => kind === 'log.gap')) resolve();
      });
    });
    // Listened for before the server is back: the log may tell of the gap at once.
    await server.start();
    await told;
    await eventually(() => log.append([sessionEnded('per_b')]));
    assert.equal((await log.search({ kinds: ['log.gap'], limit: 9 })).length, 1);
    await log.close();
    await database.close();
  });
});
