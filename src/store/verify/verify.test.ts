import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { before, test } from 'node:test';
import { type RawBuilder, sql } from 'kysely';
import { openingOf } from '#verifier';
import {
  findingOpened,
  granted,
  lockLifted,
  lockPlaced,
  sessionEnded,
} from '../../../test/support/drafts.ts';
import { describeEngines } from '../../../test/support/engines.ts';
import { testSigner } from '../../../test/support/log-signer.ts';
import { type Database, openLog, verifyRows } from '../index.ts';

const opening = openingOf('Ada Example', randomBytes(16));

/** What somebody with the owner's rights and ill will can do, and what it must be called. */
const edits: Array<{ name: string; edit: RawBuilder<unknown>; undo: RawBuilder<unknown>; expect: RegExp }> = [
  {
    name: 'an edited row',
    edit: sql`update row_lock set data = jsonb_set(data, '{reason}', '"other"') where known_to is null`,
    undo: sql`update row_lock set data = jsonb_set(data, '{reason}', '"test"')`,
    expect: /^lock `lok_a` of entry 2: was edited$/,
  },
  {
    name: 'an edited version of long ago',
    edit: sql`update row_lock set data = jsonb_set(data, '{actor}', '"other"') where known_to is not null`,
    undo: sql`update row_lock set data = jsonb_set(data, '{actor}', '"sys"')`,
    expect: /^lock `lok_a` of entry 1: was edited$/,
  },
  {
    name: 'a missing row',
    edit: sql`update row_credential set known_from = known_from + 1000`,
    undo: sql`update row_credential set known_from = known_from - 1000`,
    expect: /^credential `3` of entry 3: is missing\ncredential `3` of entry 1003: lies outside the log$/,
  },
  {
    name: 'a row that nothing made',
    edit: sql`insert into row_finding select 'fnd_forged', 1, null, valid_from, data from row_finding limit 1`,
    undo: sql`delete from row_finding where key = 'fnd_forged'`,
    expect: /^finding `fnd_forged` of entry 1: follows from no entry$/,
  },
  {
    name: 'a row from before the log',
    edit: sql`insert into row_finding select 'fnd_forged', -5, null, valid_from, data from row_finding limit 1`,
    undo: sql`delete from row_finding where key = 'fnd_forged'`,
    expect: /^finding `fnd_forged` of entry -5: lies outside the log$/,
  },
  {
    name: 'a row that is hidden',
    edit: sql`update row_credential set known_to = 4`,
    undo: sql`update row_credential set known_to = null`,
    expect: /^credential `3` of entry 3: ended, and no entry ends it$/,
  },
  {
    name: 'an ended version that stands again',
    edit: sql`update row_lock set known_to = 5 where known_from = 1`,
    undo: sql`update row_lock set known_to = 2 where known_from = 1`,
    expect: /^lock `lok_a` of entry 1: does not end at entry 2$/,
  },
  {
    name: 'a time that was moved',
    edit: sql`update row_finding set valid_from = '2020-01-01T00:00:00.000Z'`,
    undo: sql`update row_finding set valid_from = '2026-01-01T00:00:00.000Z'`,
    expect: /^finding `fnd_a` of entry 4: has an edited time$/,
  },
  {
    name: 'an edited opening',
    edit: sql`update opening set value = 'Eve Example'`,
    undo: sql`update opening set value = 'Ada Example'`,
    expect: /^opening `[0-9a-f]{64}`: does not open its commitment$/,
  },
  {
    name: 'an edited column of an entry',
    edit: sql`update entry set subject = 'idn_other' where idx = 3`,
    undo: sql`update entry set subject = 'idn_a' where idx = 3`,
    expect: /^entry 3: column subject is not the leaf's$/,
  },
  {
    name: 'an edited leaf',
    edit: sql`update entry set leaf = set_byte(leaf, 3, get_byte(leaf, 3) # 1) where idx = 5`,
    undo: sql`update entry set leaf = set_byte(leaf, 3, get_byte(leaf, 3) # 1) where idx = 5`,
    expect:
      /^entry 5: its leaf does not hash to the stored leaf hash\nentry 5: .*\nlog head: its root is not that of the entries$/,
  },
  {
    name: 'an edited body',
    edit: sql`update body set bytes = set_byte(bytes, 3, get_byte(bytes, 3) # 1) where idx = 5`,
    undo: sql`update body set bytes = set_byte(bytes, 3, get_byte(bytes, 3) # 1) where idx = 5`,
    expect: /^entry 5: its body is not the one that the leaf names$/,
  },
  {
    name: 'an entry that is missing',
    edit: sql`update entry set idx = 1005 where idx = 5`,
    undo: sql`update entry set idx = 5 where idx = 1005`,
    expect:
      /^entry 5: is missing\nlog head: its root is not that of the entries\nentry `` of entry 1005: lies outside the log$/,
  },
  {
    name: 'a head that forgets its last entry',
    edit: sql`update log_head set size = size - 1`,
    undo: sql`update log_head set size = size + 1`,
    expect: /^log head: its root is not that of the entries\nentry `` of entry 5: lies outside the log$/,
  },
];

describeEngines('verification of rows', (engine) => {
  let database: Database;
  before(async () => {
    database = await engine.open();
    const log = await openLog({ database, signer: testSigner() });
    await log.append([lockPlaced('lok_a', 'idn_a'), lockLifted('lok_a'), granted('idn_a')]);
    await log.append([{ ...findingOpened('fnd_a', 'title'), occurred: '2026-01-01T00:00:00Z' }]);
    await log.append([{ ...sessionEnded('per_a'), openings: [opening] }]);
    await log.close();
  });

  const problems = async () => (await verifyRows(database)).problems.map(({ what }) => what).join('\n');

  /** As the owner who switches the guard off: the trigger is a guard, not a control. */
  const asVandal = (statement: RawBuilder<unknown>) =>
    database.ownerTransaction(async (tx) => {
      for (const on of [false, true]) {
        if (on) await statement.execute(tx);
        const action = sql.raw(on ? 'enable' : 'disable');
        await sql`alter table entry ${action} trigger user`.execute(tx);
        await sql`alter table body ${action} trigger user`.execute(tx);
      }
    });

  test('what nobody touched holds', async () => {
    assert.deepEqual(await verifyRows(database), { size: 6, unchecked: 0, problems: [] });
  });

  for (const { name, edit, undo, expect } of edits) {
    test(`finds ${name}`, async () => {
      await asVandal(edit);
      assert.match(await problems(), expect);
      await asVandal(undo);
      assert.equal(await problems(), '');
    });
  }

  test('an erased body is counted, and what followed from it believed', async () => {
    await asVandal(sql`delete from body where idx = 4`);
    assert.deepEqual(await verifyRows(database), { size: 6, unchecked: 1, problems: [] });
  });
});
