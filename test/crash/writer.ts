/**
 * A process that appends until it is killed. `writer.ts FOLDER KEY-FILE [COUNT]`: prints `index leafHash` of each entry after it
 * was acknowledged, ends by itself after COUNT.
 */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { hex } from '#verifier';
import { openDatabase, openLog } from '../../src/store/index.ts';
import { granted, lockLifted, lockPlaced } from '../support/drafts.ts';

const [folder = '', keyFile = '', count = 'Infinity'] = process.argv.slice(2);
const privateKey = createPrivateKey(readFileSync(keyFile));
const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
const signer = {
  origin: 'log.example/crash',
  publicKey: new Uint8Array(spki.subarray(-32)),
  sign: (message: Uint8Array) => new Uint8Array(sign(null, message, privateKey)),
};

const database = await openDatabase({ folder });
const log = await openLog({ database, signer, folder: join(folder, 'log') });

async function appendOne(writer: number, n: number): Promise<void> {
  const lock = `lok_${process.pid}_${writer}_${n}`;
  const { appended } = await log.append([
    lockPlaced(lock, `idn_${n}`),
    lockLifted(lock),
    granted(`idn_${n}`),
  ]);
  for (const { index, leafHash } of appended) writeSync(1, `${index} ${hex(leafHash)}\n`);
}

// Several writers, so that a kill falls into batches of more than one.
const each = Number(count) / 4;
await Promise.all(
  [0, 1, 2, 3].map(async (writer) => {
    for (let n = 0; n < each; n += 1) await appendOne(writer, n);
  }),
);
await log.close();
await database.close();
