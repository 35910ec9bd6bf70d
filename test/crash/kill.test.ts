import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { hex, verifierKey } from '#verifier';
import { verifyTileFolder } from '../../src/ledger/index.ts';
import { openDatabase, verifyRows } from '../../src/store/index.ts';

const WRITER = fileURLToPath(new URL('./writer.ts', import.meta.url));
const STRACE = '/usr/bin/strace';
const KILLS = 3;
/** How many acknowledgements are let through before a kill: early, in the middle of the first tile, past a full one. */
const KILL_AFTER = [1, 100, 400];

async function prepare(t: TestContext) {
  const base = await mkdtemp(join(tmpdir(), 'muniment-crash-'));
  t.after(() => rm(base, { recursive: true, force: true }));
  const keyFile = join(base, 'log.pem');
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeFile(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  return { folder: join(base, 'data'), keyFile };
}

/** Runs the writer until it acknowledged enough, then kills it without a warning. @returns its acknowledgements */
async function runAndKill(folder: string, keyFile: string, after: number): Promise<string[]> {
  const child: ChildProcess = spawn(process.execPath, [WRITER, folder, keyFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (text.split('\n').length > after) child.kill('SIGKILL');
  });
  await new Promise((resolve) => child.once('close', resolve));
  assert.equal(child.signalCode, 'SIGKILL', 'the writer ended by itself');
  return text.slice(0, text.lastIndexOf('\n')).split('\n');
}

async function checkKept(folder: string, keyFile: string, told: Map<string, string>): Promise<void> {
  const privateKey = createPrivateKey(await readFile(keyFile));
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const database = await openDatabase({ folder });
  const report = await verifyRows(database);
  assert.deepEqual(report.problems, []);
  const stored = await database.db.selectFrom('entry').select(['idx', 'leaf_hash']).execute();
  const hashes = new Map(stored.map(({ idx, leaf_hash }) => [String(idx), hex(leaf_hash)]));
  for (const [index, hash] of told)
    assert.equal(hashes.get(index), hash, `entry ${index} was acknowledged and is lost`);
  await database.close();
  // A kill may come before the first publication.
  if (!existsSync(join(folder, 'log', 'checkpoint'))) return;
  const key = verifierKey('log.example/crash', new Uint8Array(spki.subarray(-32)));
  const published = await verifyTileFolder(join(folder, 'log'), { key });
  assert.deepEqual(published.problems, []);
  assert.ok(published.size <= report.size);
}

test('killed without warning, again and again: nothing acknowledged is lost, and nothing is half', async (t) => {
  const { folder, keyFile } = await prepare(t);
  const told = new Map<string, string>();
  for (let kill = 0; kill < KILLS; kill += 1) {
    for (const line of await runAndKill(folder, keyFile, KILL_AFTER[kill] ?? 1)) {
      const [index = '', hash = ''] = line.split(' ');
      assert.ok(!told.has(index), `entry ${index} was acknowledged twice`);
      told.set(index, hash);
    }
    await checkKept(folder, keyFile, told);
  }
});

test('the kernel is asked to make each commit durable', async (t) => {
  if (!existsSync(STRACE)) return t.skip('needs strace');
  const { folder, keyFile } = await prepare(t);
  const trace = join(folder, '..', 'trace');
  const commits = 16;
  const watched = ['-f', '-y', '-e', 'trace=fsync', '-o', trace];
  await promisify(execFile)(STRACE, [...watched, process.execPath, WRITER, folder, keyFile, String(commits)]);
  const syncs = (await readFile(trace, 'utf8')).split('\n').filter((line) => line.includes('fsync('));
  const ofWal = syncs.filter((line) => line.includes('/pg/pg_wal/'));
  // Four writers share a batch at best.
  assert.ok(
    ofWal.length >= commits / 4,
    `${ofWal.length} fsyncs of the write-ahead log for ${commits} commits`,
  );
  assert.ok(
    syncs.some((line) => /\/pg\/?>/.test(line)),
    'the cluster folder itself was never made durable',
  );
  assert.ok(
    syncs.some((line) => line.includes('/log/checkpoint')),
    'the checkpoint was never made durable',
  );
});
