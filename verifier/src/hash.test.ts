import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { base64, base64url, fromBase64, fromBase64url, fromHex, hex, utf8 } from './bytes.ts';
import { sha256, sha256Hex } from './hash.ts';
import { sha256Portable } from './sha256.ts';

test('FIPS 180-4: the digest of abc', () => {
  const expected = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  assert.equal(sha256Hex('abc'), expected);
  assert.equal(hex(sha256Portable(utf8('abc'))), expected);
});

test('the portable hash agrees with OpenSSL at every length around a block, and on random bytes', () => {
  const judge = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest());
  for (let length = 0; length <= 200; length++) {
    const bytes = new Uint8Array(length).fill(length);
    assert.deepEqual(sha256Portable(bytes), judge(bytes));
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) => {
      assert.deepEqual(sha256Portable(bytes), judge(bytes));
      assert.deepEqual(sha256(bytes), judge(bytes));
    }),
  );
});

test('hex, base64 and base64url: round trip, and one spelling only', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      assert.deepEqual(fromHex(hex(bytes)), bytes);
      assert.deepEqual(fromBase64(base64(bytes)), bytes);
      assert.deepEqual(fromBase64url(base64url(bytes)), bytes);
    }),
  );
  for (const text of ['A', 'AA', 'AAA', 'AB==', ' AAAA', 'AAAA\n', 'AA==AA==', 'A-_A']) {
    assert.throws(() => fromBase64(text), { code: 'encoding' }, text);
  }
  for (const text of ['A', 'AB', 'AAA=', 'AA==', 'AA+A', 'AA A'])
    assert.throws(() => fromBase64url(text), { code: 'encoding' }, text);
  for (const text of ['0', 'AB', '0g', ' 00']) assert.throws(() => fromHex(text), { code: 'encoding' }, text);
});
