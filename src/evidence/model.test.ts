import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { frontierOf, leafHash, proveInclusion } from '#verifier';
import { isMunimentError } from '../kernel/index.ts';
import { checkPeriod, frontierFromProof, rangeOf, readWithheld, tooLarge } from './model.ts';

const NOW = new Date('2026-06-01T00:00:00.000Z');

test('the proof of the last leaf gives the roots of all perfect trees', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), (size) => {
      const hashes = Array.from({ length: size }, (_, at) => leafHash(Uint8Array.of(at, at >> 8)));
      const proof = proveInclusion(size - 1, hashes);
      const last = hashes[size - 1] as Uint8Array;
      assert.deepEqual(frontierFromProof(size, last, proof), frontierOf(hashes).hashes);
    }),
  );
});

test('times come out in the one spelling that entries use', () => {
  const period = { from: '2026-03-01T01:00:00+01:00', to: '2026-04-01T00:00:00Z' };
  const spelled = { from: '2026-03-01T00:00:00.000Z', to: '2026-04-01T00:00:00.000Z' };
  assert.deepEqual(checkPeriod(period, NOW), spelled);
  assert.deepEqual(checkPeriod({ to: period.to }, NOW).from, '2026-03-02T00:00:00.000Z');
});

test('a period may end now and not a millisecond later', () => {
  const from = '2026-03-01T00:00:00Z';
  assert.equal(checkPeriod({ from, to: NOW.toISOString() }, NOW).to, NOW.toISOString());
  const invalid = (error: unknown) =>
    isMunimentError(error) && error.code === 'invalid_time' && error.path === 'to';
  assert.throws(() => checkPeriod({ from, to: '2026-06-01T00:00:00.001Z' }, NOW), invalid);
});

test('a package begins at its snapshot, or at the leaf before the period', () => {
  assert.deepEqual(rangeOf(0, 0, 0, 5), { start: 0, base: 0, snapshot: 0, first: 0, last: 5 });
  assert.deepEqual(rangeOf(2, 3, 9, 12), { start: 2, base: 2, snapshot: 3, first: 9, last: 12 });
  assert.deepEqual(rangeOf(9, 9, 9, 12), { start: 8, base: 9, snapshot: 9, first: 9, last: 12 });
});

test('what is withheld is what was named', () => {
  const withheld = readWithheld(['session.opened', 'entry:7', 'per_a']);
  assert.equal(withheld.body(1, 'session.opened'), true);
  assert.equal(withheld.body(1, 'session.ended'), false);
  assert.equal(withheld.body(7, 'session.ended'), true);
  assert.equal(readWithheld(['entry:7']).body(7, 'snapshot'), false);
  assert.deepEqual([...withheld.persons], ['per_a']);
  assert.equal(withheld.personal, false);
});

for (const word of [
  '',
  'snapshot',
  'personal ',
  'entry:',
  'entry:-1',
  'entry:1e3',
  'constructor',
  'openings',
]) {
  test(`\`${word}\` is nothing that can be withheld`, () => {
    assert.throws(() => readWithheld([word]), { code: 'bad_request' });
  });
}

test('a period too large is refused with a cut that lies within it', () => {
  const period = { from: '2026-03-01T00:00:00.000Z', to: '2026-04-01T00:00:00.000Z' };
  const cut = '2026-03-09T00:00:00.000Z';
  assert.throws(() => tooLarge(period, cut, 'too much'), {
    code: 'bad_request',
    message: `too much: build [${period.from}, ${cut}) and [${cut}, ${period.to}); packages chain`,
  });
  assert.throws(() => tooLarge(period, period.from, 'too much'), { message: /shorter periods/ });
});
