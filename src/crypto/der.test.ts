import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isMunimentError } from '../kernel/index.ts';
import {
  childrenOf,
  contextTag,
  integer,
  octetString,
  oid,
  readDer,
  readInteger,
  sequence,
  TAG,
  time,
  tlv,
} from './der.ts';

const bytes = (hex: string): Uint8Array => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const refused = (error: unknown): boolean => isMunimentError(error) && error.code === 'invalid_der';

const tree = fc.letrec<{ node: Uint8Array }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    fc.uint8Array({ maxLength: 300 }).map((content) => octetString(content)),
    fc.uint8Array({ minLength: 1, maxLength: 24 }).map((content) => integer(content)),
    fc.array(tie('node'), { maxLength: 4 }).map((items) => sequence(...items)),
    fc.tuple(fc.integer({ min: 0, max: 30 }), tie('node')).map(([n, item]) => tlv(contextTag(n, true), item)),
  ),
})).node;

test('what is written reads back byte for byte, and nothing may follow or be missing', () => {
  fc.assert(
    fc.property(tree, fc.uint8Array({ minLength: 1, maxLength: 4 }), (encoded, extra) => {
      assert.deepEqual(Buffer.from(readDer(encoded).raw), Buffer.from(encoded));
      assert.throws(() => readDer(Buffer.concat([encoded, extra])), refused);
      assert.throws(() => readDer(encoded.subarray(0, -1)), refused);
    }),
  );
});

test('any bytes are read or refused with a closed code, and what is read has one encoding', () => {
  const rewrite = (bytes: Uint8Array): Uint8Array => {
    const { tag, content } = readDer(bytes);
    return (tag & 0x20) === 0
      ? tlv(tag, content)
      : tlv(tag, ...childrenOf(readDer(bytes), tag).map((c) => rewrite(c.raw)));
  };
  fc.assert(
    fc.property(
      fc.oneof(fc.uint8Array({ maxLength: 64 }), tree),
      fc.nat(),
      fc.nat({ max: 255 }),
      (base, at, value) => {
        const changed = Buffer.from(base);
        if (changed.length > 0) changed[at % changed.length] = value;
        try {
          assert.deepEqual(Buffer.from(rewrite(changed)), changed);
        } catch (error) {
          if (!refused(error)) throw error;
        }
      },
    ),
  );
});

test('integers keep their value', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 160n }), (value) => {
      const hex = value.toString(16);
      const magnitude = bytes(hex.padStart(hex.length + (hex.length % 2), '0'));
      assert.equal(
        BigInt(`0x${Buffer.from(readInteger(readDer(integer(magnitude)))).toString('hex')}`),
        value,
      );
    }),
  );
});

const HOSTILE: Array<[name: string, hex: string]> = [
  ['empty input', ''],
  ['a tag alone', '30'],
  ['indefinite length', '30 80 00 00'],
  ['length in long form though short', '04 81 01 00'],
  ['length with a leading zero', '04 82 00 80'],
  ['length of five bytes', '04 85 00 00 00 00 01'],
  ['length past the end', '04 84 ff ff ff ff'],
  ['tag of many bytes', '1f 81 01 00'],
  ['trailing bytes inside', '30 03 04 01 00 00'],
  ['a cut child', '30 03 04 05 00'],
  [
    'too deep',
    Buffer.from(
      Array.from({ length: 20 }).reduce<Uint8Array>((inner) => sequence(inner), sequence()),
    ).toString('hex'),
  ],
];
for (const [name, hex] of HOSTILE) {
  test(`refuses ${name}`, () => assert.throws(() => readDer(bytes(hex)), refused));
}

for (const hex of ['02 00', '02 01 80', '02 02 00 01']) {
  test(`refuses the integer ${hex}`, () => assert.throws(() => readInteger(readDer(bytes(hex))), refused));
}

test('times switch form at 2050', () => {
  assert.equal(time(new Date('2049-12-31T23:59:59.999Z')).toString('latin1', 2), '491231235959Z');
  assert.equal(time(new Date('2050-01-01T00:00:00Z')).toString('latin1', 2), '20500101000000Z');
  assert.equal(time(new Date('2050-01-01T00:00:00Z'))[0], TAG.generalizedTime);
});

test('object identifiers are base 128', () => {
  assert.equal(oid('1.2.840.113549.1.1.11').toString('hex'), '06092a864886f70d01010b');
  assert.equal(oid('2.5.29.15').toString('hex'), '0603551d0f');
});
