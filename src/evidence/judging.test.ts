import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeEntry, type EntryData, verifyPackage } from '#verifier';
import { PAYMENTS } from '../changes/testing/house.ts';
import { timestamp } from '../kernel/index.ts';
import { changedVerdicts, recordVerdicts } from './judging.ts';
import { buildBytes, carryOut, enrolTwo, openHouse } from './testing/house.ts';

const MINUTE_MS = 60_000;

test('only what differs is a change; what was not judged before is one', () => {
  const before = { a: 'PASS', b: 'FAIL' } as const;
  assert.deepEqual(changedVerdicts(before, { c: 'PASS', b: 'PASS', a: 'PASS' }), [
    { control: 'b', before: 'FAIL', verdict: 'PASS' },
    { control: 'c', before: null, verdict: 'PASS' },
  ]);
  assert.deepEqual(changedVerdicts(before, before), []);
});

test('verdicts are told once, then only when one changes, and a package with them holds', async (t) => {
  const house = await openHouse();
  t.after(() => house.close());
  const { clock, log, evidence } = house;
  const from = timestamp(clock.now());
  const all = async () => log.search({ kinds: ['controls.judged'], limit: 10 });
  const people = await enrolTwo(house);
  const first = await evidence.judge();
  assert.equal(first, (await evidence.verdicts()).results.length);
  assert.equal(await evidence.judge(), 0);
  assert.equal((await all()).length, 1);

  clock.advance(MINUTE_MS);
  await carryOut(house, people, PAYMENTS);
  const identity = (await log.view()).named('identity', 'payments-api')?.id ?? '';
  await house.revocation.lock({ kind: 'identity', id: identity }, 'drill', people.ada.id);
  const changed = await evidence.judge();
  assert.ok(changed > 0 && changed < first, `${changed} of ${first}`);
  const [newest] = await all();
  assert.ok(newest);
  const { body } = decodeEntry(newest.index, newest.leaf, newest.body);
  const data = body?.data as EntryData['controls.judged'];
  assert.equal(data.changed.length, changed);
  const standing = Object.fromEntries(
    (await evidence.verdicts()).results.map(({ control, verdict }) => [control, verdict]),
  );
  assert.deepEqual(data.verdicts, standing);

  const [one] = data.changed;
  assert.ok(one?.before);
  const history = (await evidence.history()).get(one.control);
  assert.deepEqual(
    history?.map(({ before, verdict }) => ({ before, verdict })),
    [
      { before: one.before, verdict: one.verdict },
      { before: null, verdict: one.before },
    ],
  );
  assert.equal((await evidence.history(newest.index)).get(one.control)?.length, 1);

  clock.advance(MINUTE_MS);
  const bytes = await buildBytes({ evidence }, { from, to: timestamp(clock.now()) });
  assert.equal((await verifyPackage(bytes, { keys: [house.vkey] })).exitCode, 0);
});

test('of two that judge at once one tells', async (t) => {
  const house = await openHouse();
  t.after(() => house.close());
  await enrolTwo(house);
  const verdicts = await house.evidence.verdicts();
  // Both have read what stood before either says anything: the race that a lucky order would not show.
  const { promise: bothRead, resolve } = Promise.withResolvers<void>();
  let reads = 0;
  const log: typeof house.log = {
    ...house.log,
    commit: (work) => house.log.commit(work),
    async search(query) {
      const found = await house.log.search(query);
      reads += 1;
      if (reads === 2) resolve();
      await bothRead;
      return found;
    },
  };
  const judge = () => recordVerdicts({ database: house.database, log }, verdicts);
  const outcomes = await Promise.allSettled([judge(), judge()]);
  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  const lost = outcomes.find((outcome) => outcome.status === 'rejected');
  assert.equal(lost?.reason.code, 'conflict');
  const { length } = await house.log.search({ kinds: ['controls.judged'], limit: 10 });
  assert.equal(length, 1);
});
