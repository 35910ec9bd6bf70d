import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { parseNote, parseWitnessKey, utf8, verifyCosignatures } from '#verifier';
import { sessionEnded } from '../../test/support/drafts.ts';
import { testSigner } from '../../test/support/log-signer.ts';
import { type Mischief, TestWitness } from '../../test/support/witness.ts';
import { type Clock, type MunimentError, systemClock } from '../kernel/index.ts';
import { type Database, type Log, openDatabase, openLog } from '../store/index.ts';
import { createWitnesses, largestKnown, readWitnesses, WITNESS_REFUSED, type Witnesses } from './index.ts';
import { requestBody, sizeIn } from './submit.ts';

const PAUSE_MS = 20;
const WAIT_MS = 30_000;

/** The checkpoint's text in a request. */
const textIn = (sent: string) => `${sent.slice(sent.indexOf('\n\n') + 2).split('\n\n')[0]}\n`;

class MovableClock implements Clock {
  aheadMs = 0;
  now = () => new Date(systemClock.now().getTime() + this.aheadMs);
}

async function until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + WAIT_MS;
  while (!(await isSo())) {
    assert.ok(Date.now() < deadline, `never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

describe('witnesses', () => {
  let folder: string;
  let database: Database;
  let log: Log;
  let witness: TestWitness;
  let clock: MovableClock;
  let faults: unknown[];
  const signer = testSigner();
  const closers: Array<() => unknown> = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'muniment-witness-'));
    clock = new MovableClock();
    faults = [];
    database = await openDatabase({ memory: true });
    log = await openLog({ database, signer });
    witness = await TestWitness.start(folder);
    witness.logs.set(log.origin, log.verifierKey);
    closers.push(
      () => rmSync(folder, { recursive: true }),
      () => database.close(),
      () => log.close(),
    );
    closers.push(() => witness.close());
  });
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
    assert.deepEqual(faults, []);
  });

  const named = (...all: TestWitness[]) =>
    readWitnesses(all.map(({ url, verifierKey }, i) => ({ name: `w${i + 1}`, url, verifierKey })));

  function started(...all: TestWitness[]): Witnesses {
    const witnesses = createWitnesses({ database, log, clock, witnesses: named(...all), pauseMs: PAUSE_MS });
    closers.push(witnesses.start((fault) => faults.push(fault)));
    return witnesses;
  }
  const statusOf = async (witnesses: Witnesses) => (await witnesses.status())[0] ?? assert.fail('no witness');
  const ends = (witnesses: Witnesses, outcome: string) =>
    until(outcome, async () => (await statusOf(witnesses)).outcome === outcome);
  const grow = (count: number) =>
    log.append(Array.from({ length: count }, (_, i) => sessionEnded(`per_${i}`)));
  const findings = async () => (await log.rows('finding')).filter(({ rule }) => rule === WITNESS_REFUSED);
  /** Another log of the same key and name, as one who rewrites would have it. */
  async function fork(entries: number): Promise<Log> {
    const other = await openDatabase({ memory: true });
    const forked = await openLog({ database: other, signer });
    closers.push(
      () => other.close(),
      () => forked.close(),
    );
    for (let i = 1; i < entries; i += 1) await forked.append([sessionEnded(`per_other${i}`)]);
    return forked;
  }

  test('every tree is cosigned soon after it grew; what is kept holds under the key and outlives a restart', async () => {
    const witnesses = started(witness);
    await grow(300);
    const { size } = await log.head();
    await until('all cosigned', async () => (await statusOf(witnesses)).size === size);
    const kept = (await witnesses.newest()) ?? assert.fail('nothing kept');
    const note = parseNote(utf8(kept.note));
    assert.equal((await verifyCosignatures(note, [parseWitnessKey(witness.verifierKey)])).length, 1);
    const { checkpoint } = await log.head();
    assert.equal(checkpoint + (await witnesses.lines(checkpoint)), kept.note);
    const again = createWitnesses({ database, log, clock, witnesses: named(witness) });
    assert.deepEqual(await again.newest(), kept);
    assert.deepEqual(
      (await again.status()).map(({ behind, outcome }) => [behind, outcome]),
      [[0, null]],
    );
    assert.equal(witness.atOnceMost, 1);
  });

  test('a witness that is behind, or that was away and restarted, is brought on from where it is', async () => {
    const witnesses = started(witness);
    await ends(witnesses, 'cosigned');
    const { port } = witness;
    await witness.close();
    await grow(5);
    await ends(witnesses, 'unreachable');
    assert.equal((await statusOf(witnesses)).behind, 5);
    witness = await TestWitness.start(folder, 'witness.example/test', port);
    witness.logs.set(log.origin, log.verifierKey);
    clock.aheadMs += 60_000;
    await ends(witnesses, 'cosigned');
    assert.equal((await statusOf(witnesses)).behind, 0);
    assert.equal(witness.requests, 1);
  });

  test('a server that does not know what a witness knows is told by it, and goes on', async () => {
    await ends(started(witness), 'cosigned');
    await database.transaction((tx) => tx.deleteFrom('cosignature').execute());
    await grow(3);
    await ends(started(witness), 'cosigned');
    assert.equal(witness.stateOf(log.origin)?.size, (await log.head()).size);
  });

  for (const [name, size] of [
    ['larger', 6],
    ['smaller', 3],
    ['as large', 5],
  ] as const) {
    test(`a witness that saw another log, ${name}, refuses; a finding says so once, and closes when it goes on`, async () => {
      const seen = createWitnesses({
        ...{ database: await memory(), clock },
        log: await fork(size),
        witnesses: named(witness),
      });
      assert.equal((await seen.cosigned(0))?.cosignatures, 1);
      await grow(4);
      assert.equal((await log.head()).size, 5);
      const witnesses = started(witness);
      const outcome = size > 5 ? 'ahead' : 'refused';
      await until('a finding', async () => (await findings()).length > 0);
      assert.equal((await statusOf(witnesses)).outcome, outcome);
      assert.equal(await witnesses.newest(), undefined);
      const { requests } = witness;
      clock.aheadMs += 3_600_000;
      await until('asked again', () => witness.requests > requests);
      assert.equal((await findings()).length, 1);
      witness.mischief = (body, response) => {
        response.end(witness.cosign(textIn(body)));
        return true;
      };
      clock.aheadMs += 3_600_000;
      await until('closed', async () => (await findings()).every(({ closed }) => closed !== null));
    });
  }

  async function memory(): Promise<Database> {
    const other = await openDatabase({ memory: true });
    closers.push(() => other.close());
    return other;
  }

  const answering =
    (status: number, body: string | ((sent: string) => string), type = 'text/plain'): Mischief =>
    (sent, response) => {
      response.writeHead(status, { 'content-type': type });
      response.end(typeof body === 'string' ? body : body(sent));
      return true;
    };

  const lies: ReadonlyArray<[name: string, outcome: string, mischief: Mischief]> = [
    [
      'a cosignature over another tree',
      'bad_answer',
      answering(200, (sent) => witness.cosign(textIn(sent).replace(/^\d+$/m, '77'))),
    ],
    ['no line at all', 'bad_answer', answering(200, '')],
    ['a line of somebody else', 'bad_answer', answering(200, `— other.example ${'A'.repeat(96)}\n`)],
    ['a note of its own', 'bad_answer', answering(200, (sent) => `\nx\n\n${witness.cosign(textIn(sent))}`)],
    ['what is no text', 'bad_answer', answering(200, '\u0000\u0001')],
    [
      'another size at each try',
      'bad_answer',
      (sent, response) =>
        answering(
          409,
          `${Number(/^old (\d+)/.exec(sent)?.[1]) === 0 ? 1 : 0}\n`,
          'text/x.tlog.size',
        )(sent, response),
    ],
    ['a conflict without a size', 'bad_answer', answering(409, 'no\n')],
    ['a redirect', 'bad_answer', answering(302, '')],
    ['that it does not know the log', 'unknown_log', answering(404, '')],
    ['that it does not know the key', 'unknown_log', answering(403, '')],
    ['an error of its own', 'unreachable', answering(503, '')],
    ['more than anybody wants', 'unreachable', answering(200, 'x'.repeat(1_000_000))],
    ['a size that no log has', 'ahead', answering(409, '9007199254740991\n', 'text/x.tlog.size')],
  ];

  test('whatever a witness answers that is no cosignature of its own is called by its name, and nothing is kept', async () => {
    for (const [name, outcome, mischief] of lies) {
      witness.mischief = mischief;
      const witnesses = createWitnesses({ database, log, clock, witnesses: named(witness) });
      assert.equal(await witnesses.cosigned(0), undefined, name);
      assert.equal((await statusOf(witnesses)).outcome, outcome, name);
      assert.equal(await witnesses.newest(), undefined, name);
    }
  });

  test('a cosignature of a time to come is not taken; a key that is not the witness’s is no help', async () => {
    witness.aheadSeconds = 2 * 3_600;
    await ends(started(witness), 'bad_answer');
    witness.aheadSeconds = 0;
    const other = await TestWitness.start(mkdtempSync(join(folder, 'other-')));
    closers.push(() => other.close());
    const [first] = named(other);
    const wrong = createWitnesses({
      ...{ database, log, clock, pauseMs: PAUSE_MS },
      witnesses: [{ ...(first ?? assert.fail()), url: witness.url }],
    });
    closers.push(wrong.start((fault) => faults.push(fault)));
    await ends(wrong, 'bad_answer');
    assert.equal(await wrong.newest(), undefined);
  });

  test('one that never answers holds up neither the log nor another witness, and has one request at a time', async () => {
    const slow = await TestWitness.start(mkdtempSync(join(folder, 'slow-')), 'witness.example/slow');
    closers.push(() => slow.close());
    slow.mischief = () => true;
    const witnesses = started(slow, witness);
    for (let i = 0; i < 5; i += 1) {
      await grow(1);
      const { size } = await log.head();
      await until('the other cosigned', async () => (await witnesses.status())[1]?.size === size);
    }
    assert.equal(slow.atOnceMost, 1);
    assert.equal((await witnesses.status())[0]?.size, 0);
  });

  test('a package’s checkpoint is the one that most cosigned, and one that fails is not asked again at once', async () => {
    const second = await TestWitness.start(mkdtempSync(join(folder, 'second-')), 'witness.example/second');
    closers.push(() => second.close());
    second.logs.set(log.origin, log.verifierKey);
    const witnesses = createWitnesses({ database, log, clock, witnesses: named(witness, second) });
    await grow(2);
    const { size } = await log.head();
    assert.deepEqual(await witnesses.cosigned(0).then((best) => [best?.size, best?.cosignatures]), [size, 2]);
    second.mischief = answering(500, '');
    await grow(1);
    const only = await witnesses.cosigned(size);
    assert.deepEqual([only?.size, only?.cosignatures], [size + 1, 1]);
    assert.deepEqual((await witnesses.cosigned(size - 1))?.cosignatures, 1);
    const { requests } = second;
    await grow(1);
    await witnesses.cosigned(0);
    assert.equal(second.requests, requests);
    assert.equal(await witnesses.cosigned(size + 100), undefined);
  });

  test('late only after a while without a cosignature that is wanted', async () => {
    witness.mischief = answering(503, '');
    const witnesses = started(witness);
    await ends(witnesses, 'unreachable');
    assert.equal((await statusOf(witnesses)).late, false);
    clock.aheadMs += 600_000;
    assert.equal((await statusOf(witnesses)).late, true);
    witness.mischief = undefined;
    await ends(witnesses, 'cosigned');
    assert.equal((await statusOf(witnesses)).late, false);
  });

  test('at the start a witness that knows more stops a log; one that knows as much, nothing, or is away does not', async () => {
    await grow(4);
    assert.equal(await largestKnown(named(witness), clock, log), undefined);
    const old = await fork(2);
    assert.deepEqual(await largestKnown(named(witness), clock, old), { who: 'the witness `w1`', size: 5 });
    await grow(1);
    assert.equal(await largestKnown(named(witness), clock, log), undefined);
    const reopened = openLog({
      database,
      signer,
      knownElsewhere: async () => ({ who: 'the witness `w1`', size: 7 }),
    });
    await assert.rejects(reopened, {
      code: 'log_ahead_of_database',
      message: /`w1` knows a log of 7 entries/,
    });
    witness.mischief = answering(500, '');
    assert.equal(await largestKnown(named(witness), clock, old), undefined);
  });
});

test('settings: a key of another type, a name or a key twice', () => {
  const key = 'witness.example/a+00000000+AAAA';
  const setting = { name: 'a', url: 'http://127.0.0.1', verifierKey: key };
  assert.throws(
    () => readWitnesses([setting]),
    (error: MunimentError) => error.code === 'bad_request',
  );
});

test('the request is the specification’s, and a size is read from nothing else', () => {
  assert.equal(requestBody(0, [], 'note\n'), 'old 0\n\nnote\n');
  const line = `${'A'.repeat(43)}=\n`;
  assert.equal(requestBody(3, [new Uint8Array(32)], 'note\n'), `old 3\n${line}\nnote\n`);
  assert.throws(() => requestBody(1, Array(64).fill(new Uint8Array(32)), 'note\n'), RangeError);
  const type = 'text/x.tlog.size';
  assert.equal(sizeIn({ status: 409, type, body: '12\n' }), 12);
  for (const body of ['12', '012\n', '-1\n', '1e3\n', '12\n\n', ''])
    assert.equal(sizeIn({ status: 409, type, body }), undefined, body);
  assert.equal(sizeIn({ status: 409, type: 'text/html', body: '12\n' }), undefined);
});
