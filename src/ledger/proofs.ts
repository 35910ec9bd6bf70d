import { nodeHash, TILE_WIDTH } from '#verifier';
import { consistencyPath, inclusionPath, splitPoint } from './frontier.ts';

/**
 * Node hashes of a stored tree: `count` hashes at tile `level` (0: leaves; each level spans 256 of the one below) from
 * `index` on, all within one tile.
 */
export type HashSource = (level: number, index: number, count: number) => Promise<Uint8Array[]>;

/** A perfect tree of 2^height leaves at `index` (in units of its own width). */
interface Node {
  height: number;
  index: number;
}

const TILE_HEIGHT = 8;

/** Inclusion proof of leaf `index` in the tree of `size`, leaf to root, 32-byte hashes. */
export async function proveInclusionFrom(
  source: HashSource,
  index: number,
  size: number,
): Promise<Uint8Array[]> {
  return withNodes(source, (root) => inclusionPath(index, 0, size, root));
}

/** Proof that the tree of `from` leaves begins the tree of `to`; empty where either is trivial. */
export async function proveConsistencyFrom(
  source: HashSource,
  from: number,
  to: number,
): Promise<Uint8Array[]> {
  if (from === 0 || from === to) return [];
  return withNodes(source, (root) => consistencyPath(from, 0, to, root));
}

/** Root of the first `size` leaves; `size` at least 1. */
export async function rootFrom(source: HashSource, size: number): Promise<Uint8Array> {
  const [root] = await withNodes(source, (rangeRoot) => [rangeRoot(0, size)]);
  return root as Uint8Array;
}

type RangeRoot = (from: number, to: number) => Uint8Array;

/** Runs `path` twice: once to learn which perfect trees it needs, then, with those at hand, to compute. */
async function withNodes(source: HashSource, path: (root: RangeRoot) => Uint8Array[]): Promise<Uint8Array[]> {
  const wanted = new Map<string, Node>();
  path((from, to) => {
    for (const node of perfectNodes(from, to)) wanted.set(nameOf(node), node);
    return new Uint8Array(0);
  });
  const hashes = await fetchNodes(source, [...wanted.values()]);
  return path((from, to) => rangeRoot(hashes, from, to));
}

const nameOf = ({ height, index }: Node): string => `${height}/${index}`;

/** The perfect trees that the range is made of; ranges on a proof's path start at a multiple of their width. */
function perfectNodes(from: number, to: number): Node[] {
  const count = to - from;
  const height = Math.log2(count);
  if (Number.isInteger(height)) return [{ height, index: from / count }];
  const middle = from + splitPoint(count);
  return [...perfectNodes(from, middle), ...perfectNodes(middle, to)];
}

function rangeRoot(hashes: ReadonlyMap<string, Uint8Array>, from: number, to: number): Uint8Array {
  const [node, ...more] = perfectNodes(from, to) as [Node, ...Node[]];
  if (more.length === 0) return hashes.get(nameOf(node)) as Uint8Array;
  const middle = from + splitPoint(to - from);
  return nodeHash(rangeRoot(hashes, from, middle), rangeRoot(hashes, middle, to));
}

/** Each stored hash is asked for with its tile, so a proof costs one read per level and edge, not one per hash. */
async function fetchNodes(source: HashSource, nodes: Node[]): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  await Promise.all(nodes.map(async (node) => found.set(nameOf(node), await nodeFrom(source, node))));
  return found;
}

async function nodeFrom(source: HashSource, { height, index }: Node): Promise<Uint8Array> {
  const level = Math.floor(height / TILE_HEIGHT);
  const count = 2 ** (height % TILE_HEIGHT);
  let hashes = await source(level, index * count, count);
  while (hashes.length > 1) hashes = pairUp(hashes);
  return hashes[0] as Uint8Array;
}

/** One level up in a perfect tree. */
export function pairUp(hashes: readonly Uint8Array[]): Uint8Array[] {
  const parents: Uint8Array[] = [];
  for (let i = 0; i < hashes.length; i += 2) {
    parents.push(nodeHash(hashes[i] as Uint8Array, hashes[i + 1] as Uint8Array));
  }
  return parents;
}

/** Root of a full tile's 256 hashes: one hash of the next level's tile. */
export function tileRoot(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length !== TILE_WIDTH) throw new RangeError('a full tile holds 256 hashes');
  let level: readonly Uint8Array[] = hashes;
  while (level.length > 1) level = pairUp(level);
  return level[0] as Uint8Array;
}
