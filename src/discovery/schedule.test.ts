import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nextSweep } from './schedule.ts';

const NOW = new Date('2026-03-01T00:00:00Z');
const ended = '2026-02-28T00:00:00.000Z';

test('what was never swept is due now, and what has no interval never', () => {
  assert.deepEqual(nextSweep({ source: 'a', spec: { everySeconds: 600 }, last: [] }, NOW), NOW);
  assert.equal(nextSweep({ source: 'a', spec: { everySeconds: null }, last: [{ ended }] }, NOW), null);
});

test('the next comes an interval after the last partition, at most a tenth later, and all replicas agree', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 300, max: 100_000 }), (source, everySeconds) => {
      const last = [{ ended: '2026-01-01T00:00:00.000Z' }, { ended }];
      const next = nextSweep({ source, spec: { everySeconds }, last }, NOW);
      const after = ((next?.getTime() ?? 0) - Date.parse(ended)) / 1000;
      assert.ok(after >= everySeconds && after <= everySeconds * 1.1);
      assert.deepEqual(nextSweep({ source, spec: { everySeconds }, last: last.toReversed() }, NOW), next);
    }),
  );
});
