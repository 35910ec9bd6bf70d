/** What keeps a browser, an archive and a header honest: each fails where its defence is taken out. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { readZip, verifyPackage, ZIP_MEMBERS_MAX } from '#verifier';
import { browser, openTestHouse, type TestHouse, TLS_DOOR } from '../../src/api/testing.ts';

let house: TestHouse;
before(async () => {
  house = await openTestHouse();
});
after(() => house.close());

const signIn = async (headers: Record<string, string> = {}, door = TLS_DOOR) => {
  const { token } = await house.api.sessions.makeSignInToken(null);
  return house.call('/api/v1/sessions', { body: { token }, headers, door });
};

test('the session cookie: no script reads it, no other site sends it, and over TLS it stays there', async () => {
  const cookie = (await signIn()).headers.get('set-cookie') ?? '';
  for (const flag of [/; HttpOnly/i, /; SameSite=Strict/i, /; Secure/i, /; Path=\//i])
    assert.match(cookie, flag);
  assert.doesNotMatch(cookie, /Domain=/i);
});

test('session fixation: whoever signs in gets a session of their own, whatever cookie they came with', async () => {
  const planted = `mus_${'A'.repeat(43)}`;
  const answer = await signIn({ cookie: `muniment_session=${planted}` });
  assert.equal(answer.status, 200, answer.text);
  assert.ok(!browser(answer).cookie?.includes(planted));
  const asked = await house.call('/api/v1/session', { headers: { cookie: `muniment_session=${planted}` } });
  assert.equal(asked.json.code, 'session_ended');
});

test('private answers are kept nowhere, framed nowhere, and sniffed as nothing else', async () => {
  const { cookie = '' } = browser(await signIn());
  for (const path of ['/api/v1/session', '/api/v1/identities']) {
    const { headers } = await house.call(path, { headers: { cookie }, door: TLS_DOOR });
    assert.equal(headers.get('cache-control'), 'no-store', path);
    assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
  }
});

test('open redirect: a path that looks like another host leads to our own name', async () => {
  for (const path of ['//evil.example/a', '/\\evil.example', '/%2F%2Fevil.example']) {
    const { headers } = await house.call(path, { headers: { host: '127.0.0.1:7440' } });
    const location = headers.get('location');
    if (location !== null) assert.equal(new URL(location).host, 'localhost:7440', path);
  }
});

/** One member, as any archiver might write it. */
function zipOf(name: string, content: Buffer, method: number, size: number): Uint8Array<ArrayBuffer> {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(method, 8);
  header.writeUInt32LE(content.length, 18);
  header.writeUInt32LE(size, 22);
  header.writeUInt16LE(name.length, 26);
  return new Uint8Array(Buffer.concat([header, Buffer.from(name), content]));
}

test('zip slip, a compressed bomb, a false size and too many files are refused before anything is made of them', async () => {
  const bomb = deflateRawSync(Buffer.alloc(50_000_000));
  const many = Buffer.concat(
    Array.from({ length: ZIP_MEMBERS_MAX + 1 }, (_, i) => zipOf(`a${i}`, Buffer.alloc(0), 0, 0)),
  );
  const archives = [
    ...['../a', '/a', 'a/../../b', '.a', 'a\\b', 'a\u0000'].map((name) =>
      zipOf(name, Buffer.from('a'), 0, 1),
    ),
    zipOf('a', bomb, 8, 50_000_000),
    zipOf('a', Buffer.alloc(0), 0, 0xffff_ffff),
    new Uint8Array(many),
  ];
  for (const archive of archives) {
    assert.throws(() => readZip(archive), { name: 'FormatError', code: 'zip' });
    assert.equal((await verifyPackage(archive)).exitCode, 1);
  }
});
