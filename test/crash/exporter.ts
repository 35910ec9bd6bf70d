/**
 * A process that exports until it is killed or has sent all: `exporter.ts FOLDER KEY-FILE URL CA-FILE MINUTES [COUNT]`. Appends COUNT
 * entries first. Its clock is MINUTES ahead, so that the lease of one that was killed has ended.
 */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { manualClock } from '../../src/kernel/index.ts';
import { createExporter } from '../../src/monitoring/index.ts';
import { openDatabase, openLog } from '../../src/store/index.ts';
import { lockPlaced } from '../support/drafts.ts';

const MINUTE_MS = 60_000;
const [folder = '', keyFile = '', url = '', caFile = '', minutes = '0', count = '0'] = process.argv.slice(2);
const privateKey = createPrivateKey(readFileSync(keyFile));
const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
const signer = {
  origin: 'log.example/crash',
  publicKey: new Uint8Array(spki.subarray(-32)),
  sign: (message: Uint8Array) => new Uint8Array(sign(null, message, privateKey)),
};
const clock = manualClock(new Date(Date.now() + Number(minutes) * MINUTE_MS));

const database = await openDatabase({ folder });
const log = await openLog({ database, signer });
if (Number(count) > 0)
  await log.append(Array.from({ length: Number(count) }, (_, at) => lockPlaced(`lok_${at}`, `idn_${at}`)));
await createExporter({ database, log, clock }).run({ to: 'https', url, caFile });
await log.close();
await database.close();
