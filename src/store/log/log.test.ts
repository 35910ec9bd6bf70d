import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { after, before, test } from 'node:test';
import {
  fromBase64,
  leafHash,
  parseCheckpoint,
  parseNote,
  parseVerifierKey,
  utf8,
  verifyInclusion,
  verifyNote,
} from '#verifier';
import { type Database, type Log, type LogSigner, openDatabase, openLog } from '../index.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const signer: LogSigner = {
  origin: 'log.example/test',
  publicKey: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)),
  sign: (message) => new Uint8Array(sign(null, message, privateKey)),
};

let database: Database;
let log: Log;
before(async () => {
  database = await openDatabase({ memory: true });
  log = await openLog({ database, signer });
});
after(async () => {
  await log.close();
  await database.close();
});

test('a new log begins with a snapshot of nothing', async () => {
  const first = await log.entry(0);
  assert.equal(first?.kind, 'snapshot');
});

test('a commit hands back a receipt that a stranger can check', async () => {
  const { appended, receipt } = await log.append([
    {
      kind: 'lock.placed',
      subject: 'lok_a',
      actor: 'sys',
      data: { lock: 'lok_a', target: { kind: 'identity', id: 'idn_a' }, reason: 'x' },
    },
  ]);
  const given = receipt(0);
  const note = parseNote(utf8(given.checkpoint));
  assert.equal((await verifyNote(note, [parseVerifierKey(log.verifierKey)])).length, 1);
  const { size, root } = parseCheckpoint(note.text);
  assert.ok(
    verifyInclusion(given.index, size, leafHash(fromBase64(given.leaf)), given.proof.map(fromBase64), root),
  );
  assert.equal(appended.length, 1);
  assert.deepEqual((await log.view()).rows('lock').get('lok_a')?.reason, 'x');
  assert.equal((await log.rows('lock')).length, 1);
});
