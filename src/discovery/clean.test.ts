import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalize } from '#verifier';
import { clean, cleanText } from './clean.ts';

test('whatever JSON a provider sends can be recorded afterwards', () => {
  const text = fc.string({
    unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
  });
  fc.assert(
    fc.property(fc.dictionary(text, fc.array(fc.oneof(text, fc.integer(), fc.constant(null)))), (item) => {
      const told = canonicalize(clean(JSON.parse(JSON.stringify(item))));
      assert.ok(told.isWellFormed());
      assert.ok(!told.includes('\\u0000'));
    }),
  );
});

test('two names stay two', () => {
  const names = ['a\u0000', 'a\ufffd', 'a\ud800', 'a\udc00', 'a', 'a\u0000\u0000'];
  assert.equal(new Set(names.map(cleanText)).size, names.length);
});

test('what is clean, and what is no plain value, is given back as it is', () => {
  const item = { name: 'payments \ud83e\udd16', tags: [{ key: 'a' }], at: new Date(0) };
  assert.equal(clean(item), item);
  const { at, name } = clean({ ...item, name: '\u0000' }) as typeof item;
  assert.equal(at, item.at);
  assert.match(name, /^\ufffd \([0-9a-f]{8}\)$/);
});
