import assert from 'node:assert/strict';
import { basename, join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Rows } from '#verifier';
import type { SourceType } from '../contract.ts';
import { LABEL_MAX_CHARACTERS } from '../limits.ts';
import type { SweepResult } from '../sweep.ts';
import { type Double, FAULTS, type FaultCase, type Plan, type Running } from './double.ts';
import { type FaultHouse, openFaultHouse } from './fault-house.ts';
import { hostileName } from './hostile-names.ts';
import { CLOCK_OFF_MILLISECONDS } from './http-double.ts';

/** Three full pages of most providers. */
const ITEMS = 300;
const MANY_ITEMS = 10_000;
/** What is unusual about these stays: there is nothing to heal. */
const LASTING: readonly FaultCase[] = ['none', 'many-items', 'hostile-names'];
/** What a case may add to the memory of the process, an embedded database and log with it. */
const GROWN_MAX_MIB = 768;
const CLOCK_TOLERANCE_MILLISECONDS = 60_000;
const MIB = 1024 * 1024;
const WORDS_MAX_CHARACTERS = 2_000;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f]/;
const KEY = /^[a-z0-9-]+\/(identity|credential|permission|trust|exposure)\/[0-9a-f]+$/;

/** What a sweep must tell of a case: `whole` it saw everything; or what it says was in the way. */
type Told = 'whole' | 'denied' | 'errors' | 'not whole';

export const TOLD: Record<FaultCase, Told> = {
  none: 'whole',
  unauthorized: 'denied',
  'forbidden-part': 'denied',
  'not-found': 'errors',
  'too-many-with-retry-after': 'whole',
  'too-many-without-retry-after': 'whole',
  'too-many-for-good': 'errors',
  'error-then-good': 'whole',
  'repeated-page': 'errors',
  // An error where pages are always full; else the provider's own count is all that can tell.
  'cut-page': 'not whole',
  'empty-last-page': 'whole',
  'connection-cut': 'errors',
  'invalid-answer': 'errors',
  'broken-item': 'errors',
  'clock-off': 'whole',
  'count-disagrees': 'not whole',
  'many-items': 'whole',
  'hostile-names': 'whole',
  slow: 'errors',
};

interface Bench {
  type: SourceType;
  double: Double;
  house: FaultHouse;
}

/** One connector against everything that can go wrong. `folder`: of the connector. */
export async function faultTable(folder: string): Promise<void> {
  const load = (file: string) => import(pathToFileURL(join(folder, file)).href);
  const { source: type }: { source: SourceType } = await load('connector.ts');
  const { double }: { double: Double } = await load('testing/double.ts');
  describe(`${basename(folder)}, when things go wrong`, () => {
    let house: FaultHouse;
    before(async () => {
      house = await openFaultHouse();
    });
    after(() => house.close());
    for (const fault of FAULTS) {
      const why = double.not[fault];
      if (why === undefined) test(fault, (t) => runCase(t, { type, double, house }, fault));
      else test(`${fault}: cannot be, ${why}`, () => assert.notEqual(fault, 'none'));
    }
  });
}

const planOf = (fault: FaultCase): Plan => ({
  fault,
  items: fault === 'many-items' ? MANY_ITEMS : ITEMS,
  name: fault === 'hostile-names' ? hostileName : (index) => `item-${String(index).padStart(6, '0')}`,
});

/** One case: a good sweep, one with the fault, one after it has passed. Throws where the source tells what is not so. */
export async function runCase(
  t: TestContext,
  { type, double, house }: Bench,
  fault: FaultCase,
): Promise<void> {
  const plan = planOf(fault);
  const source = `${type.type}-${fault}`;
  const running = await double.start(t, plan);
  const before = process.memoryUsage.rss();
  try {
    assert.ok(running.fail, 'a double can fail again after it was healed');
    running.heal();
    await house.configure(source, type.type, running);
    checkWhole(await house.sweep(source), double, plan);
    const good = await house.present(source);
    checkKept(good);

    running.fail();
    const faulty = await house.sweep(source, fault === 'slow');
    CHECKS[TOLD[fault]](faulty, double, plan);
    checkWords(faulty, plan);
    if (fault === 'clock-off') checkClock(faulty);
    assert.deepEqual(keysOf(await house.present(source)), keysOf(good), 'a fault makes nothing appear or go');
    assert.ok(faulty.every(({ differences }) => differences.gone === 0));

    running.heal();
    const healed = LASTING.includes(fault) ? faulty : await house.sweep(source);
    checkWhole(healed, double, plan);
    assert.deepEqual(healed.map(({ differences }) => differences).filter(isAny), []);
    checkAsked(type, running);
    checkMemory(before);
  } finally {
    await running.stop();
  }
}

const isAny = (differences: SweepResult['differences']): boolean =>
  Object.values(differences).some((count) => count > 0);

const keysOf = (rows: Array<Rows['observation']>): string[] => rows.map(({ key }) => key).sort();

/** What each partition tells of the listing that faults hit. */
const listingOf = (results: SweepResult[], { listing }: Double) =>
  results.flatMap(({ listings }) => listings.filter((each) => each.listing === listing));

function checkWhole(results: SweepResult[], double: Double, { items }: Plan): void {
  for (const { partition, verdict, why } of results)
    assert.equal(verdict, 'COMPLETE', `${partition}: ${why}`);
  const listed = listingOf(results, double);
  assert.equal(
    listed.reduce((total, each) => total + each.items, 0),
    items,
  );
  const observations = listed.reduce((total, each) => total + each.observations, 0);
  assert.equal(observations, items * (double.observationsPerItem ?? 1));
}

/** INVARIANT: no fault is ever taken for a whole list. */
const checkNotComplete = (results: SweepResult[]): void =>
  assert.ok(results.length > 0 && results.some(({ verdict }) => verdict !== 'COMPLETE'), 'a false COMPLETE');

function checkHit(results: SweepResult[], double: Double): void {
  checkNotComplete(results);
  const unreached = results.some(({ verdict }) => verdict === 'FAILED');
  assert.ok(
    unreached || listingOf(results, double).some(({ whole }) => !whole),
    'the listing is told as whole',
  );
}

const faultsOf = (results: SweepResult[], of: 'denied' | 'errors') => results.flatMap((each) => each[of]);

const CHECKS: Record<Told, (results: SweepResult[], double: Double, plan: Plan) => void> = {
  whole: checkWhole,
  'not whole': checkHit,
  denied(results) {
    checkNotComplete(results);
    assert.notDeepEqual(faultsOf(results, 'denied'), [], 'no denied range is told');
    assert.deepEqual(faultsOf(results, 'errors'), []);
  },
  errors(results, double) {
    checkHit(results, double);
    assert.notDeepEqual(faultsOf(results, 'errors'), [], 'no error is told');
    assert.deepEqual(faultsOf(results, 'denied'), []);
  },
};

/** Our own words alone: whatever a provider wrote could be a name, a secret or a lie. */
function checkWords(results: SweepResult[], { items, name }: Plan): void {
  const told = results.flatMap(({ errors, denied, why }) => [
    why,
    ...[...errors, ...denied].map((each) => each.why),
  ]);
  const names = new Set(Array.from({ length: items }, (_, index) => name(index)));
  for (const words of told) {
    assert.ok(words.length <= WORDS_MAX_CHARACTERS, `${words.length} characters of reason`);
    assert.doesNotMatch(words, CONTROL_CHARACTERS);
    assert.ok(!names.has(words), 'a name is told as a reason');
  }
}

/** However a thing is called, what is recorded of it is of bounded size and is text that every reader takes. */
function checkKept(rows: Array<Rows['observation']>): void {
  for (const { label, key, attributes } of rows) {
    const text = typeof label === 'string' ? label : label.commitment;
    assert.ok(text.length <= LABEL_MAX_CHARACTERS, `a label of ${text.length} characters`);
    assert.match(key, KEY);
    assert.ok(JSON.stringify([label, attributes]).isWellFormed());
  }
}

function checkClock(results: SweepResult[]): void {
  const off = results.flatMap(({ clock }) =>
    clock === null ? [] : [Date.parse(clock.provider) - Date.parse(clock.ours)],
  );
  assert.ok(off.length > 0, 'the clock of the source is not told');
  for (const each of off)
    assert.ok(Math.abs(each - CLOCK_OFF_MILLISECONDS) < CLOCK_TOLERANCE_MILLISECONDS, `off by ${each} ms`);
}

/** By the double's own reckoning: it was asked for nothing that the connector does not declare. */
function checkAsked({ operations }: SourceType, running: Running): void {
  const declared = new Set(operations.map(({ name }) => name));
  const asked = new Set(running.asked());
  assert.ok(asked.size > 0, 'the double was asked nothing');
  assert.deepEqual(
    [...asked].filter((operation) => !declared.has(operation)),
    [],
  );
}

function checkMemory(before: number): void {
  const grown = (process.memoryUsage.rss() - before) / MIB;
  assert.ok(grown < GROWN_MAX_MIB, `${Math.round(grown)} MiB more than before`);
}
