import { extendFrontier, type Frontier, frontierRoot, nodeHash, perfectTrees } from '#verifier';

export interface AppendedBatch {
  frontier: Frontier;
  /** Root of the tree of the new size. */
  root: Uint8Array;
  /** Inclusion proof of the batch's own leaf at `position`, leaf to root, against the new size. */
  proof(position: number): Uint8Array[];
}

/** Appends leaf hashes; everything that is needed lies in the frontier and the batch (RFC 6962, section 2.1.1). */
export function appendBatch(before: Frontier, leafHashes: readonly Uint8Array[]): AppendedBatch {
  let frontier = before;
  for (const hash of leafHashes) frontier = extendFrontier(frontier, hash);
  const known = new KnownTrees(before, leafHashes);
  return {
    frontier,
    root: frontierRoot(frontier),
    proof: (position) =>
      inclusionPath(before.size + position, 0, frontier.size, (from, to) => known.root(from, to)),
  };
}

/** Root of the leaves `[from, to)`. */
export type RangeRoot = (from: number, to: number) => Uint8Array;

/** The largest power of two below `count`; `count` at least 2. */
export function splitPoint(count: number): number {
  let k = 1;
  while (k * 2 < count) k *= 2;
  return k;
}

/** RFC 6962, section 2.1.1: the proof for leaf `index` in the tree over `[from, to)`. */
export function inclusionPath(index: number, from: number, to: number, root: RangeRoot): Uint8Array[] {
  if (to - from === 1) return [];
  const middle = from + splitPoint(to - from);
  return index < middle
    ? [...inclusionPath(index, from, middle, root), root(middle, to)]
    : [...inclusionPath(index, middle, to, root), root(from, middle)];
}

/** RFC 6962, section 2.1.2: that the tree of `size` leaves begins the tree over `[from, to)`. */
export function consistencyPath(
  size: number,
  from: number,
  to: number,
  root: RangeRoot,
  whole = true,
): Uint8Array[] {
  if (size === to) return whole ? [] : [root(from, to)];
  const middle = from + splitPoint(to - from);
  return size <= middle
    ? [...consistencyPath(size, from, middle, root, whole), root(middle, to)]
    : [...consistencyPath(size, middle, to, root, false), root(from, middle)];
}

/**
 * Trees over old frontier and new leaves. A left sibling on a new leaf's path that lies in the old tree is one of its perfect
 * trees, so the frontier holds it whole.
 */
class KnownTrees {
  readonly #roots = new Map<string, Uint8Array>();

  constructor(before: Frontier, leafHashes: readonly Uint8Array[]) {
    let from = 0;
    for (const [at, count] of perfectTrees(before.size).entries()) {
      this.#roots.set(`${from}-${from + count}`, before.hashes[at] as Uint8Array);
      from += count;
    }
    for (const hash of leafHashes) {
      this.#roots.set(`${from}-${from + 1}`, hash);
      from += 1;
    }
  }

  root(from: number, to: number): Uint8Array {
    const name = `${from}-${to}`;
    const known = this.#roots.get(name);
    if (known !== undefined) return known;
    const middle = from + splitPoint(to - from);
    const root = nodeHash(this.root(from, middle), this.root(middle, to));
    this.#roots.set(name, root);
    return root;
  }
}
