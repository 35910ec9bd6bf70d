import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { exportJWK, type JWTPayload, SignJWT } from 'jose';
import type { ClientKey } from '#verifier';
import type { Door } from '../env.ts';
import {
  type Answer,
  carryOut,
  enrol,
  openTestHouse,
  TEST_API_PORT,
  type TestHouse,
  TLS_DOOR,
} from '../testing.ts';

/** A house with two OAuth clients, each with a key of its own. */

export const ISSUER = `https://localhost:${TEST_API_PORT}`;
export const TOKEN_ENDPOINT = `${ISSUER}/oauth/token`;
export const BEARER_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
export const SPIFFE_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-spiffe';
export const API = 'https://billing.example/api';

export interface Client {
  id: string;
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
}

function newClient(name: string): Client {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { id: `spiffe://muniment.local/shop/${name}`, kid: `${name}-key`, privateKey, publicKey };
}

const jwkOf = async ({ publicKey, kid }: Client): Promise<ClientKey> =>
  ({ ...(await exportJWK(publicKey)), kid }) as ClientKey;

async function manifestsOf(orders: Client, reports: Client): Promise<string> {
  const trust = async (name: string, client: Client) => ({
    apiVersion: 'muniment/v1',
    kind: 'Trust',
    name: `${name}-key`,
    spec: { identity: name, method: 'private-key-jwt', where: { keys: [await jwkOf(client)] } },
  });
  const identity = (name: string) => ({
    apiVersion: 'muniment/v1',
    kind: 'Identity',
    name,
    spec: {
      kind: 'api-client',
      purpose: 'Calls the billing interface',
      application: 'shop',
      owner: 'ada',
      profile: 'client',
      environment: 'test',
    },
  });
  const documents = [
    {
      apiVersion: 'muniment/v1',
      kind: 'Application',
      name: 'shop',
      spec: { description: 'A shop', owner: 'ada' },
    },
    {
      apiVersion: 'muniment/v1',
      kind: 'Profile',
      name: 'client',
      spec: {
        description: 'Calls interfaces',
        actions: ['issue-access-token', 'issue-jwt-svid'],
        maxTtlSeconds: 600,
        audiences: [API, 'ledger', TOKEN_ENDPOINT],
        scopes: ['invoices:read', 'invoices:write'],
      },
    },
    {
      apiVersion: 'muniment/v1',
      kind: 'Policy',
      name: 'clients',
      spec: {
        description: 'Clients may have tokens, but nobody may write invoices',
        cedar: `permit(principal, action in Muniment::Action::"issue", resource);
forbid(principal, action, resource) when { context.scope.contains("invoices:write") };
`,
      },
    },
    identity('orders'),
    identity('reports'),
    await trust('orders', orders),
    await trust('reports', reports),
    {
      apiVersion: 'muniment/v1',
      kind: 'Trust',
      name: 'orders-unix',
      spec: { identity: 'orders', method: 'unix', where: { uid: 1001 } },
    },
    {
      apiVersion: 'muniment/v1',
      kind: 'Trust',
      name: 'orders-svid',
      spec: { identity: 'orders', method: 'jwt-svid', where: { spiffeId: orders.id } },
    },
  ];
  return documents.map((document) => JSON.stringify(document)).join('\n---\n');
}

export async function openOAuthHouse(flags: Record<string, unknown> = {}) {
  const test = await openTestHouse(flags);
  const ada = await enrol(test, 'ada', ['admin', 'approver', 'operator', 'auditor']);
  const bo = await enrol(test, 'bo');
  const [orders, reports] = [newClient('orders'), newClient('reports')];
  await carryOut(test, ada, bo, await manifestsOf(orders, reports));
  return { test, ada, bo, orders, reports };
}

export type OAuthHouse = Awaited<ReturnType<typeof openOAuthHouse>>;

const seconds = (test: TestHouse): number => Math.floor(test.clock.now().getTime() / 1000);

export interface Made {
  claims?: JWTPayload;
  header?: Record<string, unknown>;
  key?: KeyObject | Uint8Array;
}

/** A client assertion that holds, but for what is said to be otherwise; a claim that is undefined is left out. */
export async function assertion(test: TestHouse, client: Client, made: Made = {}): Promise<string> {
  const claims: JWTPayload = {
    iss: client.id,
    sub: client.id,
    aud: TOKEN_ENDPOINT,
    jti: randomUUID(),
    iat: seconds(test),
    exp: seconds(test) + 60,
    ...made.claims,
  };
  return new SignJWT(JSON.parse(JSON.stringify(claims)))
    .setProtectedHeader({ alg: 'ES256', kid: client.kid, ...made.header })
    .sign(made.key ?? client.privateKey);
}

export const form = (fields: Record<string, string | string[]>): string =>
  String(
    new URLSearchParams(
      Object.entries(fields).flatMap(([name, value]) => [value].flat().map((each) => [name, each])),
    ),
  );

/** Posts a form to a path of the OAuth door. */
export const post = (
  test: TestHouse,
  path: string,
  fields: Record<string, string | string[]>,
  more: { headers?: Record<string, string>; door?: Door } = {},
): Promise<Answer> =>
  test.call(path, {
    method: 'POST',
    raw: form(fields),
    door: TLS_DOOR,
    ...more,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...more.headers },
  });

/** Asks for a token by an assertion. */
export const ask = (
  test: TestHouse,
  client_assertion: string,
  more: Record<string, string | string[]> = {},
): Promise<Answer> =>
  post(test, '/oauth/token', {
    grant_type: 'client_credentials',
    client_assertion_type: BEARER_TYPE,
    client_assertion,
    resource: API,
    ...more,
  });
