import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { test } from 'node:test';
import { approvalKeyId } from '../kernel/index.ts';
import { approvalKeys } from './resolve.ts';

const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });
const ed25519 = spki(generateKeyPairSync('ed25519').publicKey);
const p256 = spki(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey);
const p384 = spki(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey);
const rsa = spki(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey);
const x25519 = spki(generateKeyPairSync('x25519').publicKey);

const file = (der: Buffer) => ({ type: 'ed25519', publicKey: der.toString('base64url') }) as const;
const passkey = (der: Buffer) =>
  ({ ...file(der), type: 'passkey', credentialId: 'AAAA', rpId: 'localhost' }) as const;

test('keys are named after their public part, whatever their order', () => {
  const keys = [file(ed25519), passkey(p256)];
  const ids = keys.map(({ publicKey }) => approvalKeyId(publicKey)).sort();
  assert.deepEqual(
    approvalKeys(keys, 'keys').map(({ id }) => id),
    ids,
  );
  assert.deepEqual(approvalKeys(keys.toReversed(), 'keys'), approvalKeys(keys, 'keys'));
});

test('what is no key of its type is refused', () => {
  const trailing = Buffer.concat([ed25519, Buffer.from([0])]);
  const cases = [
    file(p256),
    file(rsa),
    file(x25519),
    file(trailing),
    file(ed25519.subarray(1)),
    file(Buffer.alloc(0)),
    passkey(p384),
    passkey(rsa),
    passkey(Buffer.concat([p256, p256])),
    { ...file(ed25519), publicKey: `${file(ed25519).publicKey.slice(0, -1)}=` },
  ];
  for (const key of cases) {
    assert.throws(() => approvalKeys([key], 'keys'), { code: 'invalid_key', path: 'keys[0].publicKey' });
  }
});

test('an id that is not the key’s own is refused', () => {
  assert.throws(() => approvalKeys([{ ...file(ed25519), id: approvalKeyId('other') }], 'keys'), {
    code: 'invalid_manifest',
    path: 'keys[0].id',
  });
});
