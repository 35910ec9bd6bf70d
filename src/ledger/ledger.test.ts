import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import {
  emptyFrontier,
  encodeLeaf,
  extendFrontier,
  type Frontier,
  frontierRoot,
  hex,
  leafHash,
  proveConsistency,
  proveInclusion,
  treeRoot,
  utf8,
  verifierKey,
  verifyConsistency,
  verifyInclusion,
} from '#verifier';
import { testSigner } from '../../test/support/log-signer.ts';
import {
  appendBatch,
  type HashSource,
  proveConsistencyFrom,
  proveInclusionFrom,
  rootFrom,
  signCheckpoint,
  TileFolder,
  tileRoot,
  verifyTileFolder,
} from './index.ts';

const leaves = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, i) => leafHash(utf8(`leaf ${i}`)));

/** Every level of tile hashes over the leaves, as a database would answer. */
function sourceOf(hashes: Uint8Array[]): HashSource {
  const levels = [hashes];
  for (let below = hashes; below.length >= 256; ) {
    below = Array.from({ length: Math.floor(below.length / 256) }, (_, i) =>
      tileRoot(below.slice(256 * i, 256 * (i + 1))),
    );
    levels.push(below);
  }
  return async (level, index, count) => {
    const found = levels[level]?.slice(index, index + count) ?? [];
    assert.equal(found.length, count, `level ${level} has ${index}..${index + count}`);
    return found;
  };
}

test('a batch appended to a frontier gives the root of the whole tree, and proofs that hold', () => {
  fc.assert(
    fc.property(fc.nat(600), fc.nat(60), (before, count) => {
      const all = leaves(before + count);
      const frontier = all.slice(0, before).reduce<Frontier>(extendFrontier, emptyFrontier());
      const batch = appendBatch(frontier, all.slice(before));
      assert.deepEqual(batch.root, treeRoot(all));
      assert.deepEqual(frontierRoot(batch.frontier), batch.root);
      for (let i = 0; i < count; i++) {
        assert.deepEqual(batch.proof(i).map(hex), proveInclusion(before + i, all).map(hex));
      }
    }),
    { numRuns: 60 },
  );
});

test('proofs from tiles are those of RFC 6962, over several levels of tiles', async () => {
  const all = leaves(256 * 260 + 77);
  const source = sourceOf(all);
  const root = treeRoot(all);
  const sizes = [1, 2, 255, 256, 257, 511, 513, 65_535, 65_536, 65_537, all.length];
  for (const size of sizes) {
    assert.deepEqual(await rootFrom(source, size), treeRoot(all.slice(0, size)), `root of ${size}`);
    const proof = await proveConsistencyFrom(source, size, all.length);
    assert.ok(verifyConsistency(size, all.length, proof, treeRoot(all.slice(0, size)), root));
  }
  for (const index of [0, 255, 256, 65_535, 65_536, all.length - 1]) {
    const proof = await proveInclusionFrom(source, index, all.length);
    assert.ok(verifyInclusion(index, all.length, all[index] as Uint8Array, proof, root));
  }
});

test('proofs from tiles equal those from all leaves', async () => {
  const all = leaves(700);
  const source = sourceOf(all);
  const position = fc
    .nat(699)
    .chain((index) =>
      fc.record({ index: fc.constant(index), size: fc.integer({ min: index + 1, max: 700 }) }),
    );
  await fc.assert(
    fc.asyncProperty(position, async ({ index, size }) => {
      const some = all.slice(0, size);
      assert.deepEqual(await proveInclusionFrom(source, index, size), proveInclusion(index, some));
      assert.deepEqual(await proveConsistencyFrom(source, index, size), proveConsistency(index, some));
    }),
    { numRuns: 40 },
  );
});

const signer = testSigner();
const key = verifierKey(signer.origin, signer.publicKey);

const leafAt = (i: number): Uint8Array =>
  encodeLeaf({
    v: 1,
    kind: 'session.ended',
    time: new Date(1_700_000_000_000 + i).toISOString(),
    subject: `per_${i}`,
    actor: 'sys',
    body: 'ab'.repeat(32),
  });

async function published(t: TestContext, sizes: number[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'muniment-tiles-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const all = Array.from({ length: Math.max(...sizes) }, (_, i) => leafAt(i));
  const source = {
    hashes: sourceOf(all.map(leafHash)),
    leaves: async (from: number, to: number) => all.slice(from, to),
  };
  for (const size of sizes) {
    const root = treeRoot(all.slice(0, size).map(leafHash));
    await new TileFolder(folder).publish(size, signCheckpoint({ size, root }, key, signer.sign), source);
  }
  return folder;
}

test('the folder holds exactly the full tiles and the current partial ones', async (t) => {
  const folder = await published(t, [1, 3, 256, 300, 520]);
  assert.deepEqual((await readdir(join(folder, 'tile/0'))).sort(), ['000', '001', '002.p']);
  assert.deepEqual(await readdir(join(folder, 'tile/0/002.p')), ['8']);
  assert.deepEqual(await readdir(join(folder, 'tile/1/000.p')), ['2']);
  assert.deepEqual((await readdir(join(folder, 'tile/entries'))).sort(), ['000', '001', '002.p']);
  assert.deepEqual((await readdir(folder)).sort(), ['checkpoint', 'tile']);
  assert.deepEqual(await verifyTileFolder(folder, { key }), {
    origin: 'log.example/test',
    size: 520,
    signatureChecked: true,
    problems: [],
  });
});

test('a folder goes on after a publication that was cut short at any file', async (t) => {
  const folder = await published(t, [300]);
  await writeFile(join(folder, 'tile/0/001.p/44.tmp'), 'torn');
  await writeFile(join(folder, 'tile/entries/001'), 'written, but never published');
  const all = Array.from({ length: 600 }, (_, i) => leafAt(i));
  const source = {
    hashes: sourceOf(all.map(leafHash)),
    leaves: async (from: number, to: number) => all.slice(from, to),
  };
  const root = treeRoot(all.map(leafHash));
  await new TileFolder(folder).publish(600, signCheckpoint({ size: 600, root }, key, signer.sign), source);
  assert.deepEqual((await verifyTileFolder(folder, { key })).problems, []);
});

test('a published tree never shrinks', async (t) => {
  const folder = await published(t, [10]);
  const source = { hashes: sourceOf([]), leaves: async () => [] };
  await assert.rejects(new TileFolder(folder).publish(9, 'x', source), RangeError);
});

const damages: Array<{
  name: string;
  file: string;
  damage: (bytes: Buffer) => Buffer | null;
  expect: RegExp;
}> = [
  {
    name: 'an edited entry',
    file: 'tile/entries/001',
    damage: (bytes) => edit(bytes, 'per_300', 'per_999'),
    expect: /tile\/0\/001: entry 300 does not hash/,
  },
  {
    name: 'a dropped entry',
    file: 'tile/entries/001',
    damage: (bytes) => bytes.subarray(2 + bytes.readUInt16BE(0)),
    expect: /tile\/entries\/001: holds 255 entries, not 256/,
  },
  {
    name: 'a truncated bundle',
    file: 'tile/entries/002.p/8',
    damage: (bytes) => bytes.subarray(0, -1),
    expect: /tile\/entries\/002.p\/8: bundle ends within an entry/,
  },
  {
    name: 'a missing bundle',
    file: 'tile/entries/000',
    damage: () => null,
    expect: /tile\/entries\/000: is missing/,
  },
  {
    name: 'an edited hash',
    file: 'tile/1/000.p/2',
    damage: (bytes) => flip(bytes, 40),
    expect: /tile\/1\/000.p\/2: hash 1 does not follow/,
  },
  {
    name: 'a hash too many',
    file: 'tile/0/000',
    damage: (bytes) => Buffer.concat([bytes, bytes.subarray(0, 32)]),
    expect: /bytes after its last hash/,
  },
  {
    name: 'a checkpoint that says another size',
    file: 'checkpoint',
    damage: (bytes) => edit(bytes, '\n520\n', '\n519\n'),
    expect: /checkpoint: signature by/,
  },
  { name: 'no checkpoint', file: 'checkpoint', damage: () => null, expect: /checkpoint: is missing/ },
];

const flip = (bytes: Buffer, at: number): Buffer => {
  bytes[at] = (bytes[at] as number) ^ 1;
  return bytes;
};
const edit = (bytes: Buffer, from: string, to: string): Buffer =>
  Buffer.from(bytes.toString('latin1').replace(from, to), 'latin1');

for (const { name, file, damage, expect } of damages) {
  test(`verify names ${name}`, async (t) => {
    const folder = await published(t, [520]);
    const damaged = damage(await readFile(join(folder, file)));
    if (damaged === null) await rm(join(folder, file));
    else await writeFile(join(folder, file), damaged);
    const { problems } = await verifyTileFolder(folder, { key });
    assert.match(problems.join('\n'), expect);
  });
}

test('verify refuses a checkpoint by another key', async (t) => {
  const folder = await published(t, [5]);
  const other = testSigner();
  const { problems } = await verifyTileFolder(folder, { key: verifierKey(other.origin, other.publicKey) });
  assert.match(problems.join('\n'), /not signed by/);
});
