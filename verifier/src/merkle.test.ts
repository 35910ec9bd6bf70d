import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concatBytes, hex, utf8 } from './bytes.ts';
import {
  checkFrontier,
  frontierOf,
  frontierRoot,
  leafHash,
  nodeHash,
  perfectTrees,
  proveConsistency,
  proveInclusion,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts';

const leaves = (count: number) => Array.from({ length: count }, (_, i) => leafHash(utf8(`leaf ${i}`)));
const flipped = (hash: Uint8Array) => hash.map((byte, i) => (i === 7 ? byte ^ 1 : byte));

/** RFC 6962, section 2.1, written down as it reads: the judge of the incremental one. */
function definedRoot(hashes: Uint8Array[]): Uint8Array {
  if (hashes.length === 1) return hashes[0] as Uint8Array;
  const k = 2 ** Math.floor(Math.log2(hashes.length - 1));
  return nodeHash(definedRoot(hashes.slice(0, k)), definedRoot(hashes.slice(k)));
}

test('the known roots: empty tree and the first leaf of the Certificate Transparency test vectors', () => {
  assert.equal(hex(treeRoot([])), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  const vectors = [
    '',
    '00',
    '10',
    '2021',
    '3031',
    '40414243',
    '5051525354555657',
    '606162636465666768696a6b6c6d6e6f',
  ];
  const hashes = vectors.map((text) =>
    leafHash(Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))),
  );
  assert.equal(
    hex(hashes[0] as Uint8Array),
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  );
  assert.equal(hex(treeRoot(hashes)), '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328');
});

test('the frontier gives the root that the definition gives', () => {
  for (let size = 1; size <= 70; size++) assert.deepEqual(treeRoot(leaves(size)), definedRoot(leaves(size)));
});

test('every inclusion proof of every small tree holds, and for no other leaf, index or root', () => {
  for (let size = 1; size <= 20; size++) {
    const all = leaves(size);
    const root = treeRoot(all);
    for (const [index, leaf] of all.entries()) {
      const proof = proveInclusion(index, all);
      assert.ok(verifyInclusion(index, size, leaf, proof, root));
      assert.ok(!verifyInclusion(index, size, flipped(leaf), proof, root));
      assert.ok(!verifyInclusion(index, size, leaf, proof, flipped(root)));
      for (let other = 0; other < size; other++) {
        if (other === index) continue;
        assert.throws(() => assert.ok(verifyInclusion(other, size, leaf, proof, root)));
      }
    }
  }
});

test('every consistency proof of every small tree holds, and not once a hash is changed, dropped or added', () => {
  for (let to = 1; to <= 20; to++) {
    const all = leaves(to);
    for (let from = 0; from <= to; from++) {
      const proof = proveConsistency(from, all);
      const old = treeRoot(all.slice(0, from));
      const now = treeRoot(all);
      assert.ok(verifyConsistency(from, to, proof, old, now));
      if (from > 0)
        assert.ok(!verifyConsistency(from, to, proof, flipped(old), from === to ? now : flipped(now)));
      assert.throws(() => verifyConsistency(from, to, [...proof, old], old, now), { code: 'proof' });
      for (let i = 0; i < proof.length; i++) {
        assert.ok(!verifyConsistency(from, to, proof.with(i, flipped(proof[i] as Uint8Array)), old, now));
        assert.throws(() => verifyConsistency(from, to, proof.toSpliced(i, 1), old, now), { code: 'proof' });
      }
    }
  }
});

test('a frontier goes on from wherever it stood', () => {
  fc.assert(
    fc.property(fc.nat(300), fc.nat(300), (a, b) => {
      const all = leaves(a + b);
      const start = frontierOf(all.slice(0, a));
      checkFrontier(start);
      assert.deepEqual(frontierRoot(frontierOf(all.slice(a), start)), treeRoot(all));
    }),
    { numRuns: 30 },
  );
});

test('refused: indices outside the tree, hashes of the wrong length, frontiers of the wrong shape', () => {
  const [leaf = new Uint8Array(32)] = leaves(1);
  assert.throws(() => verifyInclusion(1, 1, leaf, [], leaf), { code: 'proof' });
  assert.throws(() => verifyInclusion(-1, 1, leaf, [], leaf), { code: 'proof' });
  assert.throws(() => verifyInclusion(0.5, 2, leaf, [leaf], leaf), { code: 'proof' });
  assert.throws(() => verifyInclusion(0, 2, leaf, [leaf.slice(1)], leaf), { code: 'proof' });
  assert.throws(() => verifyConsistency(3, 2, [], leaf, leaf), { code: 'proof' });
  assert.throws(() => checkFrontier({ size: 3, hashes: [leaf] }), { code: 'proof' });
  assert.throws(() => checkFrontier({ size: 1, hashes: [concatBytes(leaf, leaf)] }), { code: 'proof' });
  assert.deepEqual(perfectTrees(2 ** 40 + 5), [2 ** 40, 4, 1]);
});
