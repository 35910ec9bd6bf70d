import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from '@hono/zod-openapi';
import { approvalMessage } from '#verifier';
import { type Config, readConfig } from '../config.ts';
import { createCsr } from '../crypto/index.ts';
import type { SourceType } from '../discovery/index.ts';
import { type House, openHouse } from '../house.ts';
import { manualClock } from '../kernel/index.ts';
import { type Database, openDatabase } from '../store/index.ts';
import { createApi, type MunimentApi } from './create.ts';
import type { Door } from './env.ts';
import { createLogger } from './logging.ts';
import { match } from './match.ts';

/** A whole house in memory behind the API, for tests: the real rooms, no socket. */

export const TEST_CONSOLE_PORT = 7440;
export const TEST_API_PORT = 7443;
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
  bytes: Uint8Array;
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

/** The house closes the database that it is given. */
export async function openTestHouse(
  flags: Record<string, unknown> = {},
  given?: Database,
  sourceTypes: readonly SourceType[] = [],
): Promise<TestHouse> {
  const folder = await mkdtemp(join(tmpdir(), 'muniment-api-'));
  const config = readConfig({
    environment: {},
    flags: { data: folder, sweep: false, logLevel: 'silent', ...flags },
  });
  const clock = manualClock(new Date());
  const database = given ?? (await openDatabase({ memory: true }));
  const house = await openHouse(config, { clock, database, sourceTypes });
  const api = createApi({
    house,
    places: { consolePort: () => TEST_CONSOLE_PORT, apiPort: () => TEST_API_PORT, hosts: config.hosts },
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
  const bytes = new Uint8Array(await response.arrayBuffer());
  const text = Buffer.from(bytes).toString('utf8');
  const json = parsed(text);
  checkPromised(`${method} ${path}`, response, json);
  return { status: response.status, headers: response.headers, bytes, text, json };
}

const JSON_TYPE = 'application/json';

/** INVARIANT: what is answered is what the OpenAPI document promises: of a type that it names, no field more and none less. */
function checkPromised(asked: string, { status, headers }: Response, json: unknown): void {
  const [method = '', path = ''] = asked.split(/[ ?]/);
  const found = match(method, path);
  if (!found || !('route' in found)) return;
  const { responses } = found.route as unknown as {
    responses: Record<number, { content?: Record<string, { schema: z.ZodType }> }>;
  };
  const content = responses[status]?.content;
  const [type = ''] = (headers.get('content-type') ?? '').split(';');
  if (content === undefined) return;
  assert.ok(content[type], `${asked}: \`${type}\` is not promised`);
  if (type === JSON_TYPE)
    assert.deepEqual(JSON.parse(JSON.stringify(content[type].schema.parse(json))), json, asked);
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

export interface TestPerson {
  id: string;
  name: string;
  keyId: string;
  publicKey: string;
  /** Ed25519 over these bytes, base64url. */
  sign(message: Uint8Array): string;
  /** Headers that speak for this person. */
  bearer: Record<string, string>;
}

export const operatorDoor = (): Door => socketDoor(process.getuid?.() ?? 0);

/** Enrols a person over the admin socket and signs them in with their key file. */
export async function enrol(test: TestHouse, name: string, roles?: string[]): Promise<TestPerson> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('base64url');
  const body = { name, displayName: `Person ${name}`, roles, key: { type: 'ed25519', publicKey: spki } };
  const { json, text } = await test.call('/api/v1/persons/bootstrap', { body, door: operatorDoor() });
  if (json?.person === undefined) throw new Error(`not enrolled: ${text}`);
  const person = {
    id: json.person.id as string,
    name,
    keyId: json.person.keys[0].id as string,
    publicKey: spki,
    sign: (message: Uint8Array) => sign(null, message, privateKey).toString('base64url'),
  };
  return { ...person, bearer: await signIn(test, person) };
}

async function signIn(test: TestHouse, person: Omit<TestPerson, 'bearer'>): Promise<Record<string, string>> {
  const { keyId } = person;
  const { challenge } = (await test.call('/api/v1/sessions/key/challenge', { body: { keyId } })).json;
  const signature = person.sign(Buffer.from(`muniment session v1\n${challenge}`));
  const { json, text } = await test.call('/api/v1/sessions/key', { body: { keyId, challenge, signature } });
  if (json?.token === undefined) throw new Error(`not signed in: ${text}`);
  return { authorization: `Bearer ${json.token}` };
}

export const PAYMENTS = `apiVersion: muniment/v1
kind: Application
name: payments
spec: {description: Takes payments, owner: ada}
---
apiVersion: muniment/v1
kind: Profile
name: read-only-api
spec:
  description: Short-lived credentials for an interface
  actions: [issue-x509-svid, issue-jwt-svid]
  maxTtlSeconds: 3600
  audiences: [billing]
---
apiVersion: muniment/v1
kind: Identity
name: payments-api
spec:
  kind: workload
  purpose: Serves payments
  application: payments
  owner: ada
  profile: read-only-api
  environment: production
---
apiVersion: muniment/v1
kind: Policy
name: payments-issue
spec:
  description: The payments process may have credentials
  cedar: |
    permit(principal == Muniment::Identity::"payments-api", action in Muniment::Action::"issue", resource)
    when { context.attested has uid && context.attested.uid == 1001 };
---
apiVersion: muniment/v1
kind: Trust
name: payments-unix
spec: {identity: payments-api, method: unix, where: {uid: 1001}}
`;

/** Proposed by one, approved by the other's key, applied. */
export async function carryOut(
  test: TestHouse,
  by: TestPerson,
  approver: TestPerson,
  manifests = PAYMENTS,
): Promise<string> {
  const asked = { manifests, title: 'payments', reason: 'a test' };
  const proposed = await test.call('/api/v1/changes', { body: asked, headers: by.bearer });
  if (proposed.status !== 200) throw new Error(`not proposed: ${proposed.text}`);
  const { change, planDigest } = proposed.json;
  const signature = {
    type: 'ed25519',
    keyId: approver.keyId,
    signature: approver.sign(approvalMessage(planDigest)),
  };
  const approved = await test.call(`/api/v1/changes/${change}/approvals`, {
    body: { planDigest, signature },
    headers: approver.bearer,
  });
  if (approved.status !== 200) throw new Error(`not approved: ${approved.text}`);
  const applied = await test.call(`/api/v1/changes/${change}/apply`, {
    body: { planDigest },
    headers: by.bearer,
  });
  if (applied.status !== 200) throw new Error(`not applied: ${applied.text}`);
  return change;
}

export interface TestAgent {
  id: string;
  instance: string;
  /** The TLS door with this agent's client certificate. */
  door: Door;
}

const newCsr = (): string =>
  createCsr(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey).toString('base64');

export { newCsr };

/** Joins an agent with a fresh token. */
export async function joinAgent(test: TestHouse, name: string): Promise<TestAgent> {
  const { json } = await test.call('/api/v1/tokens', { body: { agent: name }, door: operatorDoor() });
  const body = { token: json.token, name, csr: newCsr() };
  const joined = await test.call('/api/v1/agent/join', { body, door: TLS_DOOR });
  if (joined.status !== 200) throw new Error(`not joined: ${joined.text}`);
  const certificate = new Uint8Array(new X509Certificate(joined.json.certificate).raw);
  return { id: joined.json.agent, instance: joined.json.instance, door: { ...TLS_DOOR, certificate } };
}
