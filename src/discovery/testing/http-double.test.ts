import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { FaultCase, HttpProvider, Running } from './double.ts';
import { CLOCK_OFF_MILLISECONDS, httpDouble } from './http-double.ts';

const provider: HttpProvider = {
  listing: 'users',
  settings: (base) => ({ base }),
  secrets: { token: 'none' },
  operationOf: ({ url }) => ({ '/users': 'GET /users', '/keys': 'GET /keys' })[url.pathname],
  isListing: ({ url }) => url.pathname === '/users',
  isPart: ({ url }) => url.pathname === '/keys',
  answer({ url }, { fault, name }) {
    if (url.searchParams.has('broken')) throw new Error('no such page');
    return { body: JSON.stringify({ fault, first: name(0) }) };
  },
  not: {},
};

async function started(t: TestContext, fault: FaultCase): Promise<Running & { base: string }> {
  const running = await httpDouble(provider).start(t, { items: 3, name: (index) => `user-${index}`, fault });
  return { ...running, base: String(running.settings.base) };
}

const LISTING_STATUS: [FaultCase, number[]][] = [
  ['none', [200, 200]],
  ['unauthorized', [401, 401]],
  ['not-found', [404, 404]],
  ['too-many-for-good', [429, 429]],
  ['too-many-without-retry-after', [429, 200]],
  ['error-then-good', [500, 200]],
  ['forbidden-part', [200, 200]],
];

for (const [fault, statuses] of LISTING_STATUS)
  test(`the double with ${fault} answers its listing with ${statuses}`, async (t) => {
    const { base, heal, fail, asked } = await started(t, fault);
    for (const status of statuses) assert.equal((await fetch(`${base}/users`)).status, status);
    assert.equal((await fetch(`${base}/keys`)).status, fault === 'forbidden-part' ? 403 : 200);
    heal();
    const healed = await fetch(`${base}/users`);
    assert.deepEqual(await healed.json(), { fault: 'none', first: 'user-0' });
    fail?.();
    assert.equal((await fetch(`${base}/users`)).status, statuses[0]);
    assert.deepEqual([...new Set(asked())], ['GET /users', 'GET /keys']);
  });

test('the double tells who asks again before it said', async (t) => {
  const { base, asked } = await started(t, 'too-many-with-retry-after');
  assert.equal((await fetch(`${base}/users`)).headers.get('retry-after'), '1');
  assert.equal((await fetch(`${base}/users`)).status, 200);
  assert.ok(asked().includes('too early: GET /users'));
});

test('the double tells of requests that no operation makes, and of its own failures', async (t) => {
  const { base, asked } = await started(t, 'none');
  assert.equal((await fetch(`${base}/users/1`, { method: 'DELETE' })).status, 404);
  assert.equal((await fetch(`${base}/users?broken`)).status, 500);
  assert.deepEqual(asked(), [
    'unknown: DELETE /users/1',
    'GET /users',
    'broken double: GET /users: Error: no such page',
  ]);
});

test('the double cuts a connection in the middle of a body, and answers what is no JSON', async (t) => {
  const cut = await started(t, 'connection-cut');
  const answer = await fetch(`${cut.base}/users`);
  assert.equal(answer.status, 200);
  await assert.rejects(answer.text());
  const invalid = await started(t, 'invalid-answer');
  await assert.rejects((await fetch(`${invalid.base}/users`)).json(), SyntaxError);
});

test('the double puts its clock forward, and keeps its listing waiting', async (t) => {
  const { base } = await started(t, 'clock-off');
  const date = Date.parse((await fetch(`${base}/keys`)).headers.get('date') ?? '');
  assert.ok(Math.abs(date - Date.now() - CLOCK_OFF_MILLISECONDS) < 60_000);
  const slow = await started(t, 'slow');
  await assert.rejects(fetch(`${slow.base}/users`, { signal: AbortSignal.timeout(200) }), /timeout/i);
  assert.equal((await fetch(`${slow.base}/keys`)).status, 200);
});
