import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../kernel/index.ts';
import type { Draft } from '../store/index.ts';
import { createAttempts, WINDOW_SECONDS } from './attempts.ts';

const counts = (drafts: Draft[]) =>
  drafts.map(({ data }) => {
    const { source, reason, count } = data as { source: string; reason: string; count: number };
    return [source, reason, count];
  });

test('what could not be recorded counts with what comes after it, as one window', async () => {
  const clock = manualClock(new Date('2026-01-01T00:00:00Z'));
  const attempts = createAttempts(clock);
  const down = () => Promise.reject(new Error('storage is away'));
  for (let window = 0; window < 3; window += 1) {
    attempts.note('192.0.2.1', 'overloaded');
    clock.advance(WINDOW_SECONDS * 1000);
    await assert.rejects(attempts.record(down), /away/);
  }
  const recorded: Draft[] = [];
  await attempts.record(async (drafts) => recorded.push(...drafts));
  assert.deepEqual(counts(recorded), [['192.0.2.1', 'overloaded', 3]]);
  const { from, to } = (recorded[0] as Draft).data as { from: string; to: string };
  assert.equal(Date.parse(to) - Date.parse(from), 3 * WINDOW_SECONDS * 1000);
  await attempts.record(async (drafts) => recorded.push(...drafts), true);
  assert.equal(recorded.length, 1);
});
