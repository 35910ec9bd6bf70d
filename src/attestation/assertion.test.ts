import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { describeEngines } from '../../test/support/engines.ts';
import type { Database } from '../store/index.ts';
import { checkAudience, consumeAssertion, readAssertion } from './assertion.ts';

const OURS = ['https://us.example', 'https://us.example/oauth/token'];
const START = new Date('2026-03-03T09:00:00.000Z');
const later = (seconds: number): Date => new Date(START.getTime() + seconds * 1000);

describe('an assertion’s audience', () => {
  for (const aud of OURS) {
    test(`${aud} is us, alone or in a list of one`, () => {
      checkAudience({ aud }, OURS);
      checkAudience({ aud: [aud] }, OURS);
    });
  }
  const BAD: unknown[] = [
    undefined,
    [],
    '',
    'https://us.example/',
    [...OURS],
    [OURS[0], OURS[0]],
    [[OURS[0]]],
    7,
  ];
  for (const aud of BAD) {
    test(`${JSON.stringify(aud)} is not`, () => {
      assert.throws(() => checkAudience({ aud: aud as string }, OURS), { code: 'invalid_client' });
    });
  }
});

test('what is no JWT, and what is too long to be looked at, is refused', () => {
  for (const text of ['', '.', '..', 'a.b', 'a.b.c.d.e', `${'a'.repeat(20_000)}.b.c`, '{}'])
    assert.throws(() => readAssertion(text), { code: 'invalid_client' });
});

describeEngines('assertions that may be shown once', (engine) =>
  describe('on this engine', () => {
    let database: Database;
    before(async () => {
      database = await engine.open();
    });
    after(() => database.close());

    const show = (client: string, name: string, at = START, ends = '2026-03-03T09:05:00.000Z') =>
      database.transaction((tx) => consumeAssertion(tx, { client, once: { name, ends } }, at));
    const kept = async () =>
      (await database.db.selectFrom('client_assertion').select('hash').execute()).length;

    test('are: by their client and name, whoever else has that name', async () => {
      await show('spiffe://td/a', 'x');
      await show('spiffe://td/b', 'x');
      await show('spiffe://td/a', 'y');
      await assert.rejects(show('spiffe://td/a', 'x'), { code: 'invalid_client' });
    });

    test('of many at one moment, one is taken', async () => {
      const tries = await Promise.allSettled(Array.from({ length: 8 }, () => show('spiffe://td/c', 'x')));
      assert.equal(tries.filter(({ status }) => status === 'fulfilled').length, 1);
    });

    test('client and name do not run together', async () => {
      await show('spiffe://td/d', 'e');
      await show('spiffe://td/de', '');
    });

    test('a transaction that fails has shown nothing', async () => {
      const shown = { client: 'spiffe://td/f', once: { name: 'x', ends: '2026-03-03T09:05:00.000Z' } };
      const failing = database.transaction(async (tx) => {
        await consumeAssertion(tx, shown, START);
        throw new Error('later on');
      });
      await assert.rejects(failing, /later on/);
      await show('spiffe://td/f', 'x');
    });

    test('those that ended are let go', async () => {
      assert.ok((await kept()) > 1);
      await show('spiffe://td/g', 'x', later(301), '2026-03-03T09:10:00.000Z');
      assert.equal(await kept(), 1);
    });

    test('one that may be shown again leaves nothing behind', async () => {
      const before = await kept();
      await database.transaction((tx) =>
        consumeAssertion(tx, { client: 'spiffe://td/h', once: null }, START),
      );
      assert.equal(await kept(), before);
    });
  }),
);
