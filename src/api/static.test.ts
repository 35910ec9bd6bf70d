import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Hono } from 'hono';
import type { Env } from './env.ts';
import { openStatic } from './static.ts';

const folder = mkdtempSync(join(tmpdir(), 'muniment-static-'));
after(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'assets'));
writeFileSync(join(folder, 'index.html'), '<!doctype html>');
writeFileSync(join(folder, 'assets', 'index-abc123.js'), 'export {}');
writeFileSync(join(folder, 'favicon.svg'), '<svg/>');
symlinkSync('/etc/hostname', join(folder, 'link.txt'));

const files = openStatic(folder);
const app = new Hono<Env>().all('*', (c) => files.answer(c) ?? c.text('none', 404));
const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  app.fetch(new Request(`http://localhost${path}`, { headers, method }));

const CASES: Array<[string, number, string | null]> = [
  ['/favicon.svg', 200, 'image/svg+xml'],
  ['/assets/index-abc123.js', 200, 'text/javascript; charset=utf-8'],
  ['/identities/payments-api', 200, 'text/html; charset=utf-8'],
  ['/assets/index-none.js', 404, null],
  ['/assets/..%2F..%2Fetc%2Fpasswd.js', 404, null],
  ['/link.txt', 404, null],
];
for (const [path, status, type] of CASES) {
  test(`${path}: ${status}`, async () => {
    const response = await get(path);
    assert.equal(response.status, status);
    if (type !== null) assert.equal(response.headers.get('content-type'), type);
  });
}

test('no page may run what is not ours, nor be framed', async () => {
  const policy = (await get('/')).headers.get('content-security-policy') ?? '';
  for (const part of [
    "default-src 'none'",
    "script-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ]) {
    assert.ok(policy.includes(part), part);
  }
  assert.doesNotMatch(policy, /unsafe|\*/);
  assert.equal((await get('/')).headers.get('x-content-type-options'), 'nosniff');
});

test('what carries its hash in its name is kept for good, the page never', async () => {
  assert.match((await get('/assets/index-abc123.js')).headers.get('cache-control') ?? '', /immutable/);
  const page = await get('/');
  assert.equal(page.headers.get('cache-control'), 'no-cache');
  const again = await get('/', { 'if-none-match': page.headers.get('etag') ?? '' });
  assert.equal(again.status, 304);
});

test('nothing but reading', async () => {
  assert.equal((await get('/', {}, 'POST')).status, 404);
  const head = await get('/', {}, 'HEAD');
  assert.deepEqual([head.status, await head.text()], [200, '']);
});

test('a console that was not built leaves its pages out', () => {
  const none = openStatic(join(folder, 'none'));
  assert.equal(none.answer({ req: { method: 'GET', path: '/' } } as never), undefined);
});
