/** How often each fault is brought about: few times with every test run, many by `npm run torture`. */
import type { TestContext } from 'node:test';

const isTorture = process.env.TORTURE === '1';

export const KILLS = isTorture ? 200 : 20;
export const POWER_CUTS = isTorture ? 10 : 3;
export const REPLICA_KILLS = isTorture ? 60 : 8;

/** Figures are told, not judged: how long something takes is for the bench. */
export function tellTimes(t: TestContext, what: string, milliseconds: number[]): void {
  const sorted = [...milliseconds].sort((a, b) => a - b);
  const at = (share: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  t.diagnostic(`${what}: ${sorted.length} times, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`);
}
