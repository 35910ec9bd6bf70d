import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { sql } from 'kysely';
import {
  type Body,
  canonicalize,
  decodeEntry,
  emptyState,
  fold,
  fromBase64,
  isSnapshotOf,
  leafHash,
  parseCheckpoint,
  parseNote,
  parseVerifierKey,
  ROW_TABLES,
  snapshotOf,
  treeRoot,
  utf8,
  verifyConsistency,
  verifyInclusion,
  verifyNote,
} from '#verifier';
import {
  agentJoined,
  findingOpened,
  granted,
  lockLifted,
  lockPlaced,
  sessionEnded,
  tokenCreated,
} from '../../../test/support/drafts.ts';
import { describeEngines } from '../../../test/support/engines.ts';
import { testSigner } from '../../../test/support/log-signer.ts';
import { manualClock } from '../../kernel/index.ts';
import { type Appended, type Database, type Log, openLog, type Receipt, type View } from '../index.ts';

const signer = testSigner();

async function checkReceipt(log: Log, receipt: Receipt): Promise<void> {
  const note = parseNote(utf8(receipt.checkpoint));
  assert.equal((await verifyNote(note, [parseVerifierKey(log.verifierKey)])).length, 1);
  const { size, root } = parseCheckpoint(note.text);
  const proof = receipt.proof.map(fromBase64);
  assert.ok(verifyInclusion(receipt.index, size, leafHash(fromBase64(receipt.leaf)), proof, root));
}

/** Grants unless the identity is locked: the shape of every decision on an identity. */
const grantUnlessLocked = (identity: string) => (view: View) => {
  const locked = [...view.rows('lock').values()].some(
    ({ target, lifted }) => target.id === identity && lifted === null,
  );
  return locked ? { drafts: [], result: 'refused' } : { drafts: [granted(identity)], result: 'granted' };
};

describeEngines('the log', (engine) => {
  let database: Database;
  let log: Log;
  before(async () => {
    database = await engine.open();
    log = await openLog({ database, signer });
  });

  test('a new log begins with a snapshot of nothing', async () => {
    const first = await log.entry(0);
    assert.ok(first?.body);
    const { body, leaf } = decodeEntry(0, first.leaf, first.body);
    assert.equal(leaf.kind, 'snapshot');
    assert.deepEqual(body?.data, snapshotOf(emptyState(), leaf.time));
  });

  test('a commit hands back receipts that a stranger can check, and its rows stand', async () => {
    const { appended, receipt } = await log.append([lockPlaced('lok_a', 'idn_a'), sessionEnded('per_a')]);
    assert.equal(appended.length, 2);
    await checkReceipt(log, receipt(0));
    await checkReceipt(log, receipt(1));
    assert.equal((await log.view()).rows('lock').get('lok_a')?.entry, appended[0]?.index);
    assert.equal((await log.row('lock', 'lok_a'))?.lifted, null);
    await log.append([lockLifted('lok_a')]);
    assert.notEqual((await log.row('lock', 'lok_a'))?.lifted, null);
  });

  test('a database holds one log: another key is refused', async () => {
    await assert.rejects(openLog({ database, signer: testSigner() }), { code: 'data_damaged' });
  });

  test('many writers at once: no gap, no fork, every receipt holds', async () => {
    const from = (await log.head()).size;
    const commits = await Promise.all(
      Array.from({ length: 600 }, (_, i) => log.append([sessionEnded(`per_${i}`)])),
    );
    const indices = commits
      .flatMap(({ appended }) => appended.map(({ index }) => index))
      .sort((a, b) => a - b);
    assert.deepEqual(
      indices,
      Array.from({ length: 600 }, (_, i) => from + i),
    );
    for (const { receipt } of commits.filter((_, i) => i % 37 === 0)) await checkReceipt(log, receipt(0));
  });

  test('proofs for any entry and any two sizes, from stored tiles', async () => {
    const { size, root } = await log.head();
    assert.ok(size > 600);
    for (const index of [0, 1, 255, 256, 511, 512, size - 1]) {
      const entry = await log.entry(index);
      assert.ok(entry && verifyInclusion(index, size, entry.leafHash, await log.inclusion(index), root));
    }
    const rootAt = async (at: number) => {
      const hashes: Uint8Array[] = [];
      for await (const { leafHash: hash } of log.entries(0, at)) hashes.push(hash);
      return treeRoot(hashes);
    };
    for (const from of [1, 255, 256, 300, 512, size]) {
      assert.ok(verifyConsistency(from, size, await log.consistency(from), await rootAt(from), root));
    }
    await assert.rejects(log.inclusion(size), { code: 'not_found' });
    await assert.rejects(log.consistency(1, size + 1), { code: 'not_found' });
  });

  test('a decision that a lock overtook is taken again', async () => {
    const [, late] = await Promise.all([
      log.append([lockPlaced('lok_b', 'idn_b')]),
      log.commit({ decide: grantUnlessLocked('idn_b') }),
    ]);
    assert.equal(late.result, 'refused');
    const [early] = await Promise.all([
      log.commit({ decide: grantUnlessLocked('idn_c') }),
      log.append([lockPlaced('lok_c', 'idn_c')]),
    ]);
    assert.equal(early.result, 'granted');
  });

  test('a one-time token is used once, whoever else tries at the same moment', async () => {
    const secret = new Uint8Array(32).fill(7);
    await log.commit({
      decide: () => ({ drafts: [tokenCreated('tok_a')], result: undefined }),
      beside: async (tx) => {
        await tx.insertInto('join_token').values({ id: 'tok_a', hash: secret, used_at: null }).execute();
      },
    });
    const join = (agent: string) =>
      log.commit({
        decide: () => ({ drafts: [agentJoined(agent, 'tok_a')], result: agent }),
        async consume(tx) {
          const used = tx.updateTable('join_token').set({ used_at: 'now' }).where('hash', '=', secret);
          const { numUpdatedRows } = await used.where('used_at', 'is', null).executeTakeFirstOrThrow();
          if (numUpdatedRows !== 1n) throw new Error('token is used');
        },
      });
    const outcomes = await Promise.allSettled(['agt_1', 'agt_2', 'agt_3'].map(join));
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected', 'rejected']);
    const { usedBy } = (await log.row('token', 'tok_a')) ?? {};
    assert.equal((await log.rows('agent')).length, 1);
    assert.equal((await log.rows('agent'))[0]?.id, usedBy);
  });

  test('what fails beside the log leaves no entry', async () => {
    const { size } = await log.head();
    const work = {
      decide: () => ({ drafts: [sessionEnded('per_x')], result: 0 }),
      beside: () => Promise.reject(new Error('no')),
    };
    await assert.rejects(log.commit(work), /^Error: no$/);
    assert.equal((await log.head()).size, size);
  });

  const poison = [
    {
      name: 'a NUL character',
      drafts: () => [sessionEnded('per_n', 'a\u0000b')],
      error: { code: 'bad_request' },
    },
    {
      name: 'a lone surrogate',
      drafts: () => [sessionEnded('per_n', '\ud800')],
      error: { code: 'bad_request' },
    },
    {
      name: 'a leaf over 1 KiB',
      drafts: () => [sessionEnded('p'.repeat(1_100))],
      error: { code: 'bad_request' },
    },
    {
      name: 'a body over 1 MiB',
      drafts: () => [sessionEnded('per_n', 'x'.repeat(1 << 20))],
      error: { code: 'body_too_large' },
    },
    {
      name: 'a time that is none',
      drafts: () => [{ ...sessionEnded('per_n'), occurred: 'yesterday' }],
      error: { code: 'invalid_time' },
    },
    {
      name: 'a key that only the database refuses',
      drafts: () =>
        [
          findingOpened(
            Array.from({ length: 3_000 }, (_, i) =>
              String.fromCodePoint(0x4e00 + ((i * 7919) % 20_000)),
            ).join(''),
            'x',
          ),
        ].map((draft) => ({ ...draft, subject: '' })),
      error: { code: '54000' },
    },
    {
      name: 'a decision that throws',
      drafts: () => {
        throw new Error('undecided');
      },
      error: { message: 'undecided' },
    },
    {
      name: 'an opening that opens nothing',
      drafts: () => [
        {
          ...sessionEnded('per_n'),
          openings: [{ commitment: 'ab'.repeat(32), salt: 'A'.repeat(22), value: 'x' }],
        },
      ],
      error: { code: 'internal' },
    },
  ];
  for (const { name, drafts, error } of poison) {
    test(`a poisoned item fails alone: ${name}`, async () => {
      const { size } = await log.head();
      const [before, poisoned, behind] = await Promise.allSettled([
        log.append([sessionEnded('per_1')]),
        log.commit({ decide: () => ({ drafts: drafts(), result: 0 }) }),
        log.append([sessionEnded('per_2')]),
      ]);
      assert.equal(before.status, 'fulfilled');
      assert.equal(behind.status, 'fulfilled');
      assert.equal(poisoned.status, 'rejected');
      for (const [key, value] of Object.entries(error)) assert.equal(poisoned.reason[key], value);
      assert.equal((await log.head()).size, size + 2);
    });
  }

  test('listeners hear of every entry once and in order, from both replicas', async () => {
    const other = await openLog({ database: await engine.openAgain(), signer });
    const heard: number[] = [];
    const { size } = await log.head();
    await log.refresh();
    const stop = log.onAppend((entries: Appended[]) => heard.push(...entries.map(({ index }) => index)));
    const broken = log.onAppend(() => {
      throw new Error('a listener of ill will');
    });
    await Promise.all(
      Array.from({ length: 60 }, (_, i) => (i % 2 ? log : other).append([sessionEnded(`per_${i}`)])),
    );
    await other.append([lockPlaced('lok_other', 'idn_other')]);
    await log.refresh();
    assert.ok((await log.view()).rows('lock').has('lok_other'));
    stop();
    broken();
    await other.close();
    assert.deepEqual(
      heard,
      Array.from({ length: 61 }, (_, i) => size + i),
    );
  });

  test('a replica decides on what the other one locked', async () => {
    const other = await openLog({ database: await engine.openAgain(), signer });
    await other.append([lockPlaced('lok_d', 'idn_d')]);
    assert.equal((await log.commit({ decide: grantUnlessLocked('idn_d') })).result, 'refused');
    await other.close();
  });

  test('a snapshot is the digest of the fold over all entries before it', async () => {
    const { index, time, leaf, body } = await log.snapshot();
    const state = await foldOf(index);
    const { occurred, data } = decodeEntry(index, leaf, body).body ?? {};
    assert.ok(occurred !== undefined && occurred <= time);
    assert.deepEqual(data, snapshotOf(state, occurred));
    for (const table of ROW_TABLES) {
      const folded = [...state.tables[table].values()].map((row) => canonicalize(row)).sort();
      assert.deepEqual((await log.rows(table)).map((row) => canonicalize(row)).sort(), folded, table);
    }
  });

  const foldOf = async (size: number) => {
    const state = emptyState();
    for await (const entry of log.entries(0, size)) {
      assert.ok(entry.body);
      fold(state, decodeEntry(entry.index, entry.leaf, entry.body));
    }
    return state;
  };

  test('a snapshot is of one size while others go on appending, over rows of several pages', async () => {
    const many = (name: string) =>
      Array.from({ length: 700 }, (_, i) => lockPlaced(`lok_${name}_${i}`, `idn_${name}_${i}`));
    await log.append([...many('before'), ...Array.from({ length: 700 }, () => granted('idn_s'))]);
    const { size } = await log.head();
    const taking = log.snapshot();
    await log.append([...many('while'), lockLifted('lok_before_3')]);
    const { index, leaf, body } = await taking;
    const { occurred, data } = decodeEntry(index, leaf, body).body as Body<'snapshot'>;
    assert.ok(index > size, 'it came after what was appended meanwhile');
    assert.equal(data.size, size);
    assert.ok(isSnapshotOf(data, await foldOf(size), occurred));
    assert.ok(!isSnapshotOf(data, await foldOf(index), occurred));
  });

  test('two replicas that take a snapshot at once: each is of every entry up to the one before it', async () => {
    const other = await openLog({ database: await engine.openAgain(), signer });
    const { size } = await log.head();
    const taken = await Promise.all([log, other, log, other].map((each) => each.snapshot()));
    assert.ok(taken.every(({ index }) => index >= size));
    let before = -1;
    for (const { index } of (await log.search({ kinds: ['snapshot'], limit: 100 })).reverse()) {
      const entry = await log.entry(index);
      assert.ok(entry?.body);
      const { data } = decodeEntry(index, entry.leaf, entry.body).body as Body<'snapshot'>;
      assert.ok(data.size > before && data.size <= index);
      before = index;
    }
    await other.close();
  });

  test('search finds by kind, subject and actor, newest first, page by page', async () => {
    const { appended } = await log.append([
      sessionEnded('per_s'),
      sessionEnded('per_s'),
      sessionEnded('per_s'),
    ]);
    const page = await log.search({ subject: 'per_s', kinds: ['session.ended'], actor: 'per_s', limit: 2 });
    assert.deepEqual(
      page.map(({ index }) => index),
      [appended[2]?.index, appended[1]?.index],
    );
    const rest = await log.search({ subject: 'per_s', before: page[1]?.index ?? 0, limit: 9 });
    assert.deepEqual(
      rest.map(({ index }) => index),
      [appended[0]?.index],
    );
  });

  test('a long export keeps nobody from writing', async () => {
    let appendedMeanwhile = 0;
    let read = 0;
    const { size } = await log.head();
    for await (const { index } of log.entries(0, size)) {
      assert.equal(index, read);
      read += 1;
      if (index % 300 === 0) appendedMeanwhile += (await log.append([sessionEnded('per_x')])).appended.length;
    }
    assert.equal(read, size);
    assert.ok(appendedMeanwhile > 2);
  });

  test('a parameter that is no value of its type fails alone, and the engine goes on', async () => {
    await assert.rejects(sql`select ${'not a number'}::bigint + 1`.execute(database.db), { code: /^22/ });
    assert.ok((await log.head()).size > 0);
  });

  test('neither entries nor bodies can be changed or removed; the owner may erase a body', async () => {
    for (const table of ['entry', 'body', 'tile'] as const) {
      const name = sql.table(table);
      await assert.rejects(sql`delete from ${name}`.execute(database.db), { code: '42501' });
      await assert.rejects(sql`truncate ${name}`.execute(database.db), { code: '42501' });
      await assert.rejects(sql`update ${name} set idx = idx + 1`.execute(database.db), { code: '42501' });
    }
    const { appended } = await log.append([sessionEnded('per_e')]);
    const index = appended[0]?.index ?? -1;
    await database.ownerTransaction(async (tx) => {
      await sql`set local muniment.erase = 'on'`.execute(tx);
      await tx.deleteFrom('body').where('idx', '=', index).execute();
    });
    assert.equal((await log.entry(index))?.body, null);
  });
});

describeEngines('time in the log', (engine) => {
  const clock = manualClock('2026-03-01T00:00:00Z');
  let log: Log;
  before(async () => {
    log = await openLog({ database: await engine.open(), signer, clock });
  });

  test('rows as they were known, and as they were true', async () => {
    clock.advance(1_000);
    const first = await log.append([
      { ...findingOpened('fnd_1', 'first'), occurred: '2026-02-01T00:00:00Z' },
    ]);
    clock.advance(60_000);
    await log.append([{ ...findingOpened('fnd_1', 'second'), occurred: '2026-02-20T00:00:00Z' }]);
    const titleWhen = async (when: Parameters<Log['row']>[2]) =>
      (await log.row('finding', 'fnd_1', when))?.title;
    const known = (first.appended[0]?.index ?? 0) + 1;
    assert.equal(await titleWhen({}), 'second');
    assert.equal(await titleWhen({ knownAt: known }), 'first');
    assert.equal(await titleWhen({ knownAt: String(known) }), 'first');
    assert.equal(await titleWhen({ knownAt: known - 1 }), undefined);
    assert.equal(await titleWhen({ knownAt: '2026-03-01T00:00:30Z' }), 'first');
    assert.equal(await titleWhen({ asOf: '2026-02-10T00:00:00+00:00' }), 'first');
    assert.equal(await titleWhen({ asOf: '2026-02-21T00:00:00Z' }), 'second');
    assert.equal(await titleWhen({ asOf: '2026-02-21T00:00:00Z', knownAt: known }), 'first');
    assert.equal(await titleWhen({ asOf: '2026-01-31T23:59:59Z' }), undefined);
    await assert.rejects(titleWhen({ asOf: 'soon' }), { code: 'invalid_time' });
    await assert.rejects(titleWhen({ knownAt: -1 }), { code: 'invalid_time' });
  });

  test('the size at a moment is the first index at or after it', async () => {
    const { size, time } = await log.head();
    assert.equal(await log.sizeAt('2020-01-01T00:00:00Z'), 0);
    assert.equal(await log.sizeAt(time), size - 1);
    assert.equal(await log.sizeAt('2099-01-01T00:00:00Z'), size);
  });

  test('a clock that jumps back is told of once, and leaf times never go back', async () => {
    const { time, size } = await log.head();
    clock.advance(-3_600_000);
    const first = await log.append([sessionEnded('per_1')]);
    const second = await log.append([sessionEnded('per_2')]);
    assert.equal(first.appended[0]?.time, time);
    assert.equal(second.appended[0]?.time, time);
    const [jump] = await log.search({ kinds: ['clock.jumped'], limit: 9 });
    assert.equal(jump?.index, size);
    assert.equal((await log.head()).size, size + 3);
    clock.advance(3_600_000 + 1);
    assert.ok((await log.append([sessionEnded('per_3')])).appended.every((entry) => entry.time > time));
  });

  test('refusals that could not be recorded are told of afterwards', async () => {
    log.noteUnrecorded();
    log.noteUnrecorded();
    await log.refresh();
    const [gap] = await log.search({ kinds: ['log.gap'], limit: 9 });
    assert.ok(gap?.body);
    const { body } = decodeEntry(gap.index, gap.leaf, gap.body);
    assert.ok(body !== null && 'refusals' in body.data);
    assert.equal(body.data.refusals, 2);
    await log.refresh();
    assert.equal((await log.search({ kinds: ['log.gap'], limit: 9 })).length, 1);
  });
});
