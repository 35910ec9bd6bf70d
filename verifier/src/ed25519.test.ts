import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import { utf8 } from './bytes.ts';
import { ed25519Spki, isEd25519Spki, verifyEd25519 } from './ed25519.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
const raw = spki.slice(-32);
const message = utf8('message');
const signature = new Uint8Array(sign(null, message, privateKey));

test('a signature holds over its message and key alone', async () => {
  assert.equal(await verifyEd25519(raw, message, signature), true);
  assert.equal(await verifyEd25519(raw, utf8('other'), signature), false);
  assert.equal(await verifyEd25519(raw.with(0, (raw[0] as number) ^ 1), message, signature), false);
  assert.equal(await verifyEd25519(raw, message, signature.slice(1)), false);
  assert.equal(await verifyEd25519(spki, message, signature), false);
  assert.deepEqual(ed25519Spki(raw), spki);
  assert.ok(!isEd25519Spki(spki.slice(1)));
});

test('where WebCrypto is missing or has no Ed25519 that is said, and not taken for a forgery', async (t) => {
  const unsupported = { code: 'unsupported' };
  const importKey = () => Promise.reject(new DOMException('no', 'NotSupportedError'));
  t.mock.getter(globalThis, 'crypto', () => ({ subtle: { importKey } }) as unknown as Crypto);
  await assert.rejects(verifyEd25519(raw, message, signature), unsupported);
  t.mock.getter(globalThis, 'crypto', () => ({}) as Crypto);
  await assert.rejects(verifyEd25519(raw, message, signature), unsupported);
});
