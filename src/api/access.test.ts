import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ROLES } from '#verifier';
import { ACCESS, type Who } from './access.ts';
import { ROUTES, type Route } from './contract/index.ts';
import {
  type Call,
  enrol,
  joinAgent,
  openTestHouse,
  operatorDoor,
  socketDoor,
  type TestHouse,
} from './testing.ts';

/** A key that no route takes: whoever is admitted is told so, and nothing is done. */
const PROBE = '?nonsense=1';
const FOREIGN_UID = 54_321;

const pathOf = ({ path }: Route): string => path.replaceAll(/\{\w+\}/g, '1');
const describeRoute = (route: Route): string => `${route.method.toUpperCase()} ${route.path}`;

/** What each caller is, in words of the table. */
const WORDS: Record<string, readonly Who[]> = {
  nobody: ['anyone'],
  'the local operator': ['anyone', 'socket'],
  'an agent': ['anyone', 'agent'],
  ...Object.fromEntries(ROLES.map((role) => [`a person who is ${role}`, ['anyone', 'signed-in', role]])),
};

test('every route has a row, and every row a route', () => {
  const operations = ROUTES.map(({ operationId }) => operationId);
  assert.equal(new Set(operations).size, operations.length);
  assert.deepEqual(Object.keys(ACCESS).sort(), [...operations].sort());
});

test('what is open to all is this and no more', () => {
  const open = Object.keys(ACCESS).filter((operation) => ACCESS[operation]?.includes('anyone'));
  assert.deepEqual(open.sort(), [
    'caCertificate',
    'challengeKey',
    'crl',
    'healthz',
    'ingestEvents',
    'issueAccessToken',
    'joinAgent',
    'jwks',
    'logCheckpoint',
    'logTile',
    'logVerifierKey',
    'metrics',
    'oauthMetadata',
    'openKeySession',
    'openPasskeySession',
    'openapi',
    'openidConfiguration',
    'passkeySignInOptions',
    'readyz',
    'redeemSignInToken',
    'revokeToken',
    'spiffeBundle',
  ]);
});

describe('authorization, every route for every caller', () => {
  let house: TestHouse;
  const calls = new Map<string, Call>();

  before(async () => {
    house = await openTestHouse();
    const people = await Promise.all(
      ROLES.map(async (role) => [role, await enrol(house, role, [role])] as const),
    );
    for (const [role, person] of people) calls.set(`a person who is ${role}`, { headers: person.bearer });
    calls.set('nobody', {});
    calls.set('the local operator', { door: operatorDoor() });
    calls.set('an agent', { door: (await joinAgent(house, 'web-1')).door });
  });
  after(() => house.close());

  for (const [caller, words] of Object.entries(WORDS)) {
    test(caller, async () => {
      for (const route of ROUTES.filter(({ operationId }) => operationId !== 'logTile')) {
        const admitted = words.some((word) => ACCESS[route.operationId]?.includes(word));
        const answer = await house.call(pathOf(route) + PROBE, {
          ...calls.get(caller),
          method: route.method.toUpperCase(),
        });
        const expected = admitted ? 'unknown_key' : caller === 'nobody' ? 'unauthenticated' : 'forbidden';
        // OAuth's refusals have a form of their own.
        const code = answer.json?.error === 'invalid_request' ? 'unknown_key' : answer.json?.code;
        assert.equal(code, expected, `${describeRoute(route)}: ${answer.text}`);
      }
    });
  }

  test('a uid that is neither root nor ours, at the socket', async (t) => {
    if (process.getuid?.() === FOREIGN_UID) return t.skip('the tests run under that very uid');
    const answer = await house.call('/api/v1/persons', { door: socketDoor(FOREIGN_UID) });
    assert.deepEqual([answer.status, answer.json.code], [403, 'forbidden']);
    return undefined;
  });

  test('leaves are for auditors alone', async () => {
    const status = async (caller: string) =>
      (await house.call('/log/tile/entries/000.p/1', calls.get(caller))).json?.code;
    assert.equal(await status('nobody'), 'unauthenticated');
    assert.equal(await status('a person who is viewer'), 'forbidden');
    assert.notEqual(await status('a person who is auditor'), 'forbidden');
  });

  test('metrics are for loopback, or for an operator from elsewhere', async () => {
    const elsewhere = { ...operatorDoor(), kind: 'tls' as const, address: '192.0.2.7' };
    assert.equal((await house.call('/metrics')).status, 200);
    assert.equal((await house.call('/metrics', { door: elsewhere })).json.code, 'unauthenticated');
    const operator = calls.get('a person who is operator');
    assert.match(
      (await house.call('/metrics', { ...operator, door: elsewhere })).text,
      /muniment_log_size \d+/,
    );
  });
});
