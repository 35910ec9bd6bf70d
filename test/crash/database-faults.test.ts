/** PostgreSQL goes wrong in every way that we could think of, under load: nothing is issued without a record, and all comes back. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type pg from 'pg';
import { type AilingHouse, openAilingHouse } from '../support/ailing-house.ts';
import { csrOf, newKey, operate } from '../support/field.ts';
import { askOnce, checkRecorded, rest, startLoad, type Told, until } from '../support/load.ts';
import { postgresPrograms } from '../support/postgres.ts';
import type { Cut } from '../support/proxy.ts';

const skip = postgresPrograms() === undefined ? 'needs PostgreSQL' : false;
const TORTURE = process.env.MUNIMENT_TORTURE === '1';
const CLIENTS = TORTURE ? 16 : 4;
/** Issuances that are waited for at each step. */
const STEP = TORTURE ? 200 : 8;
/** The longest that any request may wait: `docs/guide/operations.md`. */
const WAIT_MAX_MILLISECONDS = 30_000;

interface Fault {
  what: string;
  begin(house: AilingHouse): Promise<unknown> | unknown;
  end(house: AilingHouse): Promise<unknown> | unknown;
  /** `waits`: nothing fails; `fails`: some requests do; `down`: all do, and the server says that it is not ready. */
  comesTo: 'waits' | 'fails' | 'down';
  /** Half a minute: for the long version. */
  takesLong?: boolean;
}

/** Again and again, until what comes back is called. */
function repeatedly(pauseMilliseconds: number, act: () => unknown): () => Promise<void> {
  let going = true;
  const running = (async () => {
    while (going) {
      await act();
      await rest(pauseMilliseconds);
    }
  })();
  return () => {
    going = false;
    return running;
  };
}

const held: pg.Client[] = [];
let quit = async (): Promise<void> => undefined;

const cancelOurs = `select pg_cancel_backend(pid) from pg_stat_activity
  where application_name = 'muniment' and state = 'active'`;
const endOurs = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'muniment'`;

/** Takes every connection that there is, whenever one of ours is ended. */
async function takeAll(house: AilingHouse): Promise<void> {
  for (let free = true; free; ) {
    const client = await house.other().catch(() => undefined);
    if (client !== undefined) held.push(client);
    await held[0]?.query(endOurs);
    const [counts] =
      (
        await held[0]?.query(
          `select count(*) filter (where application_name = 'muniment')::int as ours from pg_stat_activity`,
        )
      )?.rows ?? [];
    free = client !== undefined || counts.ours > 0;
  }
}

const cutAtOnce = (bytes: string, cut: Cut): Pick<Fault, 'begin' | 'end'> => ({
  async begin({ proxy }) {
    const before = proxy.cuts();
    proxy.ail({ cutAt: { behind: 'insert into entry', bytes, cut } });
    await until(() => proxy.cuts() > before);
  },
  end: ({ proxy }) => proxy.heal(),
});

const setReadOnly = async ({ query }: AilingHouse, how: 'on' | 'off'): Promise<void> => {
  await query(`alter system set default_transaction_read_only = ${how}`);
  await query('select pg_reload_conf()');
};

const FAULTS: Fault[] = [
  {
    what: 'it is killed, and started again',
    begin: ({ postgres }) => postgres.kill(),
    end: ({ postgres }) => postgres.start(),
    comesTo: 'down',
  },
  {
    what: 'its connections are cut again and again',
    begin({ proxy }) {
      quit = repeatedly(30, () => proxy.cutAll());
    },
    end: () => quit(),
    comesTo: 'fails',
  },
  {
    what: 'it takes no new connections, and the old ones are cut',
    begin({ proxy }) {
      proxy.ail({ refuse: true });
      proxy.cutAll();
    },
    end: ({ proxy }) => proxy.heal(),
    comesTo: 'down',
  },
  {
    what: 'the network swallows everything and closes nothing',
    begin: ({ proxy }) => proxy.ail({ blackHole: true }),
    end: ({ proxy }) => proxy.heal(),
    comesTo: 'down',
  },
  { what: 'an entry is lost on its way', ...cutAtOnce('insert into entry', 'before'), comesTo: 'fails' },
  { what: 'half an answer arrives', ...cutAtOnce('insert into entry', 'within-answer'), comesTo: 'fails' },
  { what: 'COMMIT is lost', ...cutAtOnce('commit\0', 'before'), comesTo: 'fails' },
  { what: 'the answer to COMMIT is lost', ...cutAtOnce('commit\0', 'after'), comesTo: 'fails' },
  {
    what: 'it is slow',
    begin: ({ proxy }) => proxy.ail({ delayMs: TORTURE ? 250 : 50 }),
    end: ({ proxy }) => proxy.heal(),
    comesTo: 'waits',
  },
  {
    what: 'the line to it is thin',
    begin: ({ proxy }) => proxy.ail({ bytesPerSecond: 64 * 1024 }),
    end: ({ proxy }) => proxy.heal(),
    comesTo: 'waits',
  },
  {
    what: 'others hold all its connections',
    begin: takeAll,
    end: () => Promise.all(held.splice(0).map((client) => client.end())),
    comesTo: 'down',
  },
  {
    what: 'it can only be read',
    begin: (house) => setReadOnly(house, 'on'),
    end: (house) => setReadOnly(house, 'off'),
    comesTo: 'down',
  },
  {
    what: 'statements are cancelled, as by a time limit',
    async begin(house) {
      const client = await house.other();
      held.push(client);
      quit = repeatedly(5, () => client.query(cancelOurs));
    },
    async end() {
      await quit();
      await Promise.all(held.splice(0).map((client) => client.end()));
    },
    comesTo: 'fails',
  },
  {
    what: 'somebody else holds the head of the log for longer than we wait for it',
    async begin(house) {
      const client = await house.other();
      held.push(client);
      await client.query('begin');
      await client.query('select size from log_head for update');
    },
    end: () => Promise.all(held.splice(0).map((client) => client.end())),
    comesTo: 'down',
    takesLong: true,
  },
];

/** Nothing but a grant, or the one code for storage that is ill, with when to come back; and all in time. */
function checkTold(told: Told[]): void {
  for (const { status, code, retryAfter, milliseconds } of told) {
    assert.ok(milliseconds < WAIT_MAX_MILLISECONDS, `an answer took ${milliseconds} ms`);
    if (status === 200) continue;
    assert.deepEqual([status, code], [503, 'storage_unavailable']);
    assert.match(retryAfter ?? '', /^[1-9]\d*$/);
  }
}

describe('PostgreSQL goes wrong', { skip }, () => {
  let house: AilingHouse;
  const all: Told[] = [];
  const csr = csrOf(newKey());
  before(async () => {
    house = await openAilingHouse(CLIENTS);
  });
  after(() => house?.close());

  const agentsJoined = async (): Promise<number> =>
    (await house.query(`select count(*)::int as n from entry where kind = 'agent.joined'`))[0].n;

  for (const { what, begin, end, comesTo } of FAULTS.filter(({ takesLong }) => TORTURE || !takesLong)) {
    test(`${what}: ${comesTo}, and comes back`, async (t) => {
      const load = startLoad(house.clients, csr);
      await load.granted(STEP);
      const began = performance.now();
      await begin(house);
      if (comesTo === 'waits') await load.granted(STEP);
      else
        await Promise.all([
          load.failed(),
          comesTo === 'down' && until(async () => (await house.ready()) === 503),
        ]);
      await end(house);
      const ended = performance.now();
      await load.granted(STEP);
      const back = performance.now();
      await load.stop();
      all.push(...load.told);
      checkTold(load.told);
      const refused = load.told.filter(({ status }) => status !== 200).length;
      if (comesTo === 'waits') assert.equal(refused, 0);
      await until(async () => (await house.ready()) === 200);
      // Whoever listens hears of a lock, and the lock holds.
      const lock = await house.lock();
      await until(() => house.heard.includes(lock));
      assert.equal((await askOnce(house.clients[0], { csr })).code, 'locked');
      await house.lift(lock);
      const slowest = Math.max(...load.told.map(({ milliseconds }) => milliseconds));
      t.diagnostic(
        `${load.told.length} asked, ${refused} refused, slowest ${Math.round(slowest)} ms; ill ${Math.round(ended - began)} ms, back after ${Math.round(back - ended)} ms`,
      );
    });
  }

  for (const cut of ['before', 'after'] as const) {
    test(`a token is used once, whether COMMIT was lost ${cut} it arrived`, async () => {
      const name = `late-${cut}`;
      const { json } = await operate(house.server.place, '/tokens', { agent: name });
      const body = { token: json.token, name, csr };
      const agents = await agentsJoined();
      house.proxy.ail({ cutAt: { behind: 'agent.joined', bytes: 'commit\0', cut } });
      const join = () => house.clients[0].post('/api/v1/agent/join', body);
      assert.equal((await join()).json.code, 'storage_unavailable');
      house.proxy.heal();
      const again = await join();
      // Where it was used after all, nobody has what it was used for; a new token is the way on.
      assert.equal(again.json.code ?? 'granted', cut === 'before' ? 'granted' : 'join_refused');
      assert.equal((await join()).json.code, 'join_refused');
      assert.equal(await agentsJoined(), agents + 1);
    });
  }

  test('a lock whose confirmation was lost holds all the same', async () => {
    house.proxy.ail({ cutAt: { behind: 'lock.placed', bytes: 'commit\0', cut: 'after' } });
    await assert.rejects(house.lock(), /storage did not confirm/);
    house.proxy.heal();
    const [{ key }] = await house.query(
      `select key from row_lock where data->>'lifted' is null and known_to is null`,
    );
    await until(() => house.heard.includes(key));
    assert.equal((await askOnce(house.clients[0], { csr })).code, 'locked');
    await house.lift(key);
    assert.equal((await askOnce(house.clients[0], { csr })).status, 200);
  });

  test('jobs are taken up again', async () => {
    await house.query(`update schedule set next = '2000-01-01T00:00:00.000Z' where name = 'canary'`);
    const canaries = async () =>
      (
        await house.query(`select (select next from schedule where name = 'canary') > '2001' as put,
        (select count(*)::int from job where queue = 'canary') as waiting`)
      )[0];
    await until(async () => {
      const { put, waiting } = await canaries();
      return put && waiting === 0;
    });
  });

  test('whatever was handed out is in the log, the rows are right, and what could not be recorded is counted', async (t) => {
    const { json } = await operate(house.server.place, '/ledger/entries/0');
    const entries = await house.query('select idx, kind, leaf from entry');
    const stored = new Map(entries.map(({ idx, kind, leaf }) => [Number(idx), { kind, leaf }]));
    const count = await checkRecorded(all, async (index) => stored.get(index), json.verifierKey);
    assert.deepEqual(await house.problems(), []);
    const gaps = await house.query(`select count(*)::int as n from entry where kind = 'log.gap'`);
    assert.ok(gaps[0].n > 0);
    t.diagnostic(`${count} receipts of ${all.length} requests hold; ${gaps[0].n} gaps are told`);
  });

  test('nothing is left behind: no request inside, no connection over, no fault that nobody caught', async () => {
    await until(async () => (await house.metric('muniment_requests_inside{lane="issuance"}')) === 0);
    const [{ n }] = await house.query(
      `select count(*)::int as n from pg_stat_activity where application_name = 'muniment'`,
    );
    assert.ok(n <= 10, `${n} connections`);
    const { child, errors } = house.server.program;
    assert.equal(child.exitCode, null);
    assert.doesNotMatch(errors(), /unhandled|uncaught|MaxListeners/i);
  });
});
