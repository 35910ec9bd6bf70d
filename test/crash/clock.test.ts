import assert from 'node:assert/strict';
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openDatabase } from '../../src/store/index.ts';
import {
  askToJoin,
  csrOf,
  type FieldClient,
  joinClient,
  newKey,
  operate,
  type Place,
  settle,
  startServer,
} from '../support/field.ts';
import { Account, checkAccount } from './account.ts';
import { noteGrants } from './storm.ts';

const [FAKETIME] = globSync('/usr/lib/*/faketime/libfaketime.so.1');
const HOUR_SECONDS = 3_600;
const TTL_SECONDS = 300;
/** Between the reading here and the one there, on a busy machine, and what a small step is followed at once. */
const SLACK_MS = 3_000;
const CSR = csrOf(newKey());

/** A wall clock for one process, that can be put forward and back while it runs; other clocks stay true. */
class WallClock {
  readonly #file: string;
  readonly settings: Record<string, string>;

  constructor(base: string) {
    this.#file = join(base, 'faketime');
    this.set(0);
    this.settings = {
      LD_PRELOAD: FAKETIME ?? '',
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    };
  }

  set(seconds: number): void {
    writeFileSync(this.#file, `${seconds < 0 ? '-' : '+'}${Math.abs(seconds)}\n`);
  }
}

/** INVARIANT under test: by the true clock, nothing lives longer than it was given. */
async function issueAndCheck(client: FieldClient, account: Account): Promise<void> {
  const before = Date.now();
  for (const what of [
    { csr: CSR, ttlSeconds: TTL_SECONDS },
    { audience: ['orders'], ttlSeconds: TTL_SECONDS },
  ]) {
    const issued = await client.issue(what);
    assert.equal(issued.status, 200, issued.text);
    noteGrants(account, issued.json.items);
    const after = Date.now();
    for (const { notAfter } of issued.json.items) {
      const ends = Date.parse(notAfter);
      assert.ok(ends <= after + TTL_SECONDS * 1_000 + SLACK_MS, `lives until ${notAfter}`);
      assert.ok(ends >= before + TTL_SECONDS * 1_000 - SLACK_MS, `is dead before its time: ${notAfter}`);
    }
  }
}

/**
 * Waits until so many jumps are told. Meanwhile the client's connection is kept: TLS itself knows the wall clock alone, and would
 * refuse the client's certificate, which lives an hour.
 */
async function jumpsTold(client: FieldClient, place: Place, count: number): Promise<Jump[]> {
  for (;;) {
    await client.get('/healthz');
    const { json } = await operate(place, '/ledger/entries?kind=clock.jumped');
    if (json.items.length >= count) {
      assert.equal(json.items.length, count, 'one jump is told of once');
      return Promise.all(
        json.items.map(async ({ index }: { index: number }) => {
          const entry = await operate(place, `/ledger/entries/${index}`);
          return JSON.parse(entry.json.body).data;
        }),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

interface Jump {
  before: string;
  after: string;
}

const secondsOf = ({ before, after }: Jump): number =>
  Math.round((Date.parse(after) - Date.parse(before)) / 1_000);

/** A job that ran while the clock was an hour ahead would be due again later than its period from now. */
async function checkJobs({ data }: Place): Promise<void> {
  const database = await openDatabase({ folder: data });
  const schedules = await database.db.selectFrom('schedule').selectAll().execute();
  const times = await database.db.selectFrom('entry').select('time').orderBy('idx').execute();
  await database.close();
  assert.ok(schedules.length > 0);
  for (const { name, next, every_seconds } of schedules)
    assert.ok(
      Date.parse(next) <= Date.now() + every_seconds * 1_000 + SLACK_MS,
      `${name} ran by a wrong clock`,
    );
  for (const [at, { time }] of times.entries()) {
    assert.ok(time >= (times[at - 1]?.time ?? ''), `entry ${at} goes back`);
    assert.ok(Date.parse(time) <= Date.now() + SLACK_MS, `entry ${at} is of the future`);
  }
}

test('the clock jumps an hour forward and back: nothing outlives its limit, and the jumps are told', async (t: TestContext) => {
  if (FAKETIME === undefined) return t.skip('needs libfaketime');
  const base = mkdtempSync(join(tmpdir(), 'muniment-clock-'));
  const place = { data: join(base, 'data') };
  const wall = new WallClock(base);
  await settle(place);
  const server = await startServer(place, { settings: wall.settings });
  t.after(async () => {
    await server.kill();
    rmSync(base, { recursive: true, force: true });
  });
  const client = await joinClient(server, 'host-1');
  const account = new Account();
  const late = (await operate(place, '/tokens', { agent: 'late', ttlSeconds: 1 })).json;
  await issueAndCheck(client, account);

  wall.set(HOUR_SECONDS);
  await jumpsTold(client, place, 1);
  await issueAndCheck(client, account);
  wall.set(0);
  await issueAndCheck(client, account);

  while (Date.now() <= Date.parse(late.deadline)) await new Promise((resolve) => setTimeout(resolve, 50));
  wall.set(-HOUR_SECONDS);
  const told = await jumpsTold(client, place, 2);
  assert.deepEqual(told.map(secondsOf).sort(), [-HOUR_SECONDS, HOUR_SECONDS]);
  await issueAndCheck(client, account);
  const joined = await askToJoin(server, { token: late.token, name: 'late', csr: CSR });
  assert.deepEqual(
    [joined.status, joined.json.code],
    [403, 'join_refused'],
    'a token that ended lives again',
  );
  wall.set(0);
  await issueAndCheck(client, account);

  client.close();
  await server.stop();
  await checkAccount(place, account);
  await checkJobs(place);
});
