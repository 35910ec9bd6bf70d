import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stateDigest } from '../entry.ts';
import { day, house, rotate, rotation } from '../tests/testing/synthetic.ts';
import { emptyState, fold, liveRows } from './index.ts';

/** A run that began and ended on day 95. */
const stateAt = (count?: number) =>
  rotate(rotation(house()).at(95)).entries.slice(0, count).reduce(fold, emptyState());

test('a run is live until it ended, and a snapshot after that stands without it', () => {
  const whole = stateAt();
  const [run] = whole.tables.rotation_run.values();
  assert.equal(run?.outcome, 'completed');
  const ended = run?.ended as string;
  const lives = (state: typeof whole, time: string) => Object.keys(liveRows(state, time).rotation_run);
  assert.deepEqual(lives(whole, ended), [run?.id]);
  assert.deepEqual(lives(whole, day(96)), []);
  assert.deepEqual(lives(stateAt(whole.size - 1), day(96)), [run?.id], 'under way');
  const without = stateAt();
  without.tables.rotation_run.clear();
  assert.equal(stateDigest(whole, day(96)), stateDigest(without, day(96)));
  assert.notEqual(stateDigest(whole, ended), stateDigest(without, ended));
});
