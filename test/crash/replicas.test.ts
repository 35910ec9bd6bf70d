/** Several servers on one PostgreSQL, killed at random under load: one log, and tiles that agree. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import {
  askToJoin,
  csrOf,
  type FieldClient,
  type FieldServer,
  freePort,
  joinClient,
  newKey,
  operate,
  type Place,
  settle,
  startServer,
} from '../support/field.ts';
import { postgresPrograms, startPostgres, type TestPostgres } from '../support/postgres.ts';
import { Account, checkAccount } from './account.ts';
import { REPLICA_KILLS, tellTimes } from './counts.ts';
import { type Storm, startStorm } from './storm.ts';

const ANSWERS_MAX = 80;
const RACERS_PER_REPLICA = 3;

/** One server among others, with the clients that speak to it, over all its lives. */
class Replica {
  readonly #place: Place;
  readonly #settings: Record<string, string>;
  readonly #account: Account;
  #port = 0;
  server!: FieldServer;
  #clients: FieldClient[] = [];
  #storm: Storm | undefined;

  constructor(place: Place, settings: Record<string, string>, account: Account) {
    this.#place = place;
    this.#settings = settings;
    this.#account = account;
  }

  async start(): Promise<void> {
    this.#port ||= await freePort();
    this.server = await startServer(this.#place, { apiPort: this.#port, settings: this.#settings });
    if (this.#clients.length > 0) return;
    for (const name of ['a', 'b'])
      this.#clients.push(await joinClient(this.server, `host-${this.#port}-${name}`));
  }

  load(): void {
    this.#storm = startStorm(this.server, this.#clients, this.#account);
  }

  answers(count: number): Promise<void> {
    return this.#storm?.answers(count) ?? Promise.resolve();
  }

  async kill(): Promise<void> {
    await this.server.kill();
    await this.#storm?.stop();
  }

  async stop(): Promise<void> {
    await this.#storm?.stop();
    await this.server.stop();
    for (const client of this.#clients) client.close();
  }
}

/** Of many that show one token at every replica at once, one joins. */
async function raceForToken(replicas: Replica[], account: Account): Promise<void> {
  const [first] = replicas as [Replica];
  const { json } = await operate(first.server.place, '/tokens', { agent: 'race' });
  const shown = replicas.flatMap(({ server }) =>
    Array.from({ length: RACERS_PER_REPLICA }, () =>
      askToJoin(server, { token: json.token, name: 'race', csr: csrOf(newKey()) }),
    ),
  );
  const joined = (await Promise.all(shown)).filter(({ status }) => status === 200);
  assert.equal(joined.length, 1);
  account.joins.set(json.id, joined.length);
}

async function killAmong(t: TestContext, count: number, databaseUrl: string): Promise<void> {
  const base = mkdtempSync(join(tmpdir(), 'muniment-replicas-'));
  const folders = Array.from({ length: count }, (_, at) => join(base, `data-${at}`));
  const account = new Account();
  const seal = { MUNIMENT_SEAL_KEY: join(folders[0] as string, 'keys', 'seal.key') };
  const replicas = folders.map((data) => new Replica({ data, databaseUrl }, seal, account));
  t.after(async () => {
    await Promise.allSettled(replicas.map((replica) => replica.kill()));
    rmSync(base, { recursive: true, force: true });
  });
  await settle({ data: folders[0] as string, databaseUrl });
  await Promise.all(replicas.map((replica) => replica.start()));
  await raceForToken(replicas, account);
  for (const replica of replicas) replica.load();
  tellTimes(t, 'restart among replicas', await killInTurn(replicas, Math.ceil(REPLICA_KILLS / 2)));
  await Promise.all(replicas.map((replica) => replica.stop()));
  const size = await checkAccount({ data: folders[0] as string, databaseUrl }, account, folders);
  t.diagnostic(`${count} replicas: ${account.size} acknowledged answers, ${size} entries`);
}

async function killInTurn(replicas: Replica[], kills: number): Promise<number[]> {
  const times: number[] = [];
  for (let kill = 0; kill < kills; kill += 1) {
    const victim = replicas[Math.floor(Math.random() * replicas.length)] as Replica;
    await victim.answers(1 + Math.floor(Math.random() * ANSWERS_MAX));
    await victim.kill();
    const began = performance.now();
    await victim.start();
    times.push(performance.now() - began);
    victim.load();
  }
  return times;
}

describe('replicas on one PostgreSQL, killed at random under load', () => {
  let postgres: TestPostgres | undefined;
  before(async () => {
    if (postgresPrograms() !== undefined) postgres = await startPostgres();
  });
  after(() => postgres?.stop());

  for (const count of [2, 4]) {
    test(`${count} of them: one log, no fork, no token used twice`, async (t) => {
      if (postgres === undefined) return t.skip('needs PostgreSQL');
      return killAmong(t, count, await postgres.database(`replicas_${count}`));
    });
  }
});
