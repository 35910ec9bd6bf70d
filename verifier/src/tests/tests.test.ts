import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONTROLS } from '../controls/index.ts';
import { runTests, TESTED } from './index.ts';
import { NOT_YET } from './not-yet.ts';
import { grant, house, lock, probes, refuse, sweep } from './testing/synthetic.ts';
import { after } from './testing/table.ts';

test('every control has a result, tested or with what it would need', async () => {
  const results = await runTests(house().input());
  assert.deepEqual(
    results.map(({ control }) => control),
    CONTROLS.map(({ id }) => id),
  );
  assert.equal(CONTROLS.length, 53);
  assert.deepEqual([...TESTED, ...Object.keys(NOT_YET)].sort(), CONTROLS.map(({ id }) => id).sort());
  const untested = results.filter(({ control }) => !TESTED.includes(control));
  assert.equal(untested.length, 31);
  for (const { verdict, clauses } of untested) {
    assert.equal(verdict, 'NOT_EVALUABLE');
    assert.match(clauses[0]?.why ?? '', /^needs /);
  }
});

test('the same entries give the same bytes', async () => {
  const story = after(
    house(),
    sweep,
    grant,
    refuse,
    (each) => lock(each),
    (each) => each.add('probe.recorded', 'lok_1', { lock: 'lok_1', probes: probes() }),
  );
  const [once, again] = [await runTests(story.input()), await runTests(structuredClone(story.input()))];
  assert.equal(JSON.stringify(once), JSON.stringify(again));
});
