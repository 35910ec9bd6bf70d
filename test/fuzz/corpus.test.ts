/** Every input that a fuzzer once found to matter, and every one that was once a fault, is fed again. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { CORPUS, judge, readCorpus } from './fuzzer.ts';
import { mutate } from './mutate.ts';
import { createRandom } from './random.ts';
import { TARGETS } from './targets.ts';

/** Beside the corpus, a few changes with a fixed seed: a target that no longer takes anything is noticed. */
const CHANGES = 50;

test('every target has a corpus, and every corpus a target', () => {
  assert.deepEqual(readdirSync(CORPUS).sort(), Object.keys(TARGETS).sort());
});

for (const [name, target] of Object.entries(TARGETS)) {
  test(`${name}: nothing throws what it does not declare`, async () => {
    const fed = await target.open();
    const random = createRandom(1);
    const pool = [...readCorpus(name), ...(fed.seeds ?? [])];
    assert.ok(pool.length > 0);
    const changed = Array.from({ length: CHANGES }, () =>
      (target.mutate ?? mutate)(random.pick(pool), random, target.words),
    );
    for (const input of [...pool, ...changed]) {
      const why = await judge(fed, input);
      assert.equal(why, undefined, `${name}: ${input.toString('base64')}`);
    }
    await fed.close?.();
  });
}

test('an error that is not declared is a finding', async () => {
  const fed = { feed: () => JSON.parse('{'), declares: () => false };
  assert.match((await judge(fed, Buffer.from('{'))) ?? '', /SyntaxError/);
});
