import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concatBytes, fromUtf8, utf8 } from '../bytes.ts';
import { canonicalBytes } from '../canonical.ts';
import { openingOf } from '../commitment.ts';
import { bodyBundles, decodeBodies, encodeBodies, leafBundles, readBodies, readLeaves } from './bundles.ts';
import { preAuthEncoding } from './manifest.ts';
import {
  decodeCarried,
  decodeOpenings,
  decodeProofs,
  decodeRows,
  encodeCarried,
  encodeOpenings,
  encodeProofs,
  encodeRows,
} from './members.ts';
import { BUNDLE_WIDTH } from './model.ts';
import { minute, smallLog } from './testing/fixture.ts';

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
const size = fc.nat();
const plain = { noNullPrototype: true } as const;

/** What was written is read back; one byte more, before or after, is refused. */
function assertStrict<T>(value: T, encode: (value: T) => Uint8Array, decode: (bytes: Uint8Array) => T): void {
  const bytes = encode(value);
  assert.deepEqual(decode(bytes), value);
  for (const byte of [0x20, 0x0a, 0x7b]) {
    assert.throws(() => decode(concatBytes(bytes, Uint8Array.of(byte))));
    if (bytes.length > 0) assert.throws(() => decode(concatBytes(Uint8Array.of(byte), bytes)));
  }
}

test('proofs', () => {
  const since = fc.option(fc.record({ size, proof: fc.array(hash) }, plain));
  const proofs = fc.record({ frontier: fc.array(hash), consistency: fc.array(hash), since }, plain);
  fc.assert(fc.property(proofs, (value) => assertStrict(value, encodeProofs, decodeProofs)));
});

const whole = (pieces: Iterable<Uint8Array>): Uint8Array => concatBytes(...pieces);

test('carried entries', () => {
  const json = fc.jsonValue().map(canonicalBytes);
  const entry = fc.record({ index: size, leaf: json, body: fc.option(json), proof: fc.array(hash) }, plain);
  const entries = fc
    .uniqueArray(entry, { selector: ({ index }) => index, maxLength: 6 })
    .map((list) => list.sort((a, b) => a.index - b.index));
  fc.assert(
    fc.property(entries, (value) => assertStrict(value, (list) => whole(encodeCarried(list)), decodeCarried)),
  );
});

test('openings: sorted as they are written, and each leads to its commitment', () => {
  const opening = fc.tuple(fc.string({ unit: 'grapheme' }), fc.uint8Array({ minLength: 16, maxLength: 16 }));
  fc.assert(
    fc.property(fc.uniqueArray(opening, { selector: ([, salt]) => salt.join(), maxLength: 5 }), (list) => {
      const openings = list.map(([value, salt]) => openingOf(value, salt));
      const sorted = openings.toSorted((a, b) => (a.commitment < b.commitment ? -1 : 1));
      assertStrict(sorted, (list) => whole(encodeOpenings(list)), decodeOpenings);
      assert.deepEqual(whole(encodeOpenings(openings.toReversed())), whole(encodeOpenings(openings)));
    }),
  );
  const twice = whole(encodeOpenings([0, 1].map(() => openingOf('a', new Uint8Array(16)))));
  assert.throws(() => decodeOpenings(twice), { code: 'package' });
});

test('rows: what is read is folded on, and comes out the same', () => {
  const log = smallLog();
  const bytes = whole(encodeRows(log.state, minute(30)));
  const { state, time } = decodeRows(bytes);
  assert.deepEqual(whole(encodeRows(state, time)), bytes);
  for (const [from, to] of [
    ['"v":1', '"v":2'],
    ['"size":23', '"size":-1'],
    ['"time":"2026', '"time":"26'],
    ['"agent":{},', ''],
    ['"agent":{}', '"agent":[]'],
    ['"agent":{}', '"agent":null'],
    ['"agent":{}', '"agent":{},"agents":{}'],
  ] as const) {
    const text = fromUtf8(bytes);
    const at = text.lastIndexOf(from);
    assert.ok(at >= 0);
    const changed = text.slice(0, at) + to + text.slice(at + from.length);
    assert.throws(() => decodeRows(utf8(changed)), { code: 'package' }, to);
  }
});

test('bodies: absent ones stay absent, and a bundle that ends too early is refused', () => {
  const bodies = fc.array(fc.option(fc.uint8Array({ minLength: 1, maxLength: 300 })), { maxLength: 10 });
  fc.assert(
    fc.property(bodies, (list) => {
      const bytes = encodeBodies(list);
      assert.deepEqual(
        decodeBodies(bytes).map((body) => body && new Uint8Array(body)),
        list,
      );
      assert.throws(() => decodeBodies(concatBytes(bytes, Uint8Array.of(0, 0, 0))), { code: 'package' });
      assert.throws(() => decodeBodies(concatBytes(bytes, Uint8Array.of(0, 0, 0, 2, 0))), {
        code: 'package',
      });
    }),
  );
});

test('bundles cover any range as entry tiles would, and refuse an entry more or less', () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.integer({ min: 1, max: 600 }), (start, length) => {
      const range = { start, base: start, snapshot: start, first: start, last: start + length };
      const leaves = Array.from({ length: length + 1 }, (_, i) => utf8(`leaf ${start + i}`));
      const members = new Map(
        [...leafBundles(range, leaves), ...bodyBundles(range, leaves)].map((m) => [m.name, m.bytes]),
      );
      const read = (name: string) => members.get(name) ?? assert.fail(name);
      assert.deepEqual([...readLeaves(range, read)], leaves);
      assert.equal([...readBodies(range, read)].length, leaves.length);
      // Where a bundle would fall away whole, what is left is a range of its own: the archive's names tell of the other.
      if (Math.floor(start / BUNDLE_WIDTH) === Math.floor((start + 1) / BUNDLE_WIDTH))
        assert.throws(() => [...readLeaves({ ...range, start: start + 1 }, read)]);
      assert.throws(() => [...readLeaves({ ...range, last: start + length + 1 }, read)]);
    }),
    { numRuns: 30 },
  );
});

test('the pre-authentication encoding of the DSSE specification', () => {
  const encoded = preAuthEncoding('http://example.com/HelloWorld', utf8('hello world'));
  assert.equal(fromUtf8(encoded), 'DSSEv1 29 http://example.com/HelloWorld 11 hello world');
});
