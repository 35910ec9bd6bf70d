import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGlance, GLANCE_FRESH_ENTRIES, GLANCE_REFRESH_MS } from './glance.ts';
import type { Verdicts } from './model.ts';

const at = (size: number): Verdicts => ({ period: { from: '', to: '' }, size, results: [] });

function scene(size: number) {
  const state = { size, now: 0, computed: 0, fails: false };
  let finish: () => void = () => undefined;
  const glance = createGlance({
    size: async () => state.size,
    now: () => state.now,
    compute() {
      state.computed += 1;
      const seen = state.size;
      if (state.fails) return Promise.reject(new Error('damaged'));
      if (state.computed === 1) return Promise.resolve(at(seen));
      return new Promise((resolve) => {
        finish = () => resolve(at(seen));
      });
    },
  });
  return { state, glance, finish: () => finish() };
}

const LONG = GLANCE_FRESH_ENTRIES + 1;

test('over a long log the last verdicts are served while the next are computed', async () => {
  const { state, glance, finish } = scene(LONG);
  assert.equal((await glance()).size, LONG);
  state.size += 1;
  assert.equal((await glance()).size, LONG);
  assert.equal(state.computed, 1, 'not before it is time');
  state.now += GLANCE_REFRESH_MS;
  assert.equal((await glance()).size, LONG);
  assert.equal((await glance()).size, LONG);
  assert.equal(state.computed, 2, 'once, however many ask');
  finish();
  await new Promise(setImmediate);
  assert.equal((await glance()).size, LONG + 1);
});

test('nothing is computed again while nothing is appended', async () => {
  const { state, glance } = scene(LONG);
  await glance();
  state.now += GLANCE_REFRESH_MS;
  await glance();
  assert.equal(state.computed, 1);
});

test('a failure is not covered by what was true before', async () => {
  const { state, glance } = scene(LONG);
  await glance();
  Object.assign(state, { size: LONG + 1, now: GLANCE_REFRESH_MS, fails: true });
  await glance();
  await new Promise(setImmediate);
  await assert.rejects(glance(), /damaged/);
});
