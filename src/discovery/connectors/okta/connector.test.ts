import assert from 'node:assert/strict';
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { jwtVerify } from 'jose';
import type { DoubleRequest, FaultCase, HttpProvider } from '../../testing/double.ts';
import { httpDouble } from '../../testing/http-double.ts';
import {
  committedItem,
  mapped,
  of,
  openingFor,
  type ReadListing,
  readSource,
  testMapping,
} from '../../testing/read.ts';
import { headersOf } from './access.ts';
import { waitOf } from './client.ts';
import { source } from './connector.ts';
import { APP, app, double, key, provider } from './testing/double.ts';

const plan = (fault: FaultCase = 'none', items = 250) => ({
  items,
  name: (at: number) => `token-${at}`,
  fault,
});
const map = (listing: string, item: unknown) => mapped(source, listing, [item]);
const holder = testMapping().key('identity', `app/${APP}`);
const parent = { id: APP, name: 'deployer' };
const observedOf = ({ observed }: ReadListing) => observed;
const COMMITMENT = /^\{"commitment":"[0-9a-f]{64}"\}$/;

/** The double, with every request noted and some answered in another way. */
const watched = (asked: DoubleRequest[], answers?: HttpProvider['answer']) =>
  httpDouble({
    ...provider,
    answer(request, given) {
      asked.push(request);
      return (answers ?? provider.answer)(request, given);
    },
  });

test('an API token is told with its maker, who is a commitment', () => {
  const [token] = map('api-tokens', {
    id: '00T1',
    name: 'import',
    userId: '00u1',
    created: '2024-03-01T10:00:00.000Z',
    expiresAt: null,
    network: { connection: 'ZONE' },
  });
  const { owner, ...attributes } = token?.attributes ?? {};
  assert.equal(token?.naturalId, 'api-token/00T1');
  assert.match(JSON.stringify(owner), COMMITMENT);
  assert.deepEqual(attributes, {
    kind: 'okta-api-token',
    ownerFrom: 'creator',
    created: '2024-03-01T10:00:00.000Z',
    network: 'ZONE',
  });
});

test('an OAuth client is an identity, and a secret in it is hidden', () => {
  const [service] = map('apps', app);
  assert.deepEqual(
    [service?.naturalId, service?.attributes.kind, service?.attributes.enabled],
    [`app/${APP}`, 'okta-service-app', true],
  );
  const oauthClient = { client_id: 'c', client_secret: 'in clear' };
  const web = { ...app, status: 'INACTIVE', credentials: { oauthClient }, settings: {} };
  const [other] = map('apps', web);
  assert.deepEqual([other?.attributes.kind, other?.attributes.enabled], ['okta-oauth-app', false]);
  assert.doesNotMatch(JSON.stringify(committedItem(source, 'apps', web)), /in clear/);
});

test('a key is told by the hash of its public half', () => {
  const { kty, crv, x, y } = key;
  const spki = createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' }).export({
    type: 'spki',
    format: 'der',
  });
  const hash = createHash('sha256').update(spki);
  const [seen] = map('app-keys', { app: parent, key });
  assert.equal(seen?.naturalId, `key/${APP}/key-1`);
  assert.equal(seen?.attributes.holder, holder);
  assert.deepEqual(seen?.joins, [`spki:${hash.copy().digest('hex')}`]);
  assert.equal(seen?.attributes.fingerprint, `SHA256:${hash.digest('base64').replace(/=+$/, '')}`);
  const [odd] = map('app-keys', { app: parent, key: { id: 'pks1', kty: 'RSA', status: 'INACTIVE' } });
  assert.deepEqual(
    [odd?.attributes.enabled, odd?.attributes.fingerprint, odd?.joins],
    [false, undefined, []],
  );
  assert.throws(() => map('app-keys', { app: parent, key: { kty: 'RSA' } }), /a key has an id/);
});

test('scopes that manage make an administrator; those that were revoked do not', () => {
  const grant = (scopeId: string, status = 'ACTIVE') => ({ scopeId, status, issuer: 'https://org.example' });
  const grants = [grant('okta.users.read'), grant('okta.apps.manage', 'INACTIVE')];
  const [reader] = map('app-grants', { app: parent, grants });
  assert.deepEqual(reader?.attributes, {
    kind: 'okta-scopes',
    holder,
    path: 'scopes granted to the app',
    grants: ['okta.users.read on https://org.example'],
    administrator: false,
  });
  const [manager] = map('app-grants', { app: parent, grants: [...grants, grant('okta.groups.manage')] });
  assert.deepEqual(
    [manager?.attributes.administrator, manager?.attributes.path],
    [true, 'scope okta.groups.manage'],
  );
});

test('a service account has the owner that Okta knows: a person before a group', () => {
  const account = { id: 'a1', name: 'crm sync', status: 'UNSECURED', ownerGroupIds: ['00g1'] };
  const [ofGroup] = map('service-accounts', { ...account, ownerUserIds: [] });
  assert.deepEqual([ofGroup?.attributes.owner, ofGroup?.attributes.ownerFrom], ['00g1', 'directory']);
  const [ofPerson] = map('service-accounts', { ...account, ownerUserIds: ['00u1'] });
  assert.match(JSON.stringify(ofPerson?.attributes.owner), COMMITMENT);
  const [ofNobody] = map('service-accounts', { id: 'a1', name: 'crm sync' });
  assert.deepEqual(ofNobody?.attributes, { kind: 'okta-service-account' });
});

test('an org is read to the last link, and its log from day to day', async (t) => {
  const asked: DoubleRequest[] = [];
  const running = await watched(asked).start(t, plan());
  const read = await readSource(source, running);
  for (const { listing, thrown, dropped } of read)
    assert.deepEqual([thrown, dropped], [undefined, 0], listing);
  assert.deepEqual(
    of(read, 'api-tokens').pages.map(({ items, end, providerTime }) => [
      items.length,
      end,
      providerTime instanceof Date,
    ]),
    [
      [100, false, true],
      [100, false, true],
      [50, true, true],
    ],
  );
  const to = (path: string) => asked.filter(({ url }) => url.pathname === path);
  assert.equal(to('/api/v1/apps')[0]?.url.searchParams.get('filter'), 'name eq "oidc_client"');
  const log = to('/api/v1/logs')[0]?.url.searchParams;
  const [since, until] = [log?.get('since'), log?.get('until')].map((at) => Date.parse(at ?? ''));
  assert.equal(Number(until) - Number(since), 90 * 24 * 60 * 60 * 1000);
  assert.equal(asked[0]?.headers.authorization, 'SSWS a token of the double');
  assert.doesNotMatch(JSON.stringify(asked.map(({ url }) => url.pathname)), /secrets/);
});

test('the log tells who made what is still there, and nothing of what is gone', async (t) => {
  const token = { uuid: 'e1', published: '2024-03-01T10:00:00.000Z', eventType: 'system.api_token.create' };
  const actor = { id: '00u1', alternateId: 'ada@example.com' };
  const events = [
    { ...token, actor, target: [{ id: '00T0', type: 'Token' }] },
    { ...token, uuid: 'e2', actor, target: [{ id: 'gone', type: 'Token' }] },
  ];
  const running = await watched([], (request, given) =>
    request.url.pathname === '/api/v1/logs'
      ? { body: JSON.stringify(events) }
      : provider.answer(request, given),
  ).start(t, plan('none', 1));
  const read = await readSource(source, running);
  const made = read.flatMap(observedOf).filter(({ attributes }) => 'creationEvent' in attributes);
  assert.deepEqual(
    made.map(({ naturalId, label, attributes }) => [naturalId, label, attributes.creationEvent]),
    [['api-token/00T0', 'token-0', 'e1']],
  );
  assert.match(JSON.stringify(made[0]?.attributes.createdBy), COMMITMENT);
  const whole = await readSource(source, await double.start(t, plan('none', 1)));
  const client = whole.flatMap(observedOf).find(({ attributes }) => attributes.creationEvent === 'event-1');
  assert.equal(client?.naturalId, `app/${APP}`, 'a client id names its app');
});

test('what one app refuses is a denied range; its keys stand', async (t) => {
  const read = await readSource(source, await double.start(t, plan('forbidden-part', 1)));
  assert.deepEqual(of(read, 'app-grants').denied, [{ what: `app ${APP}`, why: 'no permission (403)' }]);
  const { denied, committed } = of(read, 'app-keys');
  assert.deepEqual([denied, committed.length], [[], 1]);
});

test('secrets of apps are a denied range unless they are left out', async (t) => {
  const { settings } = await double.start(t, plan('none', 1));
  const opened = async (more: object) =>
    (await source.open(source.settings.parse({ ...settings, ...more }), openingFor(provider))).partitions();
  const [told] = await opened({ withoutAppSecrets: false });
  assert.match(told?.denied?.['app-secrets'] ?? '', /would hand over the secrets/);
  assert.ok(told && 'app-secrets' in told.scope && !('service-accounts' in told.scope));
  const [leftOut] = await opened({ privilegedAccess: true });
  assert.ok(leftOut && !('app-secrets' in leftOut.scope) && 'service-accounts' in leftOut.scope);
});

test('a next link takes us nowhere else, and one without a cursor is an error', async (t) => {
  const linked = async (query: string) => {
    const asked: DoubleRequest[] = [];
    const link = `<https://elsewhere.example/api/v1/apps?${query}>; rel="next"`;
    const running = await watched(asked, (request, given) =>
      request.url.pathname === '/api/v1/apps' && !request.url.searchParams.has('after')
        ? { headers: { link }, body: JSON.stringify([app]) }
        : provider.answer(request, given),
    ).start(t, plan('none', 1));
    const read = await readSource(source, running);
    const again = asked.find(({ url }) => url.searchParams.has('after'))?.url.searchParams;
    return { again, apps: of(read, 'apps').thrown?.message };
  };
  const followed = await linked('after=c1&filter=all');
  assert.deepEqual(
    [followed.again?.get('after'), followed.again?.get('filter')],
    ['c1', 'name eq "oidc_client"'],
  );
  assert.equal((await linked('limit=1')).apps, 'the next page has no cursor');
});

test('a limit is waited for by the clock of Okta', () => {
  const wait = (headers: Record<string, string>, status = 429) =>
    waitOf(status, new Headers(headers), new Date(5_000));
  const spent = { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': '40' };
  assert.equal(wait({ ...spent, date: new Date(10_000).toUTCString() }), 30_000);
  assert.equal(wait(spent), 35_000);
  assert.equal(wait({ ...spent, 'x-rate-limit-reset': '1' }), 0);
  assert.equal(wait({ ...spent, 'x-rate-limit-remaining': '7' }), undefined);
  assert.equal(wait({}), undefined);
  assert.equal(wait(spent, 403), undefined, 'a refusal stays one');
});

test('Retry-After comes before the end of the limit; one that is too far off is told', async (t) => {
  const limited = async (headers: Record<string, string>) => {
    const running = await watched([], (request, given) =>
      request.url.pathname === '/api/v1/apps'
        ? { status: 429, headers, body: '{}' }
        : provider.answer(request, given),
    ).start(t, plan('none', 1));
    return of(await readSource(source, running), 'apps').thrown?.message ?? '';
  };
  const inAnHour = String(Math.ceil(Date.now() / 1000) + 3600);
  const spent = { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': inAnHour };
  assert.match(await limited(spent), /^asked to wait 3[56]\d\d s$/);
  assert.equal(await limited({ ...spent, 'retry-after': '0' }), 'too many requests (429)');
});

test('a token has the scheme of its form', () => {
  assert.deepEqual(headersOf('a.b.c'), { authorization: 'Bearer a.b.c' });
  assert.deepEqual(headersOf('00abc'), { authorization: 'SSWS 00abc' });
});

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const asJwk = JSON.stringify({ ...pair.privateKey.export({ format: 'jwk' }), kid: 'k1' });
const asPem = String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));

for (const [form, privateKey, kid] of [
  ['JWK', asJwk, 'k1'],
  ['PEM', asPem, 'k2'],
] as const)
  test(`a service app signs in once with its key (${form})`, async (t) => {
    const asked: DoubleRequest[] = [];
    const running = await watched(asked).start(t, plan('none', 1));
    const settings = { ...running.settings, clientId: 'c1', ...(form === 'PEM' ? { keyId: kid } : {}) };
    const read = await readSource(source, { settings, secrets: { privateKey } });
    for (const { listing, thrown } of read) assert.equal(thrown, undefined, listing);
    const [signIn, ...more] = asked.filter(({ method }) => method === 'POST');
    assert.deepEqual(more, []);
    const sent = new URLSearchParams(signIn?.body);
    assert.match(sent.get('scope') ?? '', /^okta\.apiTokens\.read okta\.apps\.read /);
    const { payload, protectedHeader } = await jwtVerify(sent.get('client_assertion') ?? '', pair.publicKey, {
      issuer: 'c1',
      subject: 'c1',
      audience: `${running.settings.baseUrl}/oauth2/v1/token`,
    });
    assert.deepEqual([protectedHeader.alg, protectedHeader.kid, payload.jti], ['RS256', kid, undefined]);
    const [, first] = asked;
    assert.equal(first?.headers.authorization, 'Bearer an.access.token');
  });

test('a refused sign-in is a denied read in our own words', async (t) => {
  const refusing = watched([], (request, given) =>
    request.method === 'POST'
      ? { status: 400, body: JSON.stringify({ error_description: 'secret words' }) }
      : provider.answer(request, given),
  );
  const running = await refusing.start(t, plan('none', 1));
  const settings = { ...running.settings, clientId: 'c1' };
  const [first] = await readSource(source, { settings, secrets: { privateKey: asPem } });
  assert.deepEqual(
    [first?.thrown?.kind, first?.thrown?.message],
    ['denied', 'the sign-in was refused (400)'],
  );
});

test('without anything to sign in with, or with what is no key, nothing is opened', async () => {
  const open = (more: object, secrets: Record<string, string>) =>
    source.open(source.settings.parse({ baseUrl: 'https://org.example', ...more }), openingFor({ secrets }));
  await assert.rejects(open({}, {}), /either the secret `token`, or `clientId`/);
  await assert.rejects(open({ clientId: 'c1' }, { privateKey: 'x' }), /neither a PEM nor a JWK/);
  assert.ok(!source.settings.safeParse({ baseUrl: 'http://org.example' }).success);
});
