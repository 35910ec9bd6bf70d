import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { SignJWT, UnsecuredJWT } from 'jose';
import { jwksOf } from '../issuance/index.ts';
import { ERRORS, HTTP_BODY_MAX_BYTES } from '../kernel/index.ts';
import { ROUTES } from './contract/index.ts';
import { OAUTH_CODES } from './oauth/errors.ts';
import { type Call, enrol, openTestHouse, operatorDoor, type TestHouse, TLS_DOOR } from './testing.ts';

let house: TestHouse;
let headers: Record<string, string>;
before(async () => {
  house = await openTestHouse();
  headers = (await enrol(house, 'ada', ['admin', 'operator', 'auditor'])).bearer;
});
after(() => house.close());

const big = 'a'.repeat(HTTP_BODY_MAX_BYTES + 1);

/** What is sent, and what it gets: status, code, and where the fault lies. */
const CASES: Array<[string, string, Call, number, string, string?]> = [
  ['JSON that breaks off', '/api/v1/locks', { raw: '{"target":' }, 400, 'bad_request'],
  [
    'no body where one must be',
    '/api/v1/locks',
    { method: 'POST', headers: { 'content-type': 'application/json' } },
    400,
    'bad_request',
  ],
  [
    'another content type',
    '/api/v1/locks',
    { raw: 'a=b', headers: { 'content-type': 'text/plain' } },
    400,
    'bad_request',
  ],
  ['a list for an object', '/api/v1/locks', { body: [] }, 400, 'bad_request'],
  [
    'a key too many',
    '/api/v1/locks',
    { body: { target: { kind: 'identity', id: 'x' }, reason: 'r', colour: 1 } },
    400,
    'unknown_key',
    'colour',
  ],
  [
    'a key too many below',
    '/api/v1/locks',
    { body: { target: { kind: 'identity', id: 'x', 'a.b': 1 }, reason: 'r' } },
    400,
    'unknown_key',
    'target.a.b',
  ],
  [
    'a kind that there is not',
    '/api/v1/locks',
    { body: { target: { kind: 'house', id: 'x' }, reason: 'r' } },
    400,
    'bad_request',
    'target.kind',
  ],
  [
    'a prototype for a key',
    '/api/v1/locks',
    { raw: '{"__proto__":{"a":1},"target":{"kind":"identity","id":"x"},"reason":"r"}' },
    400,
    'unknown_key',
    '__proto__',
  ],
  [
    'a body over the limit',
    '/api/v1/changes',
    { body: { manifests: big, title: 't', reason: 'r' } },
    413,
    'body_too_large',
  ],
  ['a query key too many', '/api/v1/identities?colour=red', {}, 400, 'unknown_key', 'colour'],
  ['a limit of none', '/api/v1/identities?limit=0', {}, 400, 'bad_request', 'limit'],
  ['a limit too high', '/api/v1/identities?limit=501', {}, 400, 'bad_request', 'limit'],
  ['a time that is none', '/api/v1/identities?asOf=yesterday', {}, 400, 'bad_request', 'asOf'],
  ['a tree size below nothing', '/api/v1/identities?knownAt=-1', {}, 400, 'bad_request', 'knownAt'],
  ['an index of letters', '/api/v1/ledger/entries/abc', {}, 400, 'bad_request', 'index'],
  ['an index beyond the log', '/api/v1/ledger/entries/999999999', {}, 404, 'not_found'],
  ['a cursor of another', '/api/v1/credentials?cursor=%27%3B--', {}, 400, 'bad_request', 'cursor'],
  ['a subject that ends a C string', '/api/v1/ledger/entries?subject=a%00b', {}, 400, 'bad_request'],
  [
    'a reason that no text column holds',
    '/api/v1/locks',
    { body: { target: { kind: 'identity', id: 'muniment-agent' }, reason: 'a\u0000b' } },
    400,
    'bad_request',
  ],
  [
    'a reason of half a character',
    '/api/v1/locks',
    { raw: '{"target":{"kind":"identity","id":"muniment-agent"},"reason":"\\ud800"}' },
    400,
    'bad_request',
  ],
  ['a lock that there is not', '/api/v1/locks/lok_x', {}, 404, 'not_found'],
  ['an identity with a path in its name', '/api/v1/identities/..%2F..%2Fetc', {}, 404, 'not_found'],
  ['another method', '/api/v1/locks', { method: 'PUT', body: {} }, 405, 'method_not_allowed'],
  ['an address that is none', '/api/v1/houses', {}, 404, 'not_found'],
  ['a slash at the end', '/api/v1/persons/', {}, 404, 'not_found'],
  [
    'two credentials at once',
    '/api/v1/credentials/check',
    { body: { jti: '1.a', serial: '01' } },
    400,
    'bad_request',
  ],
  [
    'a certificate that is none',
    '/api/v1/credentials/check',
    { body: { certificate: 'nothing' } },
    400,
    'invalid_der',
    'certificate',
  ],
  [
    'a manifest with a key too many',
    '/api/v1/changes',
    {
      body: {
        manifests: 'apiVersion: muniment/v1\nkind: Application\nname: a\nspec: {colour: red}',
        title: 't',
        reason: 'r',
      },
    },
    400,
    'unknown_key',
  ],
  [
    'a package that ends tomorrow',
    '/api/v1/evidence',
    { body: { from: '2026-01-01T00:00:00Z', to: '2999-01-01T00:00:00Z' } },
    400,
    'invalid_time',
    'to',
  ],
];

for (const [what, path, call, status, code, at] of CASES) {
  test(`${what}: ${code}`, async () => {
    const answer = await house.call(path, { ...call, headers: { ...headers, ...call.headers } });
    assert.deepEqual([answer.status, answer.json?.code], [status, code], answer.text);
    assert.equal(answer.headers.get('content-type'), 'application/problem+json');
    if (at !== undefined) assert.equal(answer.json.path, at);
    assert.doesNotMatch(answer.text, /node_modules|\.ts:|at .*\(/);
  });
}

const PATHS_OUT = [
  '/log/tile/0/../../../keys/seal.key',
  '/log/tile/%2e%2e/%2e%2e/keys/seal.key',
  '/log/tile/0/..%2f..%2fcheckpoint',
  '/log/tile/0/000%00',
  '/log/tile/0/0000',
  '/log/tile/64/000',
  '/log/tile/0/000.p/0',
  '/log/tile/0/000.p/256',
  '/log/tile/0//000',
  '/log/tile/0/x00/000',
  '/log/tile/entries/../../keys/seal.key',
  '/pki/..%2Fkeys%2Fseal.key',
  '/pki/root.crl%00.pem',
  '/../keys/seal.key',
];
for (const path of PATHS_OUT) {
  test(`${path} leads nowhere`, async () => {
    const answer = await house.call(path, { headers });
    assert.ok([404, 308].includes(answer.status), `${answer.status}`);
  });
}

test('an agent that shows what is no certificate, or not ours', async () => {
  for (const certificate of [
    new Uint8Array(),
    new Uint8Array(64),
    new Uint8Array(house.house.authority.root().certificate),
  ]) {
    const answer = await house.call('/api/v1/agent/bundle', { door: { ...TLS_DOOR, certificate } });
    assert.deepEqual([answer.status, answer.json.code], [403, 'attestation_refused']);
  }
});

test('tokens that confuse algorithms are not active', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const [jwk] = (await jwksOf(house.house.authority)).keys;
  const claims = { sub: 'spiffe://muniment.local/a', aud: 'billing', jti: `1.${'0'.repeat(64)}` };
  const ends = Math.floor(house.clock.now().getTime() / 1000) + 300;
  const header = Buffer.from(JSON.stringify({ alg: 'HS256', kid: jwk?.kid })).toString('base64url');
  const payload = Buffer.from(JSON.stringify({ ...claims, exp: ends })).toString('base64url');
  const mac = createHmac('sha256', JSON.stringify(jwk)).update(`${header}.${payload}`).digest('base64url');
  const tokens = [
    new UnsecuredJWT(claims).setExpirationTime(ends).encode(),
    `${header}.${payload}.${mac}`,
    await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid: jwk?.kid ?? '' })
      .setExpirationTime(ends)
      .sign(privateKey),
    await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', jwk: jwk as never })
      .setExpirationTime(ends)
      .sign(privateKey),
    'a.b.c',
    '.',
  ];
  for (const token of tokens) {
    const raw = new URLSearchParams({ token }).toString();
    const answer = await house.call('/oauth/introspect', {
      raw,
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    });
    assert.deepEqual([answer.status, answer.json], [200, { active: false }], token);
  }
});

test('whatever comes, the answer is a problem with a code of the list, and never a fault of ours', async () => {
  const posts = ROUTES.filter(({ method, path }) => method === 'post' && path !== '/api/v1/sweeps');
  const json = fc.jsonValue({ maxDepth: 3 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...posts), json, async (route, body) => {
      const path = route.path.replaceAll(/\{\w+\}/g, 'x');
      const answer = await house.call(path, { body, method: 'POST', door: operatorDoor() });
      if (answer.status < 400) return;
      assert.ok(answer.status < 500, answer.text);
      // OAuth's refusals have a form, and a closed list, of their own.
      const known = Object.hasOwn(ERRORS, answer.json.code) || OAUTH_CODES.includes(answer.json.error);
      assert.ok(known, answer.text);
    }),
    { numRuns: 150 },
  );
});
