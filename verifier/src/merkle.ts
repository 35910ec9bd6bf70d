import { concatBytes, equalBytes } from './bytes.ts';
import { FormatError } from './error.ts';
import { sha256 } from './hash.ts';

/** RFC 6962, section 2.1: the prefixes keep a leaf from passing for a node. */
const LEAF_PREFIX = Uint8Array.of(0x00);
const NODE_PREFIX = Uint8Array.of(0x01);
export const HASH_BYTES = 32;

export const leafHash = (leaf: Uint8Array): Uint8Array => sha256(concatBytes(LEAF_PREFIX, leaf));

export const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array =>
  sha256(concatBytes(NODE_PREFIX, left, right));

const fail = (why: string): never => {
  throw new FormatError('proof', why);
};

const isSize = (number: number): boolean => Number.isSafeInteger(number) && number >= 0;

/** Size of the largest perfect tree below `size`; `size` at least 2. Not bitwise: sizes go beyond 32 bits. */
function splitPoint(size: number): number {
  let k = 1;
  while (k * 2 < size) k *= 2;
  return k;
}

/** The perfect trees that a tree of `size` leaves is made of: their leaf counts, from the left. */
export function perfectTrees(size: number): number[] {
  if (!isSize(size)) fail('tree size is not a whole number');
  const counts: number[] = [];
  let rest = size;
  for (let width = 2 ** 52; width >= 1; width /= 2) {
    if (rest >= width) {
      counts.push(width);
      rest -= width;
    }
  }
  return counts;
}

/** The tree to the left of some index, as the roots of its perfect trees, widest first. */
export interface Frontier {
  size: number;
  hashes: Uint8Array[];
}

export const emptyFrontier = (): Frontier => ({ size: 0, hashes: [] });

/** The frontier after one more leaf. */
export function extendFrontier({ size, hashes }: Frontier, leaf: Uint8Array): Frontier {
  const next = [...hashes];
  let hash = leaf;
  for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2)
    hash = nodeHash(next.pop() as Uint8Array, hash);
  next.push(hash);
  return { size: size + 1, hashes: next };
}

/** Throws `proof` unless there is one hash of 32 bytes for each perfect tree. */
export function checkFrontier({ size, hashes }: Frontier): void {
  if (hashes.length !== perfectTrees(size).length)
    fail(`frontier of ${size} leaves has the wrong number of hashes`);
  if (hashes.some((hash) => hash.length !== HASH_BYTES)) fail('frontier holds a hash that is not 32 bytes');
}

/** Root of the whole tree; the empty tree's is SHA-256 of nothing. */
export function frontierRoot({ hashes }: Frontier): Uint8Array {
  if (hashes.length === 0) return sha256(new Uint8Array(0));
  return hashes.reduceRight((right, left) => nodeHash(left, right));
}

/** Merkle tree hash (RFC 6962, section 2.1) over leaf hashes. */
export const treeRoot = (leafHashes: Iterable<Uint8Array>): Uint8Array =>
  frontierRoot(frontierOf(leafHashes));

export function frontierOf(leafHashes: Iterable<Uint8Array>, start: Frontier = emptyFrontier()): Frontier {
  let frontier = start;
  for (const hash of leafHashes) frontier = extendFrontier(frontier, hash);
  return frontier;
}

/** RFC 9162, section 2.1.3.2: the root that a proof leads to. Throws `proof` where its length does not fit. */
export function rootFromInclusion(
  index: number,
  size: number,
  leaf: Uint8Array,
  proof: Uint8Array[],
): Uint8Array {
  if (!isSize(index) || !isSize(size) || index >= size) fail(`index ${index} is not in a tree of ${size}`);
  if (proof.some((hash) => hash.length !== HASH_BYTES)) fail('proof holds a hash that is not 32 bytes');
  const root = climb(index, size, leaf, [...proof]);
  return root;
}

/** Consumes the proof from its end: the last hash is the sibling nearest the root. */
function climb(index: number, size: number, leaf: Uint8Array, proof: Uint8Array[]): Uint8Array {
  if (size === 1) return proof.length === 0 ? leaf : fail('inclusion proof is too long');
  const sibling = proof.pop() ?? fail('inclusion proof is too short');
  const k = splitPoint(size);
  return index < k
    ? nodeHash(climb(index, k, leaf, proof), sibling)
    : nodeHash(sibling, climb(index - k, size - k, leaf, proof));
}

export function verifyInclusion(
  index: number,
  size: number,
  leaf: Uint8Array,
  proof: Uint8Array[],
  root: Uint8Array,
): boolean {
  return equalBytes(rootFromInclusion(index, size, leaf, proof), root);
}

interface TwoRoots {
  old: Uint8Array;
  now: Uint8Array;
}

/** RFC 6962, section 2.1.2, read backwards: both roots that a proof leads to. `whole`: the old tree is this subtree's left edge. */
function consistencyRoots(from: number, to: number, proof: Uint8Array[], known: Uint8Array | null): TwoRoots {
  if (from === to) {
    const hash = known ?? proof.pop() ?? fail('consistency proof is too short');
    return proof.length === 0 ? { old: hash, now: hash } : fail('consistency proof is too long');
  }
  const sibling = proof.pop() ?? fail('consistency proof is too short');
  const k = splitPoint(to);
  if (from <= k) {
    const left = consistencyRoots(from, k, proof, known);
    return { old: left.old, now: nodeHash(left.now, sibling) };
  }
  const right = consistencyRoots(from - k, to - k, proof, null);
  return { old: nodeHash(sibling, right.old), now: nodeHash(sibling, right.now) };
}

/** True where the tree of `to` leaves begins with the tree of `from`. Throws `proof` where the proof has the wrong shape. */
export function verifyConsistency(
  from: number,
  to: number,
  proof: Uint8Array[],
  oldRoot: Uint8Array,
  newRoot: Uint8Array,
): boolean {
  if (!isSize(from) || !isSize(to) || from > to) fail(`a tree of ${to} does not follow one of ${from}`);
  if (proof.some((hash) => hash.length !== HASH_BYTES)) fail('proof holds a hash that is not 32 bytes');
  if (from === 0 || from === to) {
    if (proof.length > 0) fail('consistency proof is too long');
    return from === to ? equalBytes(oldRoot, newRoot) : equalBytes(oldRoot, frontierRoot(emptyFrontier()));
  }
  const roots = consistencyRoots(from, to, [...proof], oldRoot);
  return equalBytes(roots.old, oldRoot) && equalBytes(roots.now, newRoot);
}

/** Root of the leaves `[from, to)` of a list: for proofs over a tree that is at hand whole. */
const rangeRoot = (leaves: Uint8Array[], from: number, to: number): Uint8Array =>
  treeRoot(leaves.slice(from, to));

/** RFC 6962, section 2.1.1. Needs every leaf hash: for tests and small trees; the ledger proves from tiles. */
export function proveInclusion(index: number, leaves: Uint8Array[]): Uint8Array[] {
  if (leaves.length <= 1) return [];
  const k = splitPoint(leaves.length);
  return index < k
    ? [...proveInclusion(index, leaves.slice(0, k)), rangeRoot(leaves, k, leaves.length)]
    : [...proveInclusion(index - k, leaves.slice(k)), rangeRoot(leaves, 0, k)];
}

/** RFC 6962, section 2.1.2. As `proveInclusion`. */
export function proveConsistency(from: number, leaves: Uint8Array[]): Uint8Array[] {
  if (from === 0 || from === leaves.length) return [];
  return subproof(from, leaves, true);
}

function subproof(from: number, leaves: Uint8Array[], whole: boolean): Uint8Array[] {
  if (from === leaves.length) return whole ? [] : [treeRoot(leaves)];
  const k = splitPoint(leaves.length);
  return from <= k
    ? [...subproof(from, leaves.slice(0, k), whole), rangeRoot(leaves, k, leaves.length)]
    : [...subproof(from - k, leaves.slice(k), false), rangeRoot(leaves, 0, k)];
}
