import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import {
  type Answer,
  browser,
  type Call,
  enrol,
  openTestHouse,
  operatorDoor,
  type TestHouse,
} from '../testing.ts';
import { createAuthenticator } from './authenticator.ts';
import { SESSION_ABSOLUTE_SECONDS, SESSION_IDLE_SECONDS } from './model.ts';

const ORIGIN = 'http://localhost:7440';
const MINUTE_MS = 60_000;

let house: TestHouse;
beforeEach(async () => {
  house = await openTestHouse();
});
afterEach(() => house.close());

const kinds = async (kind: 'session.opened' | 'session.ended') =>
  (await house.house.log.search({ kinds: [kind], limit: 100 })).length;
const post = (path: string, body: object, call: Call = {}): Promise<Answer> =>
  house.call(`/api/v1${path}`, { body, ...call });
const bootstrapToken = async () => (await house.api.sessions.makeSignInToken(null)).token;
const code = ({ status, json }: Answer) => [status, json?.code];

test('a sign-in token opens one session, whoever comes at the same moment', async () => {
  const token = await bootstrapToken();
  const answers = await Promise.all(Array.from({ length: 8 }, () => post('/sessions', { token })));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(7).fill(401)]);
  assert.equal(await kinds('session.opened'), 1);
  assert.deepEqual(code(await post('/sessions', { token })), [401, 'sign_in_refused']);
});

test('a sign-in token is over after ten minutes, and a wrong one says the same', async () => {
  const token = await bootstrapToken();
  house.clock.advance(10 * MINUTE_MS);
  const [late, wrong] = [await post('/sessions', { token }), await post('/sessions', { token: 'mut_wrong' })];
  assert.deepEqual(code(late), [401, 'sign_in_refused']);
  assert.equal(late.json.detail, wrong.json.detail);
});

test('neither tokens nor sessions lie in the database as they were handed out', async () => {
  const token = await bootstrapToken();
  const { cookie } = browser(await post('/sessions', { token }));
  const { db } = house.house.database;
  const rows = [
    await db.selectFrom('sign_in_token').selectAll().execute(),
    await db.selectFrom('session').selectAll().execute(),
  ];
  const stored = JSON.stringify(rows.flat().map((row) => Object.values(row).map(String)));
  for (const secret of [token, cookie?.split('=')[1] ?? '']) assert.ok(!stored.includes(secret));
});

test('a session ends when it is not used for thirty minutes, and its end is an entry', async () => {
  const headers = browser(await post('/sessions', { token: await bootstrapToken() }));
  house.clock.advance(SESSION_IDLE_SECONDS * 1000 - MINUTE_MS);
  assert.equal((await house.call('/api/v1/session', { headers })).status, 200);
  house.clock.advance(SESSION_IDLE_SECONDS * 1000 - MINUTE_MS);
  assert.equal((await house.call('/api/v1/session', { headers })).status, 200);
  house.clock.advance(SESSION_IDLE_SECONDS * 1000);
  assert.deepEqual(code(await house.call('/api/v1/session', { headers })), [401, 'session_ended']);
  await house.api.tick();
  assert.equal(await kinds('session.ended'), 1);
});

test('a session ends after eight hours however busy it is', async () => {
  const headers = browser(await post('/sessions', { token: await bootstrapToken() }));
  const step = 20 * MINUTE_MS;
  for (let passed = step; passed < SESSION_ABSOLUTE_SECONDS * 1000; passed += step) {
    house.clock.advance(step);
    assert.equal((await house.call('/api/v1/session', { headers })).status, 200);
  }
  house.clock.advance(step);
  assert.deepEqual(code(await house.call('/api/v1/session', { headers })), [401, 'session_ended']);
});

test('signing out ends the session at once', async () => {
  const headers = browser(await post('/sessions', { token: await bootstrapToken() }));
  const out = await house.call('/api/v1/session', { method: 'DELETE', headers });
  assert.equal(out.status, 204);
  assert.match(out.headers.get('set-cookie') ?? '', /muniment_session=;/);
  assert.deepEqual(code(await house.call('/api/v1/session', { headers })), [401, 'session_ended']);
  assert.equal(await kinds('session.ended'), 1);
});

test('a key file signs in by a challenge of its own, once', async () => {
  const ada = await enrol(house, 'ada');
  const { challenge } = (await post('/sessions/key/challenge', { keyId: ada.keyId })).json;
  const signature = ada.sign(Buffer.from(`muniment session v1\n${challenge}`));
  const answer = { keyId: ada.keyId, challenge, signature };
  assert.equal((await post('/sessions/key', answer)).status, 200);
  assert.deepEqual(code(await post('/sessions/key', answer)), [401, 'sign_in_refused']);
});

test('a key file does not sign in by anything else', async () => {
  const [ada, bo] = [await enrol(house, 'ada'), await enrol(house, 'bo')];
  const challengeFor = async (keyId: string): Promise<string> =>
    (await post('/sessions/key/challenge', { keyId })).json.challenge;
  const message = (challenge: string) => Buffer.from(`muniment session v1\n${challenge}`);
  const forBo = await challengeFor(bo.keyId);
  const late = await challengeFor(ada.keyId);
  const fresh = await challengeFor(ada.keyId);
  const made = Buffer.alloc(54, 1).toString('base64url');
  const attempts = [
    { keyId: ada.keyId, challenge: forBo, signature: ada.sign(message(forBo)) },
    { keyId: ada.keyId, challenge: fresh, signature: bo.sign(message(fresh)) },
    { keyId: ada.keyId, challenge: made, signature: ada.sign(message(made)) },
    { keyId: 'key_none', challenge: await challengeFor('key_none'), signature: ada.sign(message('')) },
  ];
  for (const attempt of attempts)
    assert.deepEqual(code(await post('/sessions/key', attempt)), [401, 'sign_in_refused']);
  house.clock.advance(3 * MINUTE_MS);
  const tooLate = { keyId: ada.keyId, challenge: late, signature: ada.sign(message(late)) };
  assert.deepEqual(code(await post('/sessions/key', tooLate)), [401, 'sign_in_refused']);
});

test('the first administrator enrols a passkey in the browser, and signs in with it', async () => {
  const headers = browser(await post('/sessions', { token: await bootstrapToken() }));
  const device = createAuthenticator('localhost');
  const options = (await post('/passkeys/options', { name: 'ada' }, { headers })).json;
  const key = { type: 'passkey', response: device.register(options.challenge, ORIGIN) };
  const enrolled = await post(
    '/persons/bootstrap',
    { name: 'ada', displayName: 'Ada Arden', key },
    { headers },
  );
  assert.equal(enrolled.status, 200, enrolled.text);
  const self = (await house.call('/api/v1/session', { headers })).json;
  assert.equal(self.person.name, 'ada');

  const ask = async () => (await post('/sessions/passkey/options', {})).json.challenge as string;
  const response = device.assert(await ask(), ORIGIN);
  assert.equal((await post('/sessions/passkey', { response })).status, 200);
  const refused = [
    response,
    device.assert(await ask(), 'http://evil.example'),
    device.assert(Buffer.alloc(54).toString('base64url'), ORIGIN),
    {
      ...createAuthenticator('localhost').assert(await ask(), ORIGIN),
      id: device.credentialId,
      rawId: device.credentialId,
    },
    createAuthenticator('localhost').assert(await ask(), ORIGIN),
  ];
  for (const one of refused)
    assert.deepEqual(code(await post('/sessions/passkey', { response: one })), [401, 'sign_in_refused']);
});

test('a session of the bootstrap is nobody once somebody else was enrolled', async () => {
  const headers = browser(await post('/sessions', { token: await bootstrapToken() }));
  const unused = await bootstrapToken();
  await enrol(house, 'ada');
  assert.deepEqual(code(await house.call('/api/v1/session', { headers })), [401, 'session_ended']);
  assert.deepEqual(code(await post('/sessions', { token: unused })), [401, 'sign_in_refused']);
});

test('an administrator hands out a link, and it speaks for that person', async () => {
  await enrol(house, 'ada');
  const link = (await post('/persons/ada/sign-in-link', {}, { door: operatorDoor() })).json;
  assert.equal(link.url, `${ORIGIN}/#token=${link.token}`);
  const opened = await post('/sessions', { token: link.token });
  assert.equal(opened.json.person.name, 'ada');
  assert.equal((await post('/persons/nobody/sign-in-link', {}, { door: operatorDoor() })).status, 404);
});

test('who guesses is shed, and what they tried is counted in one entry', async () => {
  for (let tried = 0; tried < 20; tried += 1) await post('/sessions', { token: `mut_${tried}` });
  assert.deepEqual(code(await post('/sessions', { token: await bootstrapToken() })), [
    429,
    'too_many_requests',
  ]);
  house.clock.advance(MINUTE_MS);
  await house.api.tick();
  const counted = await house.house.log.search({ kinds: ['requests.counted'], limit: 10 });
  const bodies = counted.map(({ body }) => JSON.parse(Buffer.from(body ?? []).toString('utf8')).data);
  const told = bodies.map(({ source, reason, count }) => [source, reason, count]).sort();
  assert.deepEqual(told, [
    ['127.0.0.1', 'sign_in_refused', 20],
    ['127.0.0.1', 'too_many_requests', 1],
  ]);
  assert.equal((await post('/sessions', { token: await bootstrapToken() })).status, 200);
});
