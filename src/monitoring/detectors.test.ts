import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type DetectorName, DETECTORS as NAMES } from '#verifier';
import { emptyBaseline, HOURS_PER_WEEK, historyDays, hourOfWeek, learn } from './baselines.ts';
import { DETECTORS } from './detectors/index.ts';
import { placeOf } from './detectors/second-address.ts';
import { judge, judgeBy, Memory } from './judge.ts';
import { madeUpUse, type Use } from './model.ts';

const START = Date.parse('2026-03-02T09:00:00.000Z'); // a Monday
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const use = (more: Partial<Use> = {}, offsetMs = 0): Use => ({
  ...madeUpUse(new Date(START + offsetMs)),
  entry: 1,
  dead: null,
  ...more,
});
const failed = (more: Partial<Use> = {}): Use => use({ outcome: 'failure', ...more });
const times = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at));
/** Each day at nine, from `START` on. */
const days = (count: number): Use[] => times(count, (day) => use({}, day * DAY_MS));

const CASES: Array<{ detector: DetectorName; name: string; uses: Use[]; raises: number }> = [
  {
    detector: 'failed-attempts',
    name: 'four in a row are not enough',
    uses: times(4, () => failed()),
    raises: 0,
  },
  { detector: 'failed-attempts', name: 'the fifth', uses: times(5, () => failed()), raises: 1 },
  {
    detector: 'failed-attempts',
    name: 'a success between begins the count again',
    uses: [...times(4, () => failed()), use(), ...times(4, () => failed())],
    raises: 0,
  },
  {
    detector: 'failed-attempts',
    name: 'five by two instances are nobody’s five',
    uses: times(6, (at) => failed({ instance: at % 2 ? 'ins_a' : 'ins_b' })),
    raises: 0,
  },
  {
    detector: 'failed-attempts',
    name: 'nothing is counted for an instance that is not known',
    uses: times(9, () => failed({ instance: null })),
    raises: 0,
  },
  { detector: 'failed-attempts', name: 'nine are one alert', uses: times(9, () => failed()), raises: 1 },
  { detector: 'locked-credential', name: 'a living credential', uses: [use({ credential: 3 })], raises: 0 },
  {
    detector: 'locked-credential',
    name: 'a dead one',
    uses: [use({ credential: 3, dead: 'lok_a' })],
    raises: 1,
  },
  { detector: 'locked-credential', name: 'a dead one refused', uses: [failed({ dead: 'lok_a' })], raises: 1 },
  {
    detector: 'second-address',
    name: 'one address',
    uses: times(3, () => use({ address: '10.0.0.1' })),
    raises: 0,
  },
  {
    detector: 'second-address',
    name: 'a second address, told of once',
    uses: ['10.0.0.1', '10.0.0.2', '10.0.0.2', '10.0.0.1'].map((address) => use({ address })),
    raises: 1,
  },
  {
    detector: 'second-address',
    name: 'spellings of one address',
    uses: ['127.0.0.1', '::1', '::ffff:127.0.0.1'].map((address) => use({ address })),
    raises: 0,
  },
  {
    detector: 'second-address',
    name: 'two instances at two addresses',
    uses: [use({ instance: 'ins_a', address: '10.0.0.1' }), use({ instance: 'ins_b', address: '10.0.0.2' })],
    raises: 0,
  },
  {
    detector: 'unusual-hour',
    name: 'thirteen days are no history',
    uses: [...days(14), use({}, 13 * DAY_MS + 5 * HOUR_MS)],
    raises: 0,
  },
  {
    detector: 'unusual-hour',
    name: 'a new hour after fifteen',
    uses: [...days(16), use({}, 15 * DAY_MS + 5 * HOUR_MS)],
    raises: 1,
  },
  { detector: 'unusual-hour', name: 'the usual hour after fifteen', uses: days(30), raises: 0 },
  {
    detector: 'unusual-hour',
    name: 'a failed attempt is no use',
    uses: [...days(16), failed({ at: new Date(START + 15 * DAY_MS + 5 * HOUR_MS).toISOString() })],
    raises: 0,
  },
  {
    detector: 'unusual-hour',
    name: 'a late account of the past',
    uses: [...days(20), use({}, 15 * DAY_MS + 5 * HOUR_MS)],
    raises: 0,
  },
  {
    detector: 'unusual-hour',
    name: 'the same new hour a second time',
    uses: [...days(16), use({}, 15 * DAY_MS + 5 * HOUR_MS), use({}, 22 * DAY_MS + 5 * HOUR_MS)],
    raises: 1,
  },
];

describe('detectors', () => {
  for (const { detector, name, uses, raises } of CASES) {
    test(`${detector}: ${name}`, () => {
      const memory = new Memory();
      const raised = uses.flatMap((each) => judgeBy(DETECTORS[detector], memory, each));
      assert.equal(raised.length, raises);
      for (const { expected, seen, entries } of raised) {
        assert.ok(expected.length > 0 && seen.length > 0 && entries.length > 0);
      }
    });
  }

  for (const name of NAMES) {
    test(`${name}: its drill wakes it exactly once, at any moment`, () => {
      fc.assert(
        fc.property(
          fc.date({ min: new Date('2000-01-01'), max: new Date('2099-01-01'), noInvalidDate: true }),
          (now) => {
            const memory = new Memory();
            const dead = name === 'locked-credential' ? 'lok_a' : null;
            const told = DETECTORS[name].drill(now).map((event) => ({ ...event, entry: 1, dead }));
            assert.equal(told.flatMap((each) => judgeBy(DETECTORS[name], memory, each)).length, 1);
          },
        ),
      );
    });
  }

  test('an alert names entries only of uses that were shown, and states are plain JSON', () => {
    const anyUse = fc.record<Use>({
      at: fc
        .integer({ min: 0, max: 90 * 24 })
        .map((hours) => new Date(START + hours * HOUR_MS).toISOString()),
      identity: fc.constantFrom(null, 'idn_a', 'idn_b'),
      instance: fc.constantFrom(null, 'ins_a', 'ins_b'),
      credential: fc.constant(null),
      action: fc.constant('renew'),
      outcome: fc.constantFrom('success', 'failure'),
      address: fc.constantFrom(null, '10.0.0.1', '10.0.0.2', '::1'),
      entry: fc.nat(1000),
      dead: fc.constantFrom(null, 'lok_a'),
    } as never);
    fc.assert(
      fc.property(fc.array(anyUse, { maxLength: 60 }), (uses) => {
        const memory = new Memory();
        const known = new Set(uses.map(({ entry }) => entry));
        for (const { entries } of judge(memory, uses)) assert.ok(entries.every((entry) => known.has(entry)));
        for (const { data } of memory.all()) assert.deepEqual(JSON.parse(JSON.stringify(data)), data);
      }),
    );
  });
});

describe('baselines', () => {
  test('the hour of the week begins on Sunday at midnight UTC', () => {
    assert.equal(hourOfWeek('2026-03-01T00:59:59.999Z'), 0);
    assert.equal(hourOfWeek('2026-03-02T09:00:00.000Z'), 33);
    assert.equal(hourOfWeek('2026-03-07T23:00:00.000Z'), HOURS_PER_WEEK - 1);
  });

  test('every success is counted once, whatever the order; first and last are the outermost', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1 }), (hours) => {
        const uses = hours.map((hour) => use({}, hour * HOUR_MS));
        const baseline = uses.reduce(learn, emptyBaseline());
        assert.equal(
          baseline.hours.reduce((sum, count) => sum + count, 0),
          uses.length,
        );
        const sorted = uses.map(({ at }) => at).sort();
        assert.deepEqual([baseline.first, baseline.last], [sorted[0], sorted.at(-1)]);
        assert.deepEqual(uses.toReversed().reduce(learn, emptyBaseline()), baseline);
      }),
    );
  });

  test('history is counted from the first use', () => {
    const baseline = learn(emptyBaseline(), use());
    assert.equal(historyDays(emptyBaseline(), use().at), 0);
    assert.equal(historyDays(baseline, use({}, 14 * DAY_MS).at), 14);
    assert.equal(historyDays(baseline, use({}, -DAY_MS).at), 0);
  });

  test('a place is one whatever its spelling', () => {
    const same: Record<string, string> = {
      '::ffff:10.0.0.1': '10.0.0.1',
      '127.8.8.8': 'this host',
      '::1': 'this host',
    };
    for (const [address, place] of Object.entries(same)) assert.equal(placeOf(address), place);
  });
});
