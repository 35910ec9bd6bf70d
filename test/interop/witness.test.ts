/** Our checkpoints before a witness that is not ours: it cosigns a log that grows, and no other. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseNote, parseWitnessKey, utf8, verifyCosignatures } from '#verifier';
import { systemClock } from '../../src/kernel/index.ts';
import { type Log, openDatabase, openLog } from '../../src/store/index.ts';
import { createWitnesses, largestKnown, readWitnesses } from '../../src/witness/index.ts';
import { sessionEnded } from '../support/drafts.ts';
import { testSigner } from '../support/log-signer.ts';
import { litewitness, type Running, startLitewitness } from './litewitness.ts';
import { record } from './support.ts';

/** More than one tile's. */
const ENTRIES = 300;
const NAME = 'lite';

async function openFor(t: TestContext, signer: ReturnType<typeof testSigner>, entries: number) {
  const database = await openDatabase({ memory: true });
  const log = await openLog({ database, signer });
  t.after(async () => {
    await log.close();
    await database.close();
  });
  if (entries > 1) await grow(log, entries - 1);
  return { database, log };
}

const grow = (log: Log, count: number) =>
  log.append(Array.from({ length: count }, (_, i) => sessionEnded(`per_${i}`)));

type World = Awaited<ReturnType<typeof openFor>>;

const named = ({ url, verifierKey }: Running) => readWitnesses([{ name: NAME, url, verifierKey }]);
const room = (world: World, running: Running) =>
  createWitnesses({ ...world, clock: systemClock, witnesses: named(running) });
const outcomeOf = async (witnesses: ReturnType<typeof room>) => (await witnesses.status())[0]?.outcome;

test('litewitness cosigns our log as it grows, over a restart of its own, and refuses a rewritten one', async (t) => {
  const installed = litewitness();
  if (installed === undefined) return t.skip('needs litewitness');
  const folder = mkdtempSync(join(tmpdir(), 'muniment-lite-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const signer = testSigner();
  const world = await openFor(t, signer, 1);
  const { log } = world;
  let running = await startLitewitness(installed, folder, log);
  t.after(() => running.stop());

  const kept = [];
  for (const more of [0, 9, ENTRIES]) {
    if (more > 0) await grow(log, more);
    const cosigned = await room(world, running).cosigned(0);
    assert.equal(cosigned?.size, (await log.head()).size);
    kept.push(cosigned);
  }
  await running.stop();
  running = await startLitewitness(installed, folder, log);
  await grow(log, 1);
  kept.push(await room(world, running).cosigned(0));
  const key = parseWitnessKey(running.verifierKey);
  for (const cosigned of kept) {
    const note = parseNote(utf8(cosigned?.note ?? ''));
    assert.equal((await verifyCosignatures(note, [key])).length, 1);
  }

  const { size } = await log.head();
  const behind = await openFor(t, signer, 2);
  assert.equal((await largestKnown(named(running), systemClock, behind.log))?.size, size);
  assert.equal(await largestKnown(named(running), systemClock, log), undefined);
  for (const entries of [size, size + 1]) {
    const witnesses = room(await openFor(t, signer, entries), running);
    assert.equal(await witnesses.cosigned(0), undefined);
    assert.equal(await outcomeOf(witnesses), 'refused');
  }
  const stranger = room(await openFor(t, testSigner(), 1), running);
  assert.equal(await stranger.cosigned(0), undefined);
  assert.equal(await outcomeOf(stranger), 'unknown_log');

  record(t, {
    tool: 'litewitness',
    version: installed.version,
    checked: 'our checkpoints and consistency proofs, by C2SP tlog-witness',
    outcome:
      'cosigned as the log grew and after a restart; a rewritten log of the same and of a larger size refused, an older one told what is known, a foreign key refused',
  });
});
