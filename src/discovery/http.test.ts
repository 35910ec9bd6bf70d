import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHttp } from './http.ts';
import { openingFor } from './testing/read.ts';

const BASE = 'https://api.example.net/v1/';

/** What was asked of, and with which credential; every answer is an empty object. */
function http(origins: string[] = []) {
  const asked: string[] = [];
  const options = {
    ...{ base: BASE, origins, operations: [{ name: 'GET /a', privilege: 'none' }] },
    headers: () => ({ authorization: 'Bearer not-a-real-token' }),
    fetch: (async (url: URL) => {
      asked.push(String(url));
      return new Response('{}');
    }) as unknown as typeof fetch,
  };
  return { asked, client: createHttp(options, openingFor({ secrets: {} })) };
}

test('the credential goes to the provider alone, whatever a link says', async () => {
  const { asked, client } = http(['https://other.example.net']);
  for (const url of ['a', '/a', `${BASE}a`, 'https://other.example.net/a'])
    await client.json({ operation: 'GET /a', url });
  for (const url of [
    'https://evil.example/a',
    '//evil.example/a',
    'http://api.example.net/v1/a',
    `${BASE.replace('net/', 'net:8443/')}a`,
  ])
    await assert.rejects(client.json({ operation: 'GET /a', url }), { kind: 'failed' }, url);
  assert.equal(asked.length, 4);
});

test('what is not declared is not asked', async () => {
  const { asked, client } = http();
  await assert.rejects(client.json({ operation: 'DELETE /a', url: 'a' }), /not declared/);
  assert.deepEqual(asked, []);
});
