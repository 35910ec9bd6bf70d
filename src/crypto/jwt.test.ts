import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeProtectedHeader } from 'jose';
import { isMunimentError } from '../kernel/index.ts';
import { type JwtClaims, publicJwkOf, signJwt, verifyJwt } from './jwt.ts';
import { generatePrivateKey, localSigner } from './signer.ts';

const now = new Date('2026-03-03T10:00:00Z');
const seconds = now.getTime() / 1000;
const signer = localSigner(generatePrivateKey('ES256'), 'ES256');
const keys = { keys: [await publicJwkOf(signer)] };
const claims: JwtClaims = {
  sub: 'spiffe://example.org/a',
  aud: ['orders'],
  iat: seconds,
  exp: seconds + 300,
  jti: `7.${'ab'.repeat(32)}`,
};
const token = await signJwt(claims, signer);
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const refused = (error: unknown): boolean => isMunimentError(error) && error.code === 'invalid_jwt';

test('a token verifies, says what was signed, and its header holds three fields', async () => {
  assert.deepEqual(await verifyJwt(token, keys, { now, audience: 'orders' }), claims);
  assert.deepEqual(decodeProtectedHeader(token), { alg: 'ES256', kid: signer.keyId, typ: 'JWT' });
});

test('signatures of every shape of r and s verify', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ minLength: 1 }), async (sub) => {
      const signed = await signJwt({ ...claims, sub }, signer);
      assert.equal((await verifyJwt(signed, keys, { now })).sub, sub);
    }),
    { numRuns: 300 },
  );
});

const [header = '', payload = '', signature = ''] = token.split('.');
const spki = Buffer.from(signer.publicKey).toString('base64');
const hmac = (input: string): string => createHmac('sha256', spki).update(input).digest('base64url');
const confused = `${encode({ alg: 'HS256', kid: signer.keyId })}.${payload}`;
const stranger = localSigner(generatePrivateKey('ES256'), 'ES256');
const later = new Date(now.getTime() + 300_000);

const HOSTILE: Array<[name: string, token: string, at?: Date, audience?: string]> = [
  ['no signature, alg none', `${encode({ alg: 'none' })}.${payload}.`],
  ['an HMAC over our public key', `${confused}.${hmac(confused)}`],
  [
    'a key of its own in the header',
    `${encode({ alg: 'ES256', jwk: keys.keys[0] })}.${payload}.${signature}`,
  ],
  ['an expired token', token, later],
  ['another audience', token, now, 'billing'],
  ['another key', await signJwt(claims, stranger)],
  ['another key under our key id', await signJwt(claims, { ...stranger, keyId: signer.keyId })],
  ['a changed payload', `${header}.${encode({ ...claims, sub: 'spiffe://example.org/b' })}.${signature}`],
  ['no expiry', await signJwt({ ...claims, exp: undefined as never }, signer)],
  ['no jti', await signJwt({ ...claims, jti: undefined as never }, signer)],
  ['a trailing part', `${token}.x`],
  ['nothing', ''],
  ['a long text', 'a'.repeat(20_000)],
];
for (const [name, hostile, at = now, audience] of HOSTILE) {
  test(`refuses ${name}`, async () => {
    const options = audience === undefined ? { now: at } : { now: at, audience };
    await assert.rejects(verifyJwt(hostile, keys, options), refused);
  });
}
