import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  browser,
  type Call,
  CONSOLE_DOOR,
  openTestHouse,
  socketDoor,
  type TestHouse,
  TLS_DOOR,
} from './testing.ts';

let house: TestHouse;
let signedIn: Record<string, string>;
before(async () => {
  house = await openTestHouse({ hosts: ['localhost', 'muniment.example.org', '::1'] });
  const { token } = await house.api.sessions.makeSignInToken(null);
  signedIn = browser(await house.call('/api/v1/sessions', { body: { token } }));
});
after(() => house.close());

const get = (headers: Record<string, string>, door = CONSOLE_DOOR): Call => ({ headers, door });
const change = (headers: Record<string, string>): Call => ({ method: 'POST', body: {}, headers });
const cookieAlone = () => ({ cookie: signedIn.cookie ?? '' });

/** What comes in, and the code it gets; null where it passes the guards. */
const CASES: Array<[string, string, () => Call, string | null]> = [
  ['the console by its name', '/api/v1/session', () => get(signedIn), null],
  ['a rebound name', '/api/v1/session', () => get({ ...signedIn, host: 'evil.example' }), 'origin_refused'],
  [
    'our name at another port',
    '/api/v1/session',
    () => get({ ...signedIn, host: 'localhost:8080' }),
    'origin_refused',
  ],
  [
    'our name with a dot',
    '/api/v1/session',
    () => get({ ...signedIn, host: 'localhost.:7440' }),
    'origin_refused',
  ],
  ['no name', '/api/v1/session', () => get({ ...signedIn, host: '' }), 'origin_refused'],
  [
    'a page of another origin',
    '/api/v1/session',
    () => get({ ...signedIn, origin: 'https://evil.example' }),
    'origin_refused',
  ],
  [
    'the same host at another port',
    '/api/v1/session',
    () => get({ ...signedIn, origin: 'http://localhost:3000' }),
    'origin_refused',
  ],
  ['an origin that is null', '/api/v1/session', () => get({ ...signedIn, origin: 'null' }), 'origin_refused'],
  [
    'a change with the token',
    '/api/v1/passkeys/options',
    () => change({ ...signedIn, origin: 'http://localhost:7440' }),
    null,
  ],
  ['a change without the token', '/api/v1/passkeys/options', () => change(cookieAlone()), 'csrf_refused'],
  [
    'a change with another token',
    '/api/v1/passkeys/options',
    () => change({ ...signedIn, 'x-csrf-token': 'A'.repeat(43) }),
    'csrf_refused',
  ],
  [
    'a change from a sister site',
    '/api/v1/passkeys/options',
    () => change({ ...signedIn, 'sec-fetch-site': 'same-site' }),
    'origin_refused',
  ],
  [
    'a change by address',
    '/api/v1/passkeys/options',
    () => change({ ...signedIn, host: '127.0.0.1:7440' }),
    'origin_refused',
  ],
  [
    'TLS by a configured name',
    '/api/v1/session',
    () => get({ ...signedIn, host: 'muniment.example.org:7443' }, TLS_DOOR),
    null,
  ],
  ['TLS by address', '/api/v1/session', () => get({ ...signedIn, host: '[::1]:7443' }, TLS_DOOR), null],
  [
    'TLS by another name',
    '/api/v1/session',
    () => get({ ...signedIn, host: 'evil.example:7443' }, TLS_DOOR),
    'origin_refused',
  ],
  [
    'a TLS page of another origin',
    '/api/v1/session',
    () => get({ ...signedIn, origin: 'https://localhost' }, TLS_DOOR),
    'origin_refused',
  ],
  ['a probe by address', '/healthz', () => get({ host: '127.0.0.1:7440' }), null],
];

for (const [what, path, call, code] of CASES) {
  test(`${what}: ${code ?? 'passes'}`, async () => {
    const answer = await house.call(path, call());
    assert.equal(answer.status < 400 ? null : answer.json?.code, code, answer.text);
  });
}

test('a reader who comes by address is sent to the name that passkeys are bound to', async () => {
  const answer = await house.call('/identities?q=a', get({ host: '127.0.0.1:7440' }));
  assert.equal(answer.status, 308);
  assert.equal(answer.headers.get('location'), 'http://localhost:7440/identities?q=a');
});

test('a bearer header needs no CSRF token: no other site can make a browser send it', async () => {
  const authorization = `Bearer ${cookieAlone().cookie.split('=')[1]}`;
  const answer = await house.call('/api/v1/passkeys/options', change({ authorization }));
  assert.equal(answer.status, 200, answer.text);
});

test('the plain http listener for revocation lists serves nothing else', async () => {
  const door = { ...CONSOLE_DOOR, kind: 'pki' as const, address: '192.0.2.9' };
  assert.equal((await house.call('/pki/ca.pem', { door })).status, 200);
  assert.equal((await house.call('/pki/root.crl', { door })).status, 200);
  for (const path of ['/', '/healthz', '/api/v1/session', '/log/checkpoint', '/metrics', '/openapi.json']) {
    assert.equal((await house.call(path, { door, headers: signedIn })).status, 404, path);
  }
});

test('a client that says it is the socket is not', async () => {
  const answer = await house.call('/api/v1/persons', {
    headers: { 'x-forwarded-for': '127.0.0.1', 'x-uid': '0' },
  });
  assert.equal(answer.json.code, 'unauthenticated');
  assert.equal(
    (await house.call('/api/v1/persons', { door: { ...socketDoor(0), uid: null } })).json.code,
    'forbidden',
  );
});
