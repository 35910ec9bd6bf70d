/**
 * A server as it runs in the field: a process of its own, over HTTPS, that can be killed; and clients that joined it as agents do.
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent, request as requestHttps } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { readConfig } from '../../src/config.ts';
import { createCsr } from '../../src/crypto/index.ts';
import { openHouse } from '../../src/house.ts';
import { newId } from '../../src/kernel/index.ts';
import type { Draft } from '../../src/store/index.ts';
import { type Program, startOwn } from '../../tools/demo/programs.ts';
import { estate, TRUST_DOMAIN } from './estate.ts';

export interface Place {
  /** The server's data folder. */
  data: string;
  /** Of a PostgreSQL database; the embedded engine is used without it. */
  databaseUrl?: string;
}

/** Puts an estate into an empty place, and leaves the place closed. */
export async function settle({ data, databaseUrl }: Place, drafts: Draft[] = estate()): Promise<void> {
  const flags = { data, databaseUrl, trustDomain: TRUST_DOMAIN, sweep: false, logLevel: 'silent' };
  const house = await openHouse(readConfig({ environment: {}, flags }));
  await house.log.append(drafts);
  await house.close();
}

export interface FieldServer {
  program: Program;
  pid: number;
  /** `https://localhost:PORT`. */
  api: string;
  console: string;
  place: Place;
  /** No warning, no clean-up. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** @param settings more of `MUNIMENT_*`, and flags of Node by `NODE_OPTIONS` */
export async function startServer(
  place: Place,
  { apiPort = 0, settings = {} }: { apiPort?: number; settings?: Record<string, string> } = {},
): Promise<FieldServer> {
  const { data, databaseUrl } = place;
  const ports = ['--console-port', '0', '--api-port', String(apiPort)];
  const environment = {
    MUNIMENT_LOG_LEVEL: 'error',
    MUNIMENT_TRUST_DOMAIN: TRUST_DOMAIN,
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
    ...settings,
  };
  const args = ['serve', '--data', data, '--no-sweep', '--json', ...ports];
  const program = startOwn('src/cli/main.ts', args, environment);
  const { api, console } = (await program.until((fact) => 'console' in fact)) as Record<string, string>;
  return {
    program,
    pid: program.child.pid ?? 0,
    api: api ?? '',
    console: console ?? '',
    place,
    kill: () => program.stop('SIGKILL'),
    stop: () => program.stop('SIGTERM'),
  };
}

/** A port that stays the same over restarts: free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

export interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  json: any;
}

type Send = (options: object, answer: (response: IncomingMessage) => void) => ClientRequest;

function ask(send: Send, options: { method?: string; timeout?: number }, body?: unknown): Promise<Reply> {
  const isForm = body instanceof URLSearchParams;
  const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json';
  const text = isForm ? String(body) : body === undefined ? undefined : JSON.stringify(body);
  const headers =
    text === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(text) };
  return new Promise((resolve, reject) => {
    const asked = send({ method: text === undefined ? 'GET' : 'POST', headers, ...options }, (response) => {
      let received = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        received += chunk;
      });
      response.on('error', reject);
      // A connection that is cut ends without `end`.
      response.on('close', () =>
        response.complete ? resolve(replyOf(response, received)) : reject(new Error('cut')),
      );
    });
    asked.on('error', reject);
    asked.on('timeout', () => asked.destroy(new Error('no answer in time')));
    asked.end(text);
  });
}

function replyOf({ statusCode = 0, headers }: IncomingMessage, text: string): Reply {
  const isJson = String(headers['content-type']).includes('json');
  return { status: statusCode, headers, text, json: isJson ? JSON.parse(text) : undefined };
}

const ANSWER_TIMEOUT_MS = 60_000;

/** Asks over the admin socket, as a command on the server's own host would. */
export const operate = ({ data }: Place, path: string, body?: unknown, method?: string): Promise<Reply> =>
  ask(
    requestHttp as Send,
    {
      socketPath: join(data, 'admin.sock'),
      path: `/api/v1${path}`,
      timeout: ANSWER_TIMEOUT_MS,
      ...(method === undefined ? {} : { method }),
    } as object,
    body,
  );

export interface FieldClient {
  agent: string;
  /** Asks over HTTPS with this client's certificate, JSON unless a form is given; rejects where the connection fails. */
  post(path: string, body: unknown): Promise<Reply>;
  get(path: string): Promise<Reply>;
  /** An X509-SVID (with `csr`, base64 DER) or a JWT-SVID (with `audience`) for the estate's workload. */
  issue(what: ({ csr: string } | { audience: string[] }) & { ttlSeconds?: number }): Promise<Reply>;
  certificate: string;
  key: KeyObject;
  close(): void;
}

export const newKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
export const csrOf = (key: KeyObject): string => createCsr(key).toString('base64');

export interface ClientOptions {
  /** Keep-alive connections that it may use at once. */
  sockets?: number;
  timeoutMs?: number;
}

/** Shows a join token, as a machine does that nobody knows yet; whatever the answer. */
export function askToJoin(
  { place, api }: Pick<FieldServer, 'place' | 'api'>,
  asked: { token: string; name: string; csr: string },
): Promise<Reply> {
  const ca = readFileSync(join(place.data, 'ca.pem'));
  const { port } = new URL(api);
  const path = '/api/v1/agent/join';
  const to = { agent: new Agent({ ca }), host: 'localhost', port, path, timeout: ANSWER_TIMEOUT_MS };
  return ask(requestHttps as Send, to, asked);
}

/** Joins with a fresh token. Clients outlive a restart of the server on the same port. */
export async function joinClient(
  server: Pick<FieldServer, 'place' | 'api'>,
  name: string,
  { sockets = 8, timeoutMs = ANSWER_TIMEOUT_MS }: ClientOptions = {},
): Promise<FieldClient> {
  const { json } = await operate(server.place, '/tokens', { agent: name });
  const ca = readFileSync(join(server.place.data, 'ca.pem'));
  const { port } = new URL(server.api);
  const key = newKey();
  const to = (agent: Agent, path: string) => ({ agent, host: 'localhost', port, path, timeout: timeoutMs });
  const joined = await askToJoin(server, { token: json.token, name, csr: csrOf(key) });
  if (joined.status !== 200) throw new Error(`not joined: ${joined.status} ${joined.text}`);
  const certificate = joined.json.certificate as string;
  const instance = newId('instance');
  const agent = new Agent({
    ...{ ca, cert: certificate, key: key.export({ type: 'pkcs8', format: 'pem' }) as string },
    ...{ keepAlive: true, maxSockets: sockets },
  });
  const post = (path: string, sent: unknown) => ask(requestHttps as Send, to(agent, path), sent);
  return {
    agent: joined.json.agent,
    post,
    get: (path) => ask(requestHttps as Send, to(agent, path)),
    issue: (what) =>
      post('/api/v1/agent/issue', {
        action: 'csr' in what ? 'issue-x509-svid' : 'issue-jwt-svid',
        instance,
        attested: { uid: process.getuid?.() ?? 0 },
        claimed: {},
        ...what,
      }),
    certificate,
    key,
    close: () => agent.destroy(),
  };
}
