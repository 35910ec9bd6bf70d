import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { newId } from '../../kernel/index.ts';
import { joinAgent, operatorDoor, type TestAgent } from '../testing.ts';
import {
  API,
  ask,
  assertion,
  ISSUER,
  type OAuthHouse,
  openOAuthHouse,
  post,
  SPIFFE_TYPE,
  TOKEN_ENDPOINT,
} from './testing.ts';

describe('a client that shows a JWT-SVID', () => {
  let house: OAuthHouse;
  let agent: TestAgent;
  before(async () => {
    house = await openOAuthHouse();
    agent = await joinAgent(house.test, 'web-1');
  });
  after(() => house.test.close());

  async function svid(audience: string[] = [TOKEN_ENDPOINT], instance = newId('instance')) {
    const body = { action: 'issue-jwt-svid', instance, attested: { uid: 1001 }, claimed: {}, audience };
    const answer = await house.test.call('/api/v1/agent/issue', { body, door: agent.door });
    assert.equal(answer.status, 200, answer.text);
    return answer.json.items[0] as { jwt: string; entry: number };
  }
  const show = (token: string, more: Record<string, string> = {}) =>
    ask(house.test, token, { client_assertion_type: SPIFFE_TYPE, ...more });
  const place = async (target: { kind: string; id: string }) => {
    const answer = await house.test.call('/api/v1/locks', {
      body: { target, reason: 'a test' },
      headers: house.ada.bearer,
    });
    assert.equal(answer.status, 200, answer.text);
    return answer.json.lock as string;
  };
  const lift = (lock: string) =>
    house.test.call(`/api/v1/locks/${lock}/lift`, { body: { reason: 'over' }, headers: house.ada.bearer });
  const active = async (token: string) =>
    (await post(house.test, '/oauth/introspect', { token }, { door: operatorDoor() })).json.active;

  test('gets a token, as often as it shows it, that belongs to its agent and instance', async () => {
    const instance = newId('instance');
    const { jwt } = await svid([TOKEN_ENDPOINT], instance);
    assert.equal((await show(jwt)).status, 200);
    const { json, text } = await show(jwt, { client_id: house.orders.id });
    assert.ok(json.access_token, text);
    const row = await house.test.house.log.row('credential', String(json.receipt.index));
    assert.deepEqual(
      [row?.request.method, row?.request.attested],
      ['jwt-svid', { spiffeId: house.orders.id }],
    );
    assert.deepEqual([row?.request.agent, row?.request.instance], [agent.id, instance]);
    const lock = await place({ kind: 'instance', id: instance });
    assert.equal(await active(json.access_token), false);
    await lift(lock);
    assert.equal(await active(json.access_token), false);
  });

  test('that is dead is refused, and the refusal recorded', async () => {
    const { jwt, entry } = await svid();
    await place({ kind: 'credential', id: String(entry) });
    const { status, json } = await show(jwt);
    assert.deepEqual([status, json.error], [400, 'unauthorized_client']);
    assert.equal((await house.test.house.log.row('refusal', String(json.entry)))?.code, 'locked');
  });

  const FORGED: Array<[string, () => Promise<string>]> = [
    ['made out to somebody else', async () => (await svid([API])).jwt],
    ['made out to us and somebody else', async () => (await svid([TOKEN_ENDPOINT, API])).jwt],
    ['signed by the key of a client', () => assertion(house.test, house.orders)],
    [
      'that names where its keys are',
      () =>
        assertion(house.test, house.orders, {
          header: { jku: 'https://keys.example/jwks.json', kid: 'theirs' },
        }),
    ],
    [
      'that carries its own key',
      () =>
        assertion(house.test, house.orders, {
          header: { jwk: house.orders.publicKey.export({ format: 'jwk' }) },
        }),
    ],
    [
      'that is an access token of ours',
      async () =>
        (await ask(house.test, await assertion(house.test, house.orders), { resource: TOKEN_ENDPOINT })).json
          .access_token,
    ],
    [
      'with another’s signature',
      async () => {
        const [one, other] = [(await svid()).jwt, (await svid()).jwt];
        return `${one.split('.').slice(0, 2).join('.')}.${other.split('.')[2]}`;
      },
    ],
  ];
  for (const [name, make] of FORGED) {
    test(`${name} proves nothing`, async () => {
      const forged = await make();
      const before = (await house.test.house.log.head()).size;
      const { status, json } = await show(forged);
      assert.deepEqual([status, json.error], [401, 'invalid_client']);
      assert.equal((await house.test.house.log.head()).size, before);
    });
  }

  test('as a key’s assertion proves nothing', async () => {
    const { status, json } = await ask(house.test, (await svid()).jwt);
    assert.deepEqual([status, json.error], [401, 'invalid_client']);
  });

  test('that ended proves nothing', async () => {
    const { jwt } = await svid();
    house.test.clock.advance(301_000);
    assert.equal((await show(jwt)).status, 401);
  });
});

describe('the revocation endpoint', () => {
  let house: OAuthHouse;
  before(async () => {
    house = await openOAuthHouse();
  });
  after(() => house.test.close());

  const tokenOf = async () =>
    (await ask(house.test, await assertion(house.test, house.orders))).json as {
      access_token: string;
      receipt: { index: number };
    };
  const proofOf = async (client = house.orders) => ({
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await assertion(house.test, client),
  });
  const locks = async () => house.test.house.log.rows('lock');

  test('locks the grant and tries the token there and then', async () => {
    const { access_token: token, receipt } = await tokenOf();
    const { status, text } = await post(house.test, '/oauth/revoke', { token, ...(await proofOf()) });
    assert.deepEqual([status, text], [200, '']);
    const lock = (await locks()).find(({ target }) => target.id === String(receipt.index));
    const identity = (await house.test.house.log.view()).named('identity', 'orders');
    assert.deepEqual([lock?.target.kind, lock?.actor], ['credential', identity?.id]);
    const [probe] = (await house.test.house.log.rows('probe')).filter((row) => row.lock === lock?.id);
    assert.deepEqual([probe?.probes[0]?.point, probe?.probes[0]?.outcome], ['introspection', 'REFUSED']);
    const again = await post(house.test, '/oauth/revoke', { token, ...(await proofOf()) });
    assert.equal(again.status, 200);
    assert.equal((await locks()).filter(({ target }) => target.id === String(receipt.index)).length, 1);
  });

  test('takes an operator’s word for anybody’s token', async () => {
    const { access_token: token } = await tokenOf();
    const before = (await locks()).length;
    const { status } = await post(house.test, '/oauth/revoke', { token }, { headers: house.ada.bearer });
    assert.equal(status, 200);
    assert.equal((await locks()).length, before + 1);
  });

  test('another client may not, and nobody without a proof', async () => {
    const { access_token: token } = await tokenOf();
    const before = (await locks()).length;
    const other = await post(house.test, '/oauth/revoke', { token, ...(await proofOf(house.reports)) });
    assert.deepEqual([other.status, other.json.error], [400, 'unauthorized_client']);
    const nobody = await post(house.test, '/oauth/revoke', { token });
    assert.deepEqual([nobody.status, nobody.json.error], [401, 'invalid_client']);
    assert.equal((await locks()).length, before);
  });

  test('a proof is shown once here too', async () => {
    const proof = await proofOf();
    const { access_token: token } = await tokenOf();
    assert.equal((await post(house.test, '/oauth/revoke', { token: 'x', ...proof })).status, 200);
    assert.equal((await post(house.test, '/oauth/revoke', { token, ...proof })).status, 401);
  });

  test('a token that is unknown, forged or ended is 200 and nothing more', async () => {
    const { access_token } = await tokenOf();
    const before = (await locks()).length;
    for (const token of [
      'x',
      'a.b.c',
      `${access_token.slice(0, -4)}AAAA`,
      await assertion(house.test, house.orders),
    ]) {
      const { status } = await post(house.test, '/oauth/revoke', { token, ...(await proofOf()) });
      assert.equal(status, 200, token);
    }
    house.test.clock.advance(301_000);
    await post(house.test, '/oauth/revoke', { token: access_token, ...(await proofOf()) });
    assert.equal((await locks()).length, before);
  });

  test('the metadata names it all, by the name that is asked for and never by a port that is not ours', async () => {
    const path = '/.well-known/oauth-authorization-server';
    const { json } = await house.test.call(path);
    assert.equal(json.issuer, ISSUER);
    const elsewhere = await house.test.call(path, {
      door: { kind: 'tls', address: '192.0.2.7', certificate: null, uid: null },
      headers: { host: 'localhost:9999' },
    });
    assert.equal(elsewhere.json.token_endpoint, TOKEN_ENDPOINT);
  });
});
