import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createApi, type MunimentApi } from './create.ts';
import { createLogger } from './logging.ts';
import { openTestHouse, TEST_API_PORT, TEST_CONSOLE_PORT, type TestHouse } from './testing.ts';

test('what could carry a secret is left out, wherever an object holds it', () => {
  const lines: string[] = [];
  const logger = createLogger({ logLevel: 'info' }, { write: (line: string) => void lines.push(line) });
  const word = 'not-to-be-seen';
  logger.info(
    { token: word, headers: { authorization: word, cookie: word }, a: { b: { signature: word } } },
    'request',
  );
  logger.debug({ token: word }, 'below the level');
  assert.equal(lines.length, 1);
  assert.ok(!lines[0]?.includes(word));
  assert.match(lines[0] ?? '', /"\(left out\)"/);
});

/** Made up here, so that no file holds anything of the shape of a secret. */
const filler = 'x1'.repeat(20);

test('what has the shape of a secret is left out of any text, whatever quotes it', () => {
  const shapes = [
    `mus_${filler}`,
    `mut_${filler}`,
    `mjt_${filler}`,
    `${['ey', 'J'].join('')}${filler}.${filler}.${filler}`,
    `Bearer ${filler}`,
    `postgresql://user:${filler}@localhost/db`,
    `-----BEGIN PRIVATE ${'KEY'}-----\n${filler}\n-----END PRIVATE ${'KEY'}-----`,
  ];
  for (const shape of shapes) {
    const lines: string[] = [];
    const logger = createLogger({ logLevel: 'info' }, { write: (line: string) => void lines.push(line) });
    logger.error({ err: new Error(`the database says: ${shape}`) }, `failed with ${shape}`);
    assert.equal(lines.length, 1);
    assert.ok(!lines[0]?.includes(filler), lines[0]);
    JSON.parse(lines[0] ?? '');
  }
});

describe('what callers send', () => {
  const canary = `canary${randomUUID().replaceAll('-', '')}`;
  const lines: string[] = [];
  let house: TestHouse;
  let api: MunimentApi;

  before(async () => {
    house = await openTestHouse();
    api = createApi({
      house: house.house,
      places: {
        consolePort: () => TEST_CONSOLE_PORT,
        apiPort: () => TEST_API_PORT,
        hosts: house.config.hosts,
      },
      party: { id: 'localhost', origins: [`http://localhost:${TEST_CONSOLE_PORT}`] },
      logger: createLogger({ logLevel: 'trace' }, { write: (line: string) => void lines.push(line) }),
      consoleFolder: join(house.config.data, 'console'),
    });
  });
  after(async () => {
    await api.close();
    await house.close();
  });

  const HOST = `localhost:${TEST_CONSOLE_PORT}`;
  const headers = {
    host: HOST,
    authorization: `Bearer ${canary}`,
    cookie: `muniment_session=${canary}; other=${canary}`,
    'x-csrf-token': canary,
    'user-agent': canary,
    referer: `http://${HOST}/${canary}`,
    'content-type': 'application/json',
  };
  const only = (...names: Array<keyof typeof headers>) =>
    Object.fromEntries(['host' as const, ...names].map((name) => [name, headers[name]]));

  const REQUESTS: Array<[what: string, path: string, init: RequestInit]> = [
    ['a bearer', '/api/v1/overview', { headers }],
    ['a cookie', '/api/v1/session', { headers: only('cookie', 'x-csrf-token') }],
    ['a query that no route has', `/api/v1/overview?token=${canary}`, { headers: only() }],
    ['a path', `/api/v1/identities/${canary}`, { headers: only() }],
    ['an address without a route', `/api/v1/${canary}?a=${canary}`, { headers: only('user-agent') }],
    ...(
      [
        ['/api/v1/sessions', { token: canary }],
        ['/api/v1/sessions', { token: `mut_${canary}`, [canary]: canary }],
        ['/api/v1/sessions/key', { keyId: canary, challenge: canary, signature: canary }],
        ['/api/v1/agent/join', { token: canary, name: canary, csr: canary }],
        ['/api/v1/introspect', { token: canary }],
      ] as const
    ).map(([path, body]): [string, string, RequestInit] => [
      `a body to ${path}`,
      path,
      { method: 'POST', headers: only('content-type'), body: JSON.stringify(body) },
    ]),
    [
      'a body that is no JSON',
      '/api/v1/sessions',
      { method: 'POST', headers: only('content-type'), body: `{${canary}` },
    ],
    ['a method', '/api/v1/overview', { method: 'DELETE', headers, body: canary }],
  ];

  for (const [what, path, init] of REQUESTS) {
    test(`${what} is in no line, and every line names its request`, async () => {
      lines.length = 0;
      const door = { kind: 'console', address: '127.0.0.1', certificate: null, uid: null } as const;
      const answer = await api.fetch(new Request(`http://${HOST}${path}`, init), door);
      const { request } = (await answer.json()) as { request?: string };
      assert.ok(lines.length > 0);
      assert.ok(!lines.join('').includes(canary), lines.join(''));
      for (const line of lines) {
        const named = (JSON.parse(line) as { request?: string }).request;
        assert.match(named ?? '', /^[0-9a-f-]{36}$/);
        if (request !== undefined) assert.equal(named, request);
      }
    });
  }
});
