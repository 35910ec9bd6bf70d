import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Interval, overlap, union, without } from './intervals.ts';

const SPAN = 20;
const name = (n: number): string => String(n).padStart(2, '0');
const interval = fc
  .tuple(fc.nat(SPAN), fc.nat(SPAN))
  .map(([a, b]): Interval => ({ from: name(Math.min(a, b)), to: name(Math.max(a, b)) }));
const holds = (intervals: Interval[], instant: string): boolean =>
  intervals.some(({ from, to }) => from <= instant && instant < to);
const instants = Array.from({ length: SPAN + 1 }, (_, n) => name(n));

test('a union holds the same instants, apart and in order', () => {
  fc.assert(
    fc.property(fc.array(interval), (intervals) => {
      const merged = union(intervals);
      for (const instant of instants) assert.equal(holds(merged, instant), holds(intervals, instant));
      for (let i = 1; i < merged.length; i++)
        assert.ok((merged[i - 1] as Interval).to < (merged[i] as Interval).from);
    }),
  );
});

test('what is without parts and what the parts hold make up the whole', () => {
  fc.assert(
    fc.property(interval, fc.array(interval), (whole, parts) => {
      const gaps = without(whole, parts);
      for (const instant of instants) {
        assert.equal(holds(gaps, instant), holds([whole], instant) && !holds(parts, instant));
      }
    }),
  );
});

test('two intervals share exactly the instants that both hold', () => {
  fc.assert(
    fc.property(interval, interval, (a, b) => {
      const shared = overlap(a, b);
      for (const instant of instants) {
        assert.equal(holds(shared ? [shared] : [], instant), holds([a], instant) && holds([b], instant));
      }
    }),
  );
});
