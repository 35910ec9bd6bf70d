import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { utf8 } from './bytes.ts';
import { canonicalBytes, canonicalize, parseCanonical } from './canonical.ts';

const wellFormed = fc.string({ unit: 'grapheme' });
const { value: json } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (Object.is(n, -0) ? 0 : n)),
    wellFormed,
    fc.array(tie('value')),
    fc.dictionary(wellFormed, tie('value')).map((o) => ({ ...o })),
  ),
}));

test('RFC 8785: members sort by UTF-16 code units and numbers are as ECMAScript writes them', () => {
  assert.equal(
    canonicalize({ '\u20ac': 1, '\r': 2, '\ud83d\ude00': 3, '\ufb33': 4, '1': 5, '\u0080': 6 }),
    '{"\\r":2,"1":5,"\u0080":6,"\u20ac":1,"\ud83d\ude00":3,"\ufb33":4}',
  );
  assert.equal(canonicalize([1e21, 1e30, 4.5, 2e-3, 1e-27, -0]), '[1e+21,1e+30,4.5,0.002,1e-27,0]');
  assert.equal(canonicalize('\u20ac$\u000f\nA\'B"\\"/'), '"€$\\u000f\\nA\'B\\"\\\\\\"/"');
  assert.equal(canonicalize({ a: undefined, b: 1 }), '{"b":1}');
});

test('what was written is read back, and nothing else spells the same value', () => {
  fc.assert(
    fc.property(json, (value) => {
      const bytes = canonicalBytes(value);
      assert.deepEqual(canonicalBytes(parseCanonical(bytes)), bytes);
      assert.throws(() => parseCanonical(new Uint8Array([...bytes, 0x20])), { code: 'json' });
      assert.throws(() => parseCanonical(new Uint8Array([0x0a, ...bytes])), { code: 'json' });
    }),
  );
});

for (const [why, text] of [
  ['duplicate member', '{"a":1,"a":1}'],
  ['order', '{"b":1,"a":1}'],
  ['white space', '{"a": 1}'],
  ['number spelling', '[1.0]'],
  ['exponent spelling', '[1E2]'],
  ['negative zero', '[-0]'],
  ['too large a number', '[1e999]'],
  ['escaped letter', '["\\u0061"]'],
  ['escaped solidus', '["\\/"]'],
  ['lone surrogate', '["\\ud800"]'],
  ['lone surrogate in a name', '{"\\udc00":1}'],
  ['byte order mark', '\ufeff{}'],
  ['trailing bytes', '{}{}'],
  ['nothing', ''],
  ['deep nesting', '['.repeat(100_000) + ']'.repeat(100_000)],
] as const) {
  test(`refused: ${why}`, () => assert.throws(() => parseCanonical(utf8(text)), { code: 'json' }));
}

test('refused: bytes that are no UTF-8', () => {
  assert.throws(() => parseCanonical(Uint8Array.of(0x22, 0xc3, 0x28, 0x22)), { code: 'encoding' });
  assert.throws(() => parseCanonical(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22)), { code: 'encoding' });
});

test('refused: values that JSON has no form for', () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1n, () => 1, '\ud800', undefined, [undefined]]) {
    assert.throws(() => canonicalize(value), { code: 'json' });
  }
});
