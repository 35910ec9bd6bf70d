import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { createServerClient, type ServerClient } from './client.ts';
import { Refused, waitAskedBy } from './model.ts';
import { fingerprintOf, pinnedCa } from './pinned-ca.ts';
import { type Answer, startTestServer, type TestServer } from './testing/server.ts';

const problem =
  (status: number, body: string | object): Answer =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/problem+json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
const request = {
  action: 'issue-jwt-svid' as const,
  instance: 'ins_1',
  attested: {},
  claimed: {},
  audience: ['a'],
};

describe('the client of the server', () => {
  let server: TestServer;
  let client: ServerClient;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());
  beforeEach(() => {
    client = createServerClient({ server: server.url, ca: server.ca });
  });
  afterEach(() => client.close());

  test('trusts the pinned CA and no other', async () => {
    server.answer = problem(200, { items: [] });
    assert.deepEqual(await client.issue(request), []);
    const other = await startTestServer();
    const wrong = createServerClient({ server: server.url, ca: other.ca });
    await assert.rejects(wrong.issue(request), { code: 'server_unreachable' });
    wrong.close();
    await other.close();
  });

  test('does not send a token to a server that it does not trust', async () => {
    let reached = 0;
    server.answer = () => {
      reached += 1;
    };
    const other = await startTestServer();
    const wrong = createServerClient({ server: server.url, ca: other.ca });
    await assert.rejects(wrong.join('token', 'name', 'csr'), { code: 'server_unreachable' });
    assert.equal(reached, 0);
    wrong.close();
    await other.close();
  });

  test('reads a refusal with its code and entry', async () => {
    server.answer = problem(403, { code: 'locked', detail: 'identity is locked', entry: 42 });
    const error = await client.issue(request).catch((caught) => caught);
    assert.ok(error instanceof Refused);
    assert.deepEqual([error.code, error.entry, error.message], ['locked', 42, 'identity is locked']);
  });

  for (const [what, answer, code] of [
    ['a refusal without a body', problem(403, ''), 'forbidden'],
    ['a code that is none of ours', problem(403, { code: 'constructor' }), 'forbidden'],
    ['no client certificate', problem(401, {}), 'unauthenticated'],
    ['an ill server', problem(503, { code: 'storage_unavailable' }), 'server_unreachable'],
    ['a busy server', problem(429, { code: 'too_many_requests' }), 'server_unreachable'],
    ['a redirect, which is not followed', problem(302, ''), 'server_unreachable'],
    ['something that is not JSON', problem(200, '<html>'), 'server_unreachable'],
    ['JSON of another shape', problem(200, { items: 'none' }), 'server_unreachable'],
    [
      'an answer that breaks off',
      (_, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{');
        response.destroy();
      },
      'server_unreachable',
    ],
    [
      'an answer without end',
      (_, response) => {
        const chunk = Buffer.alloc(1024 * 1024);
        const send = (): void => void (response.destroyed || response.write(chunk, () => setImmediate(send)));
        send();
      },
      'server_unreachable',
    ],
  ] as ReadonlyArray<readonly [string, Answer, string]>) {
    test(`${what} is \`${code}\``, async () => {
      server.answer = answer;
      await assert.rejects(client.issue(request), { code });
    });
  }

  test('a busy server says how long it wants to be left alone', async () => {
    server.answer = (_, response) => void response.writeHead(503, { 'retry-after': '2' }).end('{}');
    const waits = waitAskedBy(await client.issue(request).catch((caught) => caught));
    assert.ok(waits >= 2_000 && waits <= 3_000);
  });

  test('nobody listening is `server_unreachable`', async () => {
    const gone = await startTestServer();
    await gone.close();
    const alone = createServerClient({ server: gone.url, ca: gone.ca });
    await assert.rejects(alone.bundle(), { code: 'server_unreachable' });
    alone.close();
  });

  test('introspection is a form, and only `true` is active', async () => {
    let sent = '';
    for (const [active, expected] of [
      [true, true],
      [false, false],
      ['true', false],
      [undefined, false],
    ] as const) {
      server.answer = (_, response, body) => {
        sent = body;
        response.end(JSON.stringify({ active }));
      };
      assert.equal(await client.introspect('a b&c'), expected);
    }
    assert.equal(sent, 'token=a+b%26c');
  });
});

describe('the pinned CA', () => {
  let server: TestServer;
  let folder: string;
  before(async () => {
    server = await startTestServer();
    folder = mkdtempSync(join(tmpdir(), 'muniment-pin-'));
    server.answer = (_, response) => void response.end(server.ca);
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  test('comes from a file', async () => {
    const file = join(folder, 'given.pem');
    writeFileSync(file, server.ca);
    assert.equal(await pinnedCa(server.url, { file }, join(folder, 'unused')), server.ca);
  });

  test('or is fetched once, compared with its fingerprint, and kept', async () => {
    const kept = join(folder, 'kept.pem');
    const hex = fingerprintOf(server.ca);
    const spelled = `sha256:${hex.toUpperCase().match(/../g)?.join(':')}`;
    assert.equal(fingerprintOf(await pinnedCa(server.url, { fingerprint: spelled }, kept)), hex);
    assert.equal(statSync(kept).mode & 0o777, 0o600);
    const answer = server.answer;
    server.answer = problem(500, '');
    assert.equal(await pinnedCa(server.url, { fingerprint: hex }, kept), readFileSync(kept, 'utf8'));
    server.answer = answer;
  });

  for (const [what, pin, code] of [
    ['another fingerprint', { fingerprint: 'ab'.repeat(32) }, 'invalid_key'],
    ['no fingerprint', { fingerprint: 'xyz' }, 'bad_request'],
    ['a file that is not there', { file: '/nowhere/ca.pem' }, 'invalid_key'],
  ] as const) {
    test(`${what} is \`${code}\``, async () => {
      await assert.rejects(pinnedCa(server.url, pin, join(folder, 'new.pem')), { code });
    });
  }

  test('of an answer only the certificate that was compared is trusted', async () => {
    const other = await startTestServer();
    server.answer = (_, response) => void response.end(server.ca + other.ca);
    const pem = await pinnedCa(
      server.url,
      { fingerprint: fingerprintOf(server.ca) },
      join(folder, 'two.pem'),
    );
    assert.equal(pem.match(/BEGIN/g)?.length, 1);
    await other.close();
  });
});
