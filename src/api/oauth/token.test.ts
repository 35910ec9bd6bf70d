import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { parseJti } from '../../crypto/index.ts';
import { operatorDoor } from '../testing.ts';
import {
  API,
  ask,
  assertion,
  BEARER_TYPE,
  ISSUER,
  type Made,
  type OAuthHouse,
  openOAuthHouse,
  post,
  TOKEN_ENDPOINT,
} from './testing.ts';

describe('the token endpoint', () => {
  let house: OAuthHouse;
  before(async () => {
    house = await openOAuthHouse();
  });
  after(() => house.test.close());

  const granted = async (more: Record<string, string | string[]> = {}, made: Made = {}) => {
    const answer = await ask(house.test, await assertion(house.test, house.orders, made), more);
    assert.equal(answer.status, 200, answer.text);
    return answer.json;
  };
  const entries = async () => (await house.test.house.log.head()).size;

  test('a client that signs with its declared key gets a token of RFC 9068 that names its entry', async () => {
    const { access_token, token_type, expires_in, scope, receipt } = await granted({
      scope: 'invoices:read',
    });
    assert.deepEqual([token_type, expires_in, scope], ['Bearer', 300, 'invoices:read']);
    const jwks = (await house.test.call('/.well-known/jwks.json')).json;
    const { payload } = await jwtVerify(access_token, createLocalJWKSet(jwks), {
      issuer: ISSUER,
      audience: API,
      typ: 'at+jwt',
      algorithms: ['ES256'],
      currentDate: house.test.clock.now(),
    });
    assert.deepEqual([payload.sub, payload.client_id], [house.orders.id, house.orders.id]);
    const named = parseJti(String(payload.jti));
    assert.equal(named?.index, receipt.index);
    const row = await house.test.house.log.row('credential', String(receipt.index));
    assert.equal(row?.credential.type, 'access-token');
    assert.deepEqual(row?.credential.audience, [API]);
    assert.deepEqual(row?.credential.scope, ['invoices:read']);
    assert.deepEqual(
      [row?.request.door, row?.request.action, row?.request.method],
      ['oauth', 'issue-access-token', 'private-key-jwt'],
    );
    assert.match(String(row?.request.instance), /^ins_[a-z2-7]{26}$/);
    assert.equal(row?.request.attested.spiffeId, house.orders.id);
  });

  test('the issuer is an audience as good as the endpoint, an array of one is one, and several targets may be named', async () => {
    await granted({}, { claims: { aud: [ISSUER] } });
    const { access_token, scope } = await granted({ resource: API, audience: 'ledger' });
    const claims = JSON.parse(Buffer.from(access_token.split('.')[1], 'base64url').toString());
    assert.deepEqual([claims.aud, claims.scope, scope], [[API, 'ledger'], undefined, undefined]);
    assert.equal(decodeProtectedHeader(access_token).typ, 'at+jwt');
  });

  const now = () => Math.floor(house.test.clock.now().getTime() / 1000);
  const hmacKey = () =>
    createSecretKey(house.orders.publicKey.export({ format: 'pem', type: 'spki' }) as unknown as Buffer);
  const FORGED: Array<[string, () => Made]> = [
    ['another audience', () => ({ claims: { aud: 'https://other.example' } })],
    [
      'the endpoint of another port of this host',
      () => ({ claims: { aud: 'https://localhost:9999/oauth/token' } }),
    ],
    ['two audiences', () => ({ claims: { aud: [TOKEN_ENDPOINT, 'https://other.example'] } })],
    ['two audiences, both ours', () => ({ claims: { aud: [TOKEN_ENDPOINT, ISSUER] } })],
    ['no audience', () => ({ claims: { aud: undefined as never } })],
    ['an end that is past', () => ({ claims: { exp: now() - 31, iat: now() - 90 } })],
    ['an end too far away', () => ({ claims: { exp: now() + 3600 } })],
    ['no end', () => ({ claims: { exp: undefined as never } })],
    ['a birth in the future', () => ({ claims: { iat: now() + 120, exp: now() + 180 } })],
    ['a start in the future', () => ({ claims: { nbf: now() + 120 } })],
    ['no jti', () => ({ claims: { jti: undefined as never } })],
    ['an empty jti', () => ({ claims: { jti: '' } })],
    ['a jti that is no text', () => ({ claims: { jti: 7 as never } })],
    ['an issuer that is not its subject', () => ({ claims: { iss: house.reports.id } })],
    [
      'a client of another trust domain',
      () => ({
        claims: { iss: 'spiffe://other.example/shop/orders', sub: 'spiffe://other.example/shop/orders' },
      }),
    ],
    [
      'a client that nobody declared',
      () => ({
        claims: { iss: 'spiffe://muniment.local/shop/nobody', sub: 'spiffe://muniment.local/shop/nobody' },
      }),
    ],
    ['the key of another client', () => ({ key: house.reports.privateKey })],
    [
      'key and kid of another client',
      () => ({
        key: house.reports.privateKey,
        header: { kid: house.reports.kid },
      }),
    ],
    ['the kid of another client', () => ({ header: { kid: house.reports.kid } })],
    ['HS256 over the public key', () => ({ header: { alg: 'HS256' }, key: hmacKey() })],
    ['the type of an access token', () => ({ header: { typ: 'at+jwt' } })],
    ['a critical header that nobody knows', () => ({ header: { crit: ['x'], x: 1 } })],
  ];
  for (const [name, made] of FORGED) {
    test(`an assertion with ${name} proves nothing, and leaves no entry`, async () => {
      const before = await entries();
      const forged = await assertion(house.test, house.orders, made()).catch(() => unsigned(made()));
      const { status, json, headers } = await ask(house.test, forged);
      assert.deepEqual([status, json.error], [401, 'invalid_client']);
      assert.equal(headers.get('cache-control'), 'no-store');
      assert.equal(await entries(), before);
    });
  }

  /** What no library will sign. */
  async function unsigned({ header = {} }: Made): Promise<string> {
    const [, claims, signature] = (await assertion(house.test, house.orders)).split('.');
    const encoded = Buffer.from(JSON.stringify({ alg: 'ES256', ...header })).toString('base64url');
    return `${encoded}.${claims}.${signature}`;
  }

  test('neither alg none, nor a broken signature, nor what is no token at all proves anything', async () => {
    const good = await assertion(house.test, house.orders);
    const [head, claims] = good.split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    const flipped = `${good.slice(0, -4)}AAAA`;
    for (const forged of [
      `${none}.${claims}.`,
      `${head}.${claims}.`,
      flipped,
      'x',
      'a.b.c',
      `${good}.${good}`,
      '{}',
    ]) {
      const { status, json } = await ask(house.test, forged);
      assert.deepEqual([status, json.error], [401, 'invalid_client'], forged);
    }
  });

  test('an assertion is shown once: of two at the same moment one is granted', async () => {
    const once = await assertion(house.test, house.orders);
    const answers = await Promise.all([ask(house.test, once), ask(house.test, once), ask(house.test, once)]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 401, 401]);
    assert.equal((await ask(house.test, once)).json.error, 'invalid_client');
  });

  test('a refusal uses an assertion up as well', async () => {
    const once = await assertion(house.test, house.orders);
    assert.equal((await ask(house.test, once, { scope: 'nothing' })).json.error, 'invalid_scope');
    assert.equal((await ask(house.test, once)).json.error, 'invalid_client');
  });

  test('one jti may be used by two clients, for names are each client’s own', async () => {
    const claims = { jti: 'the-same' };
    assert.equal((await ask(house.test, await assertion(house.test, house.orders, { claims }))).status, 200);
    assert.equal((await ask(house.test, await assertion(house.test, house.reports, { claims }))).status, 200);
  });

  const REFUSED: Array<[string, Record<string, string | string[]>, number, string, boolean]> = [
    [
      'a resource that the profile does not list',
      { resource: 'https://other.example' },
      400,
      'invalid_target',
      true,
    ],
    ['a scope that the profile does not list', { scope: 'invoices:read admin' }, 400, 'invalid_scope', true],
    ['a scope that a policy forbids', { scope: 'invoices:write' }, 400, 'unauthorized_client', true],
    [
      'the client id of another client',
      { client_id: 'spiffe://muniment.local/shop/reports' },
      400,
      'unauthorized_client',
      true,
    ],
    ['no resource', { resource: '' }, 400, 'invalid_target', false],
    ['a resource that is no URI', { resource: 'billing' }, 400, 'invalid_target', false],
    ['a resource with a fragment', { resource: `${API}#x` }, 400, 'invalid_target', false],
    ['a scope with a quote', { scope: 'a"b' }, 400, 'invalid_request', false],
    ['another grant type', { grant_type: 'password' }, 400, 'unsupported_grant_type', false],
    [
      'its grant type twice',
      { grant_type: ['client_credentials', 'client_credentials'] },
      400,
      'invalid_request',
      false,
    ],
    ['an unknown kind of assertion', { client_assertion_type: 'urn:x' }, 401, 'invalid_client', false],
    ['no assertion', { client_assertion: '' }, 401, 'invalid_client', false],
  ];
  for (const [name, more, wanted, error, recorded] of REFUSED) {
    test(`a request with ${name} is ${error}${recorded ? ', recorded' : ''}`, async () => {
      const before = await entries();
      const { status, json } = await ask(house.test, await assertion(house.test, house.orders), more);
      assert.deepEqual([status, json.error], [wanted, error], JSON.stringify(json));
      assert.equal(typeof json.error_description, 'string');
      assert.equal(await entries(), before + (recorded ? 1 : 0));
      if (!recorded) return;
      const refusal = await house.test.house.log.row('refusal', String(json.entry));
      assert.equal(refusal?.request.action, 'issue-access-token');
      assert.ok(Array.isArray(refusal?.request.claimed.audience));
    });
  }

  test('what nobody knows is left aside, and a secret in the header proves nothing', async () => {
    await granted({ unheard: 'of' });
    const basic = { authorization: `Basic ${Buffer.from('orders:none').toString('base64')}` };
    const fields = { grant_type: 'client_credentials', resource: API };
    const { status, json, headers } = await post(house.test, '/oauth/token', fields, { headers: basic });
    assert.deepEqual([status, json.error, headers.get('www-authenticate')], [401, 'invalid_client', 'Basic']);
  });

  test('JSON is no form', async () => {
    const body = { grant_type: 'client_credentials' };
    const { status, json } = await house.test.call('/oauth/token', { body });
    assert.deepEqual([status, json.error], [400, 'invalid_request']);
  });

  test('what never proved itself is counted', async () => {
    await ask(house.test, 'x');
    house.test.clock.advance(61_000);
    await house.test.api.tick();
    const counted = await house.test.house.log.search({ kinds: ['requests.counted'], limit: 20 });
    const bodies = counted.map(({ body }) => JSON.parse(Buffer.from(body ?? []).toString()).data.reason);
    assert.ok(bodies.includes('invalid_client'));
  });

  test('a locked identity, and a locked key alone, are refused; the tokens of before are dead', async () => {
    const { access_token } = await granted();
    const introspect = async () =>
      (await post(house.test, '/oauth/introspect', { token: access_token }, { door: operatorDoor() })).json;
    const before = await introspect();
    assert.deepEqual([before.active, before.client_id, before.sub], [true, house.orders.id, house.orders.id]);
    const { instance } = (await house.test.house.log.rows('credential')).at(-1)?.request ?? {};
    const lock = await house.test.call('/api/v1/locks', {
      body: { target: { kind: 'instance', id: instance }, reason: 'the key was copied' },
      headers: house.ada.bearer,
    });
    assert.equal(lock.status, 200, lock.text);
    assert.deepEqual(await introspect(), { active: false });
    const refused = await ask(house.test, await assertion(house.test, house.orders));
    assert.deepEqual([refused.status, refused.json.error], [400, 'unauthorized_client']);
    const refusal = await house.test.house.log.row('refusal', String(refused.json.entry));
    assert.equal(refusal?.code, 'locked');
    assert.equal((await ask(house.test, await assertion(house.test, house.reports))).status, 200);
    await house.test.call(`/api/v1/locks/${lock.json.lock}/lift`, {
      body: { reason: 'a false alarm' },
      headers: house.ada.bearer,
    });
    await granted();
    assert.deepEqual(await introspect(), { active: false });
  });

  test('a token ends when it says so', async () => {
    const { access_token, expires_in } = await granted();
    house.test.clock.advance(expires_in * 1000);
    const { json } = await post(
      house.test,
      '/oauth/introspect',
      { token: access_token },
      { door: operatorDoor() },
    );
    assert.deepEqual(json, { active: false });
  });

  test('a key that is no longer declared proves nothing', async () => {
    const { carryOut } = await import('../testing.ts');
    const manifest = 'apiVersion: muniment/v1\nkind: Trust\nname: reports-key\nretire: true\n';
    await carryOut(house.test, house.ada, house.bo, manifest);
    const { status, json } = await ask(house.test, await assertion(house.test, house.reports), {
      client_assertion_type: BEARER_TYPE,
    });
    assert.deepEqual([status, json.error], [401, 'invalid_client']);
  });
});
