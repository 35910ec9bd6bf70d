import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { generatePrivateKey, issueCrl, issuerOf, localSigner } from '../crypto/index.ts';
import { isMunimentError } from '../kernel/index.ts';
import { listsSerial } from './revocation-list.ts';

const issuer = issuerOf('CA', localSigner(generatePrivateKey('ES256'), 'ES256'));
const crlOf = (serials: Uint8Array[]): Promise<Uint8Array> =>
  issueCrl(
    {
      number: 1,
      thisUpdate: new Date(),
      nextUpdate: new Date(Date.now() + 1000),
      revoked: serials.map((serial) => ({ serial, revokedAt: new Date(), reason: 'keyCompromise' })),
    },
    issuer,
  );
const serial = fc
  .uint8Array({ minLength: 1, maxLength: 20 })
  .filter((bytes) => bytes.some((byte) => byte !== 0));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${hex(bytes)}`);

test('a list lists what was put in, in any spelling, and nothing else', async () => {
  const property = fc.asyncProperty(fc.array(serial, { maxLength: 5 }), serial, async (listed, other) => {
    const crl = await crlOf(listed);
    for (const one of listed) assert.ok(listsSerial(crl, `00${hex(one).toUpperCase()}`));
    const among = listed.some((one) => numberOf(one) === numberOf(other));
    assert.equal(listsSerial(crl, hex(other)), among);
  });
  await fc.assert(property, { numRuns: 40 });
});

test('bytes behind the end, or any bytes at all, are refused', async () => {
  const crl = await crlOf([Buffer.from([1])]);
  assert.throws(() => listsSerial(Buffer.concat([crl, Buffer.from([0])]), '01'), { code: 'invalid_der' });
  const property = fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    try {
      listsSerial(bytes, '01');
    } catch (error) {
      assert.ok(isMunimentError(error));
    }
  });
  fc.assert(property);
});
