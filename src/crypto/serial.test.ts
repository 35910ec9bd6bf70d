import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jtiOf, parseJti, parseSerial, serialOf } from './serial.ts';

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
const index = fc.maxSafeNat();

test('a serial names its entry, as octets and as every tool prints it', () => {
  fc.assert(
    fc.property(index, hash, (at, leafHash) => {
      const serial = serialOf(at, leafHash);
      const hex = Buffer.from(serial).toString('hex');
      const named = { index: at, leafHash: Buffer.from(leafHash.subarray(0, 12)).toString('hex') };
      assert.equal(serial.length, 20);
      assert.equal(serial[0], 1);
      for (const form of [serial, hex, hex.toUpperCase(), hex.slice(1), hex.match(/../g)?.join(':') ?? '']) {
        assert.deepEqual(parseSerial(form), named);
      }
      assert.equal(parseSerial(Buffer.concat([serial, Buffer.from([0])])), undefined);
      assert.equal(parseSerial(serial.subarray(0, 19)), undefined);
    }),
  );
});

test('a jti names its entry in one way only', () => {
  fc.assert(
    fc.property(index, hash, (at, leafHash) => {
      const jti = jtiOf(at, leafHash);
      assert.deepEqual(parseJti(jti), { index: at, leafHash: Buffer.from(leafHash).toString('hex') });
      for (const other of [`${jti}0`, `0${jti}`, ` ${jti}`, `${jti}\n`, jti.slice(0, -1), `+${jti}`]) {
        assert.equal(parseJti(other), undefined);
      }
    }),
  );
});

for (const text of [
  '',
  'zz',
  '02'.padEnd(40, '0'),
  '01'.padEnd(40, 'f'),
  '1'.repeat(41),
  '9999999999999999.'.padEnd(81, 'a'),
]) {
  test(`\`${text.slice(0, 24)}\` names nothing`, () => {
    assert.equal(parseSerial(text), undefined);
    assert.equal(parseJti(text), undefined);
  });
}
