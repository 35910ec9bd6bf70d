import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, readConfig } from '../config.ts';
import { type House, openHouse } from '../house.ts';
import { manualClock } from '../kernel/index.ts';
import { openDatabase } from '../store/index.ts';
import type { Door } from './env.ts';
import { createApi, type MunimentApi } from './index.ts';
import { createLogger } from './logging.ts';

/** A whole house in memory behind the API, for tests: the real rooms, no socket. */

export const TEST_CONSOLE_PORT = 7440;
export const CONSOLE_DOOR: Door = { kind: 'console', address: '127.0.0.1', certificate: null, uid: null };
export const TLS_DOOR: Door = { kind: 'tls', address: '192.0.2.7', certificate: null, uid: null };
export const socketDoor = (uid: number): Door => ({ kind: 'socket', address: null, certificate: null, uid });

export interface Call {
  method?: string;
  body?: unknown;
  /** Sent as it is, whatever it is. */
  raw?: string | Uint8Array<ArrayBuffer>;
  headers?: Record<string, string>;
  door?: Door;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  json: any;
}

export interface TestHouse {
  house: House;
  api: MunimentApi;
  clock: ReturnType<typeof manualClock>;
  config: Config;
  call(path: string, call?: Call): Promise<Answer>;
  close(): Promise<void>;
}

const ORIGINS = {
  console: `http://localhost:${TEST_CONSOLE_PORT}`,
  tls: 'https://localhost:7443',
  socket: 'http://localhost',
  pki: 'http://localhost',
};

export async function openTestHouse(flags: Record<string, unknown> = {}): Promise<TestHouse> {
  const folder = await mkdtemp(join(tmpdir(), 'muniment-api-'));
  const config = readConfig({
    environment: {},
    flags: { data: folder, sweep: false, logLevel: 'silent', ...flags },
  });
  const clock = manualClock(new Date());
  const house = await openHouse(config, { clock, database: await openDatabase({ memory: true }) });
  const api = createApi({
    house,
    places: { consolePort: () => TEST_CONSOLE_PORT, hosts: config.hosts },
    party: { id: 'localhost', origins: [ORIGINS.console] },
    logger: createLogger(config),
    consoleFolder: join(folder, 'console'),
  });
  return {
    house,
    api,
    clock,
    config,
    call: (path, call = {}) => send(api, path, call),
    async close() {
      await api.close();
      await house.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function send(api: MunimentApi, path: string, call: Call): Promise<Answer> {
  const { body, raw, door = CONSOLE_DOOR } = call;
  const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const method = call.method ?? (content === undefined ? 'GET' : 'POST');
  const origin = ORIGINS[door.kind];
  const headers = new Headers({ host: new URL(origin).host });
  if (content !== undefined) headers.set('content-type', 'application/json');
  for (const [name, value] of Object.entries(call.headers ?? {})) headers.set(name, value);
  const response = await api.fetch(
    new Request(`${origin}${path}`, { method, headers, ...(content === undefined ? {} : { body: content }) }),
    door,
  );
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Headers of a browser that is signed in. */
export function browser(answer: Answer): Record<string, string> {
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  return { cookie, 'x-csrf-token': answer.json.csrf };
}
