import type { DoubleAnswer, DoubleRequest, HttpProvider, Plan } from '../../../testing/double.ts';
import { httpDouble } from '../../../testing/http-double.ts';

const PAGE = 100;
const TOKENS = '/api/v1/api-tokens';
export const APP = '0oaDEPLOYER';
const GRANTS = `/api/v1/apps/${APP}/grants`;

const OPERATIONS: Array<[RegExp, string]> = [
  [/^\/oauth2\/v1\/token$/, 'POST /oauth2/v1/token'],
  [/^\/api\/v1\/api-tokens$/, 'GET /api/v1/api-tokens'],
  [/^\/api\/v1\/apps$/, 'GET /api/v1/apps'],
  [/^\/api\/v1\/apps\/\w+\/credentials\/jwks$/, 'GET /api/v1/apps/{appId}/credentials/jwks'],
  [/^\/api\/v1\/apps\/\w+\/grants$/, 'GET /api/v1/apps/{appId}/grants'],
  [/^\/privileged-access\/api\/v1\/service-accounts$/, 'GET /privileged-access/api/v1/service-accounts'],
  [/^\/api\/v1\/logs$/, 'GET /api/v1/logs'],
];

function operationOf({ method, url }: DoubleRequest): string | undefined {
  const operation = OPERATIONS.find(([pattern]) => pattern.test(url.pathname))?.[1];
  return operation?.startsWith(`${method} `) ? operation : undefined;
}

const tokenOf = (index: number, { name, fault, items }: Plan): unknown => ({
  id: fault === 'broken-item' && index === items - 1 ? 17 : `00T${index}`,
  name: name(index),
  clientName: 'Okta API',
  userId: '00u1',
  created: '2024-03-01T10:00:00.000Z',
  lastUpdated: '2024-03-02T10:00:00.000Z',
  expiresAt: '2024-04-01T10:00:00.000Z',
  tokenWindow: 'P30D',
  network: { connection: 'ANYWHERE' },
});

/** One page of API tokens; its link says where the next begins. */
function tokensPage(url: URL, plan: Plan): DoubleAnswer {
  const from = Number(url.searchParams.get('after') ?? 0);
  const start = plan.fault === 'repeated-page' ? 0 : from;
  const until = Math.min(start + PAGE, plan.items);
  const body = JSON.stringify(Array.from({ length: until - start }, (_, at) => tokenOf(start + at, plan)));
  const isFull = until > start && until === plan.items;
  const more = until < plan.items || (plan.fault === 'empty-last-page' && isFull);
  const link = new URL(url);
  link.searchParams.set('after', String(from + PAGE));
  const self = `<${url.href}>; rel="self"`;
  const headers = {
    'content-type': 'application/json',
    link: more ? `${self}, <${link.href}>; rel="next"` : self,
  };
  return { headers, body };
}

export const app = {
  id: APP,
  name: 'oidc_client',
  label: 'deployer',
  status: 'ACTIVE',
  created: '2024-03-01T10:00:00.000Z',
  lastUpdated: '2024-03-02T10:00:00.000Z',
  credentials: {
    oauthClient: { client_id: 'deployer-client', token_endpoint_auth_method: 'private_key_jwt' },
  },
  settings: { oauthClient: { application_type: 'service', grant_types: ['client_credentials'] } },
};

/** The public key that RFC 7517 shows as an example. */
export const key = {
  kid: 'key-1',
  kty: 'EC',
  crv: 'P-256',
  x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
  y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
  use: 'sig',
  status: 'ACTIVE',
  created: '2024-03-01T10:00:00.000Z',
};

const grant = { id: 'oag1', scopeId: 'okta.users.manage', issuer: 'https://org.example', status: 'ACTIVE' };

const event = {
  uuid: 'event-1',
  published: '2024-03-01T10:00:00.000Z',
  eventType: 'app.oauth2.client.lifecycle.create',
  actor: { id: '00u1', type: 'User', alternateId: 'ada@example.com', displayName: 'Ada Example' },
  target: [
    { id: '00u1', type: 'User', alternateId: 'ada@example.com', displayName: 'Ada Example' },
    { id: 'deployer-client', type: 'PublicClientApp', displayName: 'deployer' },
  ],
};

function contentsOf(path: string): unknown {
  if (path === '/oauth2/v1/token') return { access_token: 'an.access.token', expires_in: 3600 };
  if (path === '/api/v1/apps') return [app];
  if (path === GRANTS) return [grant];
  if (path.endsWith('/credentials/jwks')) return { jwks: { keys: [key] } };
  return path === '/api/v1/logs' ? [event] : [];
}

const answer = ({ url }: DoubleRequest, plan: Plan): DoubleAnswer =>
  url.pathname === TOKENS ? tokensPage(url, plan) : { body: JSON.stringify(contentsOf(url.pathname)) };

export const provider: HttpProvider = {
  listing: 'api-tokens',
  settings: (base) => ({ baseUrl: base, withoutAppSecrets: true }),
  secrets: { token: 'a token of the double' },
  operationOf,
  isListing: ({ url }) => url.pathname === TOKENS,
  isPart: ({ url }) => url.pathname === GRANTS,
  answer,
  not: {
    'cut-page': 'Okta does not say how many a page holds, and gives no count',
    'count-disagrees': 'Okta gives no count',
  },
};

export const double = httpDouble(provider);
