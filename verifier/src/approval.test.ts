import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { test } from 'node:test';
import { approvalChallenge, approvalMessage, planDigest, verifyApproval } from './approval.ts';
import { base64url, concatBytes, utf8 } from './bytes.ts';
import { sha256 } from './hash.ts';
import { rawP256Signature } from './webauthn.ts';
import type { ApprovalKey, ApprovalSignature, Plan } from './words/index.ts';

const plan: Plan = {
  v: 1,
  change: 'chg_x',
  title: 'payments',
  reason: 'launch',
  proposer: 'per_a',
  operations: [],
  gains: [],
};
const digest = planDigest(plan);
const RP_ID = 'localhost';

const spki = (key: KeyObject) => base64url(new Uint8Array(key.export({ type: 'spki', format: 'der' })));
const keyFile = generateKeyPairSync('ed25519');
const key: ApprovalKey = { id: 'key_1', type: 'ed25519', publicKey: spki(keyFile.publicKey) };
const byKeyFile = (message: Uint8Array): ApprovalSignature => ({
  type: 'ed25519',
  keyId: key.id,
  signature: base64url(new Uint8Array(sign(null, message, keyFile.privateKey))),
});

test('a key file’s signature holds over this plan alone', async () => {
  const good = byKeyFile(approvalMessage(digest));
  assert.equal(await verifyApproval(good, key, digest), true);
  assert.equal(await verifyApproval(good, key, planDigest({ ...plan, title: 'Payments' })), false);
  assert.equal(await verifyApproval(good, { ...key, id: 'key_2' }, digest), false);
  assert.equal(await verifyApproval({ ...good, signature: `${good.signature}A` }, key, digest), false);
  assert.equal(await verifyApproval(good, { ...key, publicKey: 'AAAA' }, digest), false);
  // A signature over the bare digest, or a session's challenge, is no approval.
  assert.equal(await verifyApproval(byKeyFile(utf8(digest)), key, digest), false);
  assert.equal(await verifyApproval(byKeyFile(utf8(`muniment session v1\n${digest}\n`)), key, digest), false);
});

interface Ceremony {
  type?: string;
  challenge?: string;
  origin?: string;
  crossOrigin?: boolean;
  rpId?: string;
  flags?: number;
}

/** What an authenticator would answer; the defaults are as they should be. */
function assertion(privateKey: KeyObject, options: Ceremony = {}) {
  const clientData = utf8(
    JSON.stringify({
      type: options.type ?? 'webauthn.get',
      challenge: options.challenge ?? approvalChallenge(digest),
      origin: options.origin ?? 'http://localhost:7440',
      crossOrigin: options.crossOrigin ?? false,
    }),
  );
  const rpIdHash = sha256(utf8(options.rpId ?? RP_ID));
  const authenticatorData = concatBytes(rpIdHash, Uint8Array.of(options.flags ?? 0x05, 0, 0, 0, 1));
  const message = concatBytes(authenticatorData, sha256(clientData));
  const hash = privateKey.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  return {
    type: 'passkey' as const,
    keyId: 'key_p',
    signature: base64url(new Uint8Array(sign(hash, message, privateKey))),
    authenticatorData: base64url(authenticatorData),
    clientDataJSON: base64url(clientData),
  };
}

const passkeys = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: generateKeyPairSync('ed25519'),
};

for (const [name, pair] of Object.entries(passkeys)) {
  const passkey: ApprovalKey = { id: 'key_p', type: 'passkey', publicKey: spki(pair.publicKey), rpId: RP_ID };
  test(`a passkey’s assertion (${name}) holds`, async () => {
    for (let i = 0; i < 20; i++)
      assert.equal(await verifyApproval(assertion(pair.privateKey), passkey, digest), true);
    const below = assertion(pair.privateKey, { origin: 'https://console.localhost' });
    assert.equal(await verifyApproval(below, passkey, digest), true);
  });

  for (const [why, options] of [
    ['registration instead of assertion', { type: 'webauthn.create' }],
    ['another plan', { challenge: approvalChallenge('0'.repeat(64)) }],
    ['another relying party', { rpId: 'evil.test' }],
    ['another origin', { origin: 'https://evil.test' }],
    ['an origin that only ends alike', { origin: 'https://evillocalhost' }],
    ['a frame of another site', { crossOrigin: true }],
    ['user not verified', { flags: 0x01 }],
    ['user not present', { flags: 0x04 }],
  ] as const) {
    test(`refused assertion (${name}): ${why}`, async () => {
      assert.equal(await verifyApproval(assertion(pair.privateKey, options), passkey, digest), false);
    });
  }

  test(`refused assertion (${name}): changed bytes, no relying party, a key file posing as passkey`, async () => {
    const good = assertion(pair.privateKey);
    assert.equal(
      await verifyApproval(
        { ...good, authenticatorData: good.authenticatorData.replace(/B/, 'C') },
        passkey,
        digest,
      ),
      false,
    );
    const { rpId: _, ...bare } = passkey;
    assert.equal(await verifyApproval(good, bare, digest), false);
    assert.equal(await verifyApproval(good, { ...passkey, type: 'ed25519' }, digest), false);
  });
}

test('ECDSA signatures are strict DER', () => {
  const der = new Uint8Array(sign('sha256', utf8('x'), passkeys.ES256.privateKey));
  assert.equal(rawP256Signature(der).length, 64);
  for (const bad of [
    concatBytes(der, Uint8Array.of(0)),
    der.slice(0, -1),
    der.with(0, 0x31),
    der.with(1, 0x81),
    new Uint8Array(0),
  ]) {
    assert.throws(() => rawP256Signature(bad), { code: 'encoding' });
  }
});
