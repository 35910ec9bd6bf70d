/** Killed between send and cursor: the receiver has a batch and the exporter does not know it. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeTls } from '../support/tls.ts';

const EXPORTER = fileURLToPath(new URL('./exporter.ts', import.meta.url));
const ENTRIES = 1_200;
/** In each run the batch whose arrival is the exporter's end; the last run is let through. */
const KILL_AT_BATCH = [2, 1];
const MINUTES_BETWEEN_RUNS = 5;

test('killed between send and cursor: duplicates yes, losses none', async (t) => {
  const base = mkdtempSync(join(tmpdir(), 'muniment-export-crash-'));
  t.after(() => rmSync(base, { recursive: true, force: true }));
  const keyFile = join(base, 'log.pem');
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const tls = makeTls(base);
  const received: string[] = [];
  let child: ChildProcess | undefined;
  let killAt = 0;
  let batches = 0;

  const server = createServer(tls.server, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const events = JSON.parse(Buffer.concat(chunks).toString()) as Array<{ metadata: { uid: string } }>;
    received.push(...events.map(({ metadata }) => metadata.uid));
    batches += 1;
    // Taken, and not yet acknowledged: there is no worse moment.
    if (batches === killAt) child?.kill('SIGKILL');
    else response.end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => new Promise((resolve) => server.close(resolve)));
  const url = `https://localhost:${(server.address() as AddressInfo).port}/`;

  async function run(minutes: number, count: number, at: number): Promise<NodeJS.Signals | null> {
    batches = 0;
    killAt = at;
    const args = [EXPORTER, join(base, 'data'), keyFile, url, tls.caFile, String(minutes), String(count)];
    child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    if (signal === null) assert.equal(code, 0);
    return signal;
  }

  for (const [turn, at] of KILL_AT_BATCH.entries()) {
    assert.equal(await run(turn * MINUTES_BETWEEN_RUNS, turn === 0 ? ENTRIES : 0, at), 'SIGKILL');
  }
  assert.equal(await run(KILL_AT_BATCH.length * MINUTES_BETWEEN_RUNS, 0, 0), null);
  const distinct = new Set(received);
  // The log's first entry is a snapshot, which is not exported.
  assert.equal(distinct.size, ENTRIES);
  for (let index = 1; index <= ENTRIES; index += 1)
    assert.ok(distinct.has(`log.example/crash/${index}`), `${index}`);
  assert.ok(received.length > distinct.size, 'no duplicate: the kill came at another moment');
});
