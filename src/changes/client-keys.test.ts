import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { calculateJwkThumbprint, type JWK } from 'jose';
import type { TrustSpec } from '#verifier';
import {
  carryOut,
  enrolTwo,
  type House,
  openHouse,
  PAYMENTS,
  type People,
  propose,
} from './testing/house.ts';

const publicJwk = (key: KeyObject): JWK => key.export({ format: 'jwk' }) as JWK;
const ec = (namedCurve: string): JWK => publicJwk(generateKeyPairSync('ec', { namedCurve }).publicKey);
const rsa = (modulusLength: number): JWK =>
  publicJwk(generateKeyPairSync('rsa', { modulusLength }).publicKey);

describe('keys of OAuth clients', () => {
  let house: House;
  let people: People;
  before(async () => {
    house = await openHouse();
    people = await enrolTwo(house);
    await carryOut(house, people, PAYMENTS);
  });
  after(() => house.close());

  const trustOf = (keys: object[], name = 'payments-key'): string =>
    JSON.stringify({
      apiVersion: 'muniment/v1',
      kind: 'Trust',
      name,
      spec: { identity: 'payments-api', method: 'private-key-jwt', where: { keys } },
    });
  const asked = (keys: object[]) => propose(house, people.ada.id, trustOf(keys));

  const GOOD: Array<[string, () => JWK]> = [
    ['P-256', () => ec('P-256')],
    ['P-384', () => ec('P-384')],
    ['Ed25519', () => publicJwk(generateKeyPairSync('ed25519').publicKey)],
    ['RSA of 2048 bits', () => rsa(2048)],
  ];
  for (const [name, make] of GOOD) {
    test(`${name}: the approver reads the thumbprint of RFC 7638 that an independent library computes`, async () => {
      const key = make();
      const { plan, text } = await asked([{ ...key, kid: 'one' }]);
      const thumbprint = await calculateJwkThumbprint(key);
      const [operation] = plan.operations;
      assert.ok(operation !== undefined);
      const { identity: _, ...after } = operation.after as TrustSpec;
      assert.deepEqual(after, {
        method: 'private-key-jwt',
        where: { thumbprint: [thumbprint] },
        keys: [{ ...key, kid: 'one' }],
      });
      assert.ok(text.includes(`proof by private-key-jwt where thumbprint in [${thumbprint}]`), text);
    });
  }

  const { d, ...pub } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    format: 'jwk',
  });
  const BAD: Array<[string, () => object[], string]> = [
    ['a private key', () => [{ ...pub, d }], 'unknown_key'],
    ['a shared secret', () => [{ kty: 'oct', k: 'AAAA' }], 'invalid_manifest'],
    ['a curve that we do not take', () => [ec('P-521')], 'invalid_manifest'],
    ['a point that is not on its curve', () => [{ ...pub, x: pub.y, y: pub.x }], 'invalid_key'],
    ['a point of another curve', () => [{ ...ec('P-384'), crv: 'P-256' }], 'invalid_key'],
    ['RSA of 1024 bits', () => [rsa(1024)], 'invalid_key'],
    ['RSA with an even exponent', () => [{ ...rsa(2048), e: 'BA' }], 'invalid_key'],
    ['a key in another spelling', () => [{ ...pub, x: `AAAA${pub.x}` }], 'invalid_key'],
    ['no key', () => [], 'invalid_manifest'],
    ['nine keys', () => Array.from({ length: 9 }, () => ec('P-256')), 'invalid_manifest'],
    ['a key twice', () => [pub, { ...pub, kid: 'again' }], 'invalid_manifest'],
    ['where its keys are', () => [{ ...pub, x5u: 'https://keys.example' }], 'unknown_key'],
  ];
  for (const [name, keys, code] of BAD) {
    test(`${name} is refused as ${code}`, () => assert.rejects(asked(keys()), { code }));
  }

  test('a JWT-SVID is trusted by the SPIFFE ID that it must carry, and by nothing looser', async () => {
    const svid = (where: object) =>
      propose(
        house,
        people.ada.id,
        JSON.stringify({
          apiVersion: 'muniment/v1',
          kind: 'Trust',
          name: 'payments-svid',
          spec: { identity: 'payments-api', method: 'jwt-svid', where },
        }),
      );
    const { text } = await svid({ spiffeId: 'spiffe://muniment.local/payments/payments-api' });
    assert.match(text, /proof by jwt-svid where spiffeId = spiffe:/);
    await assert.rejects(svid({}), { code: 'invalid_manifest' });
    await assert.rejects(svid({ spiffeId: 'https://x.example' }), { code: 'invalid_manifest' });
    await assert.rejects(svid({ spiffeId: 'spiffe://UPPER/x' }), { code: 'invalid_spiffe_id' });
  });
});
