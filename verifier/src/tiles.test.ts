import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeBundle, encodeBundle, parseTilePath, tilePath } from './tiles.ts';

test('paths as C2SP tlog-tiles has them', () => {
  assert.equal(tilePath(0, 0), 'tile/0/000');
  assert.equal(tilePath(1, 1234067, 10), 'tile/1/x001/x234/067.p/10');
  assert.equal(tilePath('entries', 273, 112), 'tile/entries/273.p/112');
  assert.deepEqual(parseTilePath('tile/0/x001/x234/067'), { level: 0, index: 1234067, width: 256 });
});

test('every path is read back', () => {
  const level = fc.oneof(fc.integer({ min: 0, max: 63 }), fc.constant('entries' as const));
  fc.assert(
    fc.property(level, fc.nat(), fc.integer({ min: 1, max: 256 }), (l, n, w) => {
      assert.deepEqual(parseTilePath(tilePath(l, n, w)), { level: l, index: n, width: w });
    }),
  );
});

for (const path of [
  '',
  'tile/0/0',
  'tile/0/0000',
  'tile/00/000',
  'tile/64/000',
  'tile/0/000.p/0',
  'tile/0/000.p/256',
  'tile/0/x000/001',
  'tile/0/001/002',
  '/tile/0/000',
  'tile/0/../000',
  'tile/0/000/',
]) {
  test(`refused path: ${path}`, () => assert.throws(() => parseTilePath(path), { code: 'tile' }));
}

test('bundles: round trip; refused where they end within an entry', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 600 }), { maxLength: 20 }), (entries) => {
      const bundle = encodeBundle(entries);
      assert.deepEqual(decodeBundle(bundle), entries);
      assert.throws(() => decodeBundle(new Uint8Array([...bundle, 0])), { code: 'tile' });
      assert.throws(() => decodeBundle(new Uint8Array([...bundle, 0, 2, 0])), { code: 'tile' });
    }),
  );
  assert.throws(() => encodeBundle([new Uint8Array(65_536)]), { code: 'tile' });
  assert.deepEqual(decodeBundle(encodeBundle([new Uint8Array(65_535)])), [new Uint8Array(65_535)]);
});
