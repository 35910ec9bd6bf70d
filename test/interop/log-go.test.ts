/** The log before Go's `note` and `tlog`, transparency-dev's `formats` and `merkle`, and Tessera's `fsck`. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import {
  formatVerifierKey,
  fromUtf8,
  leafHash,
  parseCheckpoint,
  parseNote,
  proveConsistency,
  proveInclusion,
  TILE_WIDTH,
  tilePath,
  treeRoot,
} from '#verifier';
import { type Served, serve } from '../../src/api/serve.ts';
import { readConfig } from '../../src/config.ts';
import { checkpointOf, newSigner, smallLog, vkey } from '../../verifier/src/package/testing/fixture.ts';
import { sessionEnded } from '../support/drafts.ts';
import { type Judges, judges } from './judges.ts';
import { record } from './support.ts';

/** Each tool, its module, and what of a log it reads. */
const TOOLS = [
  ['x/mod/sumdb note and tlog', 'golang.org/x/mod', 'checkpoint, tiles, entries and proofs'],
  ['transparency-dev/formats', 'github.com/transparency-dev/formats', 'checkpoint'],
  ['transparency-dev/merkle', 'github.com/transparency-dev/merkle', 'inclusion and consistency proofs'],
] as const;
/** A sound log of this size takes it under a second. */
const FSCK_TIMEOUT_MS = 10_000;
const FSCK_SUCCESS = /Successfully fsck'd log with size (\d+)/;
/** More than one tile's, so that there is a full tile, a partial one and a second level. */
const ENTRIES = TILE_WIDTH + 44;

interface Judged {
  verifierKey: string;
  origin: string;
  checkpoint: Buffer;
  inclusion: Array<{ index: number; leaf: Buffer; proof: Buffer[] }>;
  consistency: Array<{ from: number; root: Buffer; proof: Buffer[] }>;
  tiles?: Record<string, Buffer>;
}

/** `agreed`, or the part that does not hold. */
function verdict(go: Judges, log: Judged): string {
  const { lines, refusal } = go.ask('log', log);
  return lines[0]?.agreed === undefined ? (refusal.split(':')[0] ?? '') : 'agreed';
}

const buffers = (list: Uint8Array[]): Buffer[] => list.map((bytes) => Buffer.from(bytes));

function flipped(bytes: Uint8Array, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}

/** Copies that differ in one bit: of the first byte, one in the middle, the last. */
const changed = (bytes: Uint8Array): Buffer[] =>
  [0, bytes.length >> 1, bytes.length - 1].map((at) => flipped(bytes, at));

function tell(t: TestContext, go: Judges, of: string): void {
  for (const [tool, module, parts] of TOOLS) {
    const outcome = 'agreed; a change in each refused';
    record(t, { tool, version: go.version(module), checked: `${parts} of ${of}`, outcome });
  }
}

function madeByHand(): Judged {
  const signer = newSigner();
  const log = smallLog();
  const hashes = log.leaves.map(leafHash);
  return {
    verifierKey: formatVerifierKey(vkey(signer)),
    origin: signer.origin,
    checkpoint: Buffer.from(checkpointOf(log, signer)),
    inclusion: log.leaves.map((leaf, index) => ({
      index,
      leaf: Buffer.from(leaf),
      proof: buffers(proveInclusion(index, hashes)),
    })),
    consistency: hashes.map((_, before) => ({
      from: before + 1,
      root: Buffer.from(treeRoot(hashes.slice(0, before + 1))),
      proof: buffers(proveConsistency(before + 1, hashes)),
    })),
  };
}

test('every proof of a small log holds, and none for another leaf, size, or key', (t) => {
  const go = judges(t);
  if (go === undefined) return;
  const log = madeByHand();
  assert.equal(verdict(go, log), 'agreed');
  const [first, ...rest] = log.inclusion as [Judged['inclusion'][0]];
  assert.equal(verdict(go, { ...log, inclusion: [{ ...first, index: 1 }, ...rest] }), 'inclusion');
  assert.equal(verdict(go, { ...log, inclusion: [{ ...first, leaf: Buffer.from('{}') }] }), 'inclusion');
  const grown = Buffer.from(fromUtf8(log.checkpoint).replace('\n23\n', '\n24\n'));
  assert.equal(verdict(go, { ...log, checkpoint: grown }), 'checkpoint');
  assert.equal(verdict(go, { ...log, verifierKey: formatVerifierKey(vkey(newSigner())) }), 'checkpoint');
  assert.equal(verdict(go, { ...log, origin: 'another.test/log' }), 'checkpoint');
});

describe('a log as a server publishes it', () => {
  let folder: string;
  let server: Served;
  let log: Required<Judged>;
  /** One entry as the API shows it, with a checkpoint of its own. */
  let shown: Judged;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'muniment-log-'));
    const flags = { data: folder, apiPort: 0, consolePort: 0, sweep: false, logLevel: 'silent' };
    server = await serve(readConfig({ environment: {}, flags }));
    const earlier = await published(1);
    const drafts = Array.from({ length: ENTRIES }, (_, n) => sessionEnded(`per_${n}`));
    await server.house.log.append(drafts);
    log = await fetched(earlier, await published(ENTRIES));
    await server.close();
  });
  after(() => rmSync(folder, { recursive: true }));

  /** The published checkpoint, once it covers so many entries. */
  async function published(size: number): Promise<Buffer> {
    for (;;) {
      const answer = await fetch(`${server.urls.console}/log/checkpoint`);
      const bytes = Buffer.from(await answer.arrayBuffer());
      if (answer.ok && sizeOf(bytes) >= size) return bytes;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Everything a monitor and an auditor read: tiles for anyone, entries and proofs over the admin socket. */
  async function fetched(earlier: Buffer, checkpoint: Buffer): Promise<Required<Judged>> {
    const size = sizeOf(checkpoint);
    const tiles: Record<string, Buffer> = {};
    for (const path of tilesOf(size)) tiles[path] = await get(`/log/tile/${path}`);
    const { house } = server;
    const from = sizeOf(earlier);
    const index = size - 2;
    const entry = JSON.parse((await get(`/api/v1/ledger/entries/${index}`)).toString());
    shown = {
      verifierKey: entry.verifierKey,
      origin: house.log.origin,
      checkpoint: Buffer.from(entry.checkpoint),
      inclusion: [{ index, leaf: Buffer.from(entry.leaf), proof: entry.proof.map(fromBase64) }],
      consistency: [],
    };
    return {
      verifierKey: house.log.verifierKey,
      origin: house.log.origin,
      checkpoint,
      inclusion: [
        { index, leaf: Buffer.from(entry.leaf), proof: buffers(await house.log.inclusion(index, size)) },
      ],
      consistency: [{ from, root: rootOf(earlier), proof: buffers(await house.log.consistency(from, size)) }],
      tiles,
    };
  }

  function get(path: string): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const asked = request(
        { socketPath: server.urls.adminSocket, path, headers: { host: 'localhost' } },
        async (answer) => {
          const bytes = Buffer.concat(await answer.toArray());
          if (answer.statusCode === 200) resolve(bytes);
          else reject(new Error(`${path}: ${answer.statusCode} ${bytes}`));
        },
      );
      asked.once('error', reject).end();
    });
  }

  test('Go agrees with checkpoint, tiles, entries and proofs, and refuses a changed byte in each', (t) => {
    const go = judges(t);
    if (go === undefined) return;
    assert.equal(verdict(go, log), 'agreed');
    assert.equal(verdict(go, shown), 'agreed');
    const signature = log.checkpoint.lastIndexOf(' ') + 40;
    for (const at of [0, log.checkpoint.indexOf('\n') + 1, signature])
      assert.equal(verdict(go, { ...log, checkpoint: flipped(log.checkpoint, at) }), 'checkpoint', `${at}`);
    for (const [path, bytes] of Object.entries(log.tiles)) {
      for (const tile of changed(bytes))
        assert.equal(verdict(go, { ...log, tiles: { ...log.tiles, [path]: tile } }), 'tiles', path);
    }
    const [inclusion] = log.inclusion as [Judged['inclusion'][0]];
    for (const leaf of changed(inclusion.leaf))
      assert.equal(verdict(go, { ...log, inclusion: [{ ...inclusion, leaf }] }), 'inclusion');
    for (const proof of changedNodes(inclusion.proof))
      assert.equal(verdict(go, { ...log, inclusion: [{ ...inclusion, proof }] }), 'inclusion');
    const [consistency] = log.consistency as [Judged['consistency'][0]];
    for (const root of changed(consistency.root))
      assert.equal(verdict(go, { ...log, consistency: [{ ...consistency, root }] }), 'consistency');
    for (const proof of changedNodes(consistency.proof))
      assert.equal(verdict(go, { ...log, consistency: [{ ...consistency, proof }] }), 'consistency');
    tell(t, go, 'a log as a running server publishes it');
  });

  /** fsck ends with 0 whatever it found, and hangs on some damage: only its line of success counts. */
  async function fsck(go: Judges, storage: string): Promise<number | undefined> {
    const key = `${storage}.vkey`;
    writeFileSync(key, log.verifierKey);
    const about = [`-storage_url=file://${storage}/`, `-public_key=${key}`, `-origin=${log.origin}`];
    const args = ['-logtostderr', '-v=1', '-ui=false', ...about];
    const child = spawn(go.tool('fsck'), args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: FSCK_TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    const said = Buffer.concat(await child.stderr.toArray()).toString();
    const size = FSCK_SUCCESS.exec(said)?.[1];
    return size === undefined ? undefined : Number(size);
  }

  /** A copy of the published folder in which one bit of one file is another. */
  function damaged(path: string): string {
    const copy = join(folder, `damaged-${path.replaceAll('/', '-')}`);
    cpSync(join(folder, 'log'), copy, { recursive: true });
    const bytes = readFileSync(join(copy, path));
    writeFileSync(join(copy, path), flipped(bytes, bytes.length >> 1));
    return copy;
  }

  test("Tessera's fsck accepts the published folder, and no damaged one", async (t) => {
    const go = judges(t);
    if (go === undefined) return;
    const storage = join(folder, 'log');
    assert.equal(await fsck(go, storage), sizeOf(readFileSync(join(storage, 'checkpoint'))));
    const paths = ['checkpoint', 'tile/0/000', 'tile/entries/000'];
    const sizes = await Promise.all(paths.map((path) => fsck(go, damaged(path))));
    assert.deepEqual(sizes, [undefined, undefined, undefined]);
    record(t, {
      tool: "Tessera's fsck",
      version: go.version('github.com/transparency-dev/tessera'),
      checked: 'the published folder',
      outcome: 'accepted; a changed bit in checkpoint, tile or entry not accepted within its time limit',
    });
  });
});

const fromBase64 = (text: string): Buffer => Buffer.from(text, 'base64');
const sizeOf = (checkpoint: Uint8Array): number => parseCheckpoint(parseNote(checkpoint).text).size;
const rootOf = (checkpoint: Uint8Array): Buffer =>
  Buffer.from(parseCheckpoint(parseNote(checkpoint).text).root);

/** Proofs with one bit of one node changed. */
const changedNodes = (proof: Buffer[]): Buffer[][] =>
  proof.map((node, at) => proof.with(at, flipped(node, at)));

/** Paths below `tile/` that a tree of this size has. */
function tilesOf(size: number): string[] {
  const paths: string[] = [];
  const add = (level: number | 'entries', hashes: number): void => {
    for (let n = 0; n * TILE_WIDTH < hashes; n += 1)
      paths.push(tilePath(level, n, Math.min(TILE_WIDTH, hashes - n * TILE_WIDTH)).replace(/^tile\//, ''));
  };
  add('entries', size);
  for (let level = 0, hashes = size; hashes > 0; level += 1, hashes = Math.floor(hashes / TILE_WIDTH))
    add(level, hashes);
  return paths;
}
