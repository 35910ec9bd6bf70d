import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STEP_SETTLE_MILLISECONDS, steadyClock } from './steady-clock.ts';

const START = Date.parse('2026-03-01T10:00:00.000Z');
const HOUR = 3_600_000;

function world() {
  const at = { wall: START, monotonic: 0, awake: 0 };
  const pass = (milliseconds: number) => {
    at.wall += milliseconds;
    at.monotonic += milliseconds;
    at.awake += milliseconds;
  };
  const clock = steadyClock({ wall: () => at.wall, monotonic: () => at.monotonic, awake: () => at.awake });
  const shown = () => clock.now().getTime() - START;
  return { at, pass, clock, shown };
}

for (const step of [HOUR, -HOUR]) {
  test(`a step of ${step / HOUR} h is told at once, and followed only once it has stood`, () => {
    const { at, pass, clock, shown } = world();
    pass(5_000);
    assert.equal(shown(), 5_000);
    assert.equal(clock.step?.(), undefined);
    at.wall += step;
    pass(1_000);
    assert.equal(shown(), 6_000);
    const told = clock.step?.();
    assert.deepEqual(told, {
      before: new Date(START + 6_000).toISOString(),
      after: new Date(START + 6_000 + step).toISOString(),
    });
    pass(STEP_SETTLE_MILLISECONDS - 1_000);
    assert.equal(shown(), 5_000 + STEP_SETTLE_MILLISECONDS);
    assert.equal(clock.step?.(), told, 'one step is told once');
    pass(1_000);
    assert.equal(shown(), 6_000 + STEP_SETTLE_MILLISECONDS + step);
    pass(1_000);
    assert.equal(shown(), 7_000 + STEP_SETTLE_MILLISECONDS + step);
  });
}

test('a step that is taken back leaves no trace but its record', () => {
  const { at, pass, clock, shown } = world();
  at.wall += HOUR;
  pass(10_000);
  assert.equal(shown(), 10_000);
  const told = clock.step?.();
  at.wall -= HOUR;
  pass(1_000);
  assert.equal(shown(), 11_000);
  assert.equal(clock.step?.(), told);
});

test('a small correction, a drift and a sleep are followed, and are no steps', () => {
  const { at, pass, clock, shown } = world();
  at.wall += 900;
  pass(1_000);
  assert.equal(shown(), 1_900);
  at.wall += HOUR;
  at.awake += HOUR;
  pass(1_000);
  assert.equal(shown(), 2_900 + HOUR);
  assert.equal(clock.step?.(), undefined);
});

test('readings that agree ask for the costly one at most once a second', () => {
  let asked = 0;
  let at = 0;
  const awake = () => {
    asked += 1;
    return at;
  };
  const clock = steadyClock({ wall: () => START + at, monotonic: () => at, awake });
  const before = asked;
  for (; at < 10_000; at += 10) assert.equal(clock.now().getTime(), START + at);
  assert.ok(asked - before <= 10, `${asked - before} times in ten seconds`);
});
