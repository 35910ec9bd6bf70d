import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { settle } from '../support/field.ts';
import { postgresPrograms, startPostgres, type TestPostgres } from '../support/postgres.ts';
import { checkAccount } from './account.ts';
import { KILLS, tellTimes } from './counts.ts';
import { killAndRestart } from './restart.ts';

function dataFolder(t: TestContext): string {
  const base = mkdtempSync(join(tmpdir(), 'muniment-kill-'));
  t.after(() => rmSync(base, { recursive: true, force: true }));
  return join(base, 'data');
}

async function killsLoseNothing(t: TestContext, databaseUrl?: string): Promise<void> {
  const place = { data: dataFolder(t), ...(databaseUrl === undefined ? {} : { databaseUrl }) };
  await settle(place);
  const { account, times } = await killAndRestart(place, KILLS);
  const size = await checkAccount(place, account);
  for (const [what, count] of Object.entries({
    grants: account.credentials.length,
    refusals: account.refusals.length,
    joins: account.joins.size,
  }))
    assert.ok(count > 0, `the load made no ${what}`);
  t.diagnostic(`${account.size} acknowledged answers, ${size} entries`);
  tellTimes(t, 'restart after a kill', times);
}

describe('a server killed at random moments under load', () => {
  let postgres: TestPostgres | undefined;
  before(async () => {
    if (postgresPrograms() !== undefined) postgres = await startPostgres();
  });
  after(() => postgres?.stop());

  test('embedded: every acknowledged answer stands, and nothing is half', (t) => killsLoseNothing(t));

  test('postgresql: every acknowledged answer stands, and nothing is half', async (t) => {
    if (postgres === undefined) return t.skip('needs PostgreSQL');
    return killsLoseNothing(t, await postgres.database('kills'));
  });
});
