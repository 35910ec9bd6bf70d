/** A server whose PostgreSQL is reached through a proxy that ails on demand; with clients, and an agent that listens. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createServerClient } from '../../src/agent/client.ts';
import { listenToServer } from '../../src/agent/events.ts';
import { createLog } from '../../src/agent/log.ts';
import { openDatabase, verifyRows } from '../../src/store/index.ts';
import { type FieldClient, type FieldServer, joinClient, operate, settle, startServer } from './field.ts';
import { until } from './load.ts';
import { startPostgres, type TestPostgres } from './postgres.ts';
import { type FaultProxy, startProxy } from './proxy.ts';

/** Few, so that a test can hold them all. */
const CONNECTIONS_MAX = 24;

export interface AilingHouse {
  postgres: TestPostgres;
  proxy: FaultProxy;
  server: FieldServer;
  clients: [FieldClient, ...FieldClient[]];
  /** Locks that the listening agent heard of. */
  heard: string[];
  /** Asks the database itself, past the proxy. */
  // biome-ignore lint/suspicious/noExplicitAny: rows of every shape
  query(text: string, values?: unknown[]): Promise<any[]>;
  /** A connection of somebody else's, past the proxy. */
  other(): Promise<pg.Client>;
  ready(): Promise<number>;
  metric(name: string): Promise<number>;
  lock(): Promise<string>;
  lift(lock: string): Promise<void>;
  /** What is wrong with the rows, judged against the entries. */
  problems(): Promise<string[]>;
  close(): Promise<void>;
}

export async function openAilingHouse(clientCount: number): Promise<AilingHouse> {
  const data = join(mkdtempSync(join(tmpdir(), 'muniment-faults-')), 'data');
  const postgres = await startPostgres();
  const url = await postgres.database('faults');
  await settle({ data, databaseUrl: url });
  const other = () => connect(url);
  const query: AilingHouse['query'] = async (text, values) => {
    const client = await other();
    const { rows } = await client.query(text, values).finally(() => client.end());
    return rows;
  };
  await query(`alter system set max_connections = ${CONNECTIONS_MAX}`);
  await postgres.kill();
  await postgres.start();
  const proxy = await startProxy(url);
  const server = await startServer({ data, databaseUrl: proxy.url });
  const names = Array.from({ length: clientCount }, (_, at) => `host-${at}`);
  const joined = await Promise.all(names.map((name) => joinClient(server, name)));
  const clients = joined as AilingHouse['clients'];
  const { heard, stop } = await listen(server, await joinClient(server, 'listener'));
  const close = async () => {
    stop();
    for (const client of clients) client.close();
    await server.stop();
    await proxy.close();
    await postgres.stop();
    rmSync(join(data, '..'), { recursive: true, force: true });
  };
  return {
    ...asked(server),
    postgres,
    proxy,
    server,
    clients,
    heard,
    query,
    other,
    problems: () => judge(url),
    close,
  };
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function judge(url: string): Promise<string[]> {
  const database = await openDatabase({ url });
  const { problems } = await verifyRows(database).finally(() => database.close());
  return problems.map((problem) => JSON.stringify(problem));
}

/** As the agent itself listens: it comes back after every break. */
async function listen({ api, place }: FieldServer, { key, certificate }: FieldClient) {
  const ca = readFileSync(join(place.data, 'ca.pem'), 'utf8');
  const client = createServerClient({ server: new URL(api), ca });
  client.use({ key: key.export({ type: 'pkcs8', format: 'pem' }) as string, certificate });
  const heard: string[] = [];
  const ignore = () => undefined;
  const events = listenToServer(
    client,
    {
      onLock: ({ lock }) => heard.push(lock),
      onPolicy: ignore,
      onBundle: ignore,
      onGap: ignore,
      onRefused: ignore,
    },
    createLog('silent', ignore),
    '',
  );
  await until(() => events.listening());
  const stop = () => {
    events.stop();
    client.close();
  };
  return { heard, stop };
}

function asked({ place, console }: FieldServer) {
  const ready = async () => (await fetch(`${console}/readyz`)).status;
  return {
    ready,
    async metric(name: string) {
      const text = await (await fetch(`${console}/metrics`)).text();
      const lines = text.split('\n').filter((line) => line.startsWith(name));
      return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    },
    async lock() {
      const target = { kind: 'identity', id: 'payments' };
      const { status, text, json } = await operate(place, '/locks', { target, reason: 'a test' });
      if (status !== 200) throw new Error(text);
      return json.lock as string;
    },
    async lift(lock: string) {
      await operate(place, `/locks/${lock}/lift`, { reason: 'the test is over' });
    },
  };
}
