import {
  decodeLeaf,
  emptyFrontier,
  equalBytes,
  extendFrontier,
  FormatError,
  type Frontier,
  frontierRoot,
  leafHash,
  sha256Hex,
  TILE_WIDTH,
} from '#verifier';
import { rootFrom } from '../../ledger/index.ts';
import type { Db, StoredEntry } from '../contract.ts';
import type { Head } from '../log/head.ts';
import { TileReader } from '../log/tiles.ts';
import type { Problem } from './problem.ts';

/** Checks entries one after the other against what they claim about themselves, and the tree that they make. */
export class EntryCheck {
  readonly #problems: Problem[];
  #frontier: Frontier = emptyFrontier();
  #next = 0;
  #lastTime = '';

  constructor(problems: Problem[]) {
    this.#problems = problems;
  }

  /** @returns false where the entry itself is not to be trusted */
  add(entry: StoredEntry): boolean {
    const before = this.#problems.length;
    for (; this.#next < entry.index; this.#next += 1) this.#say(this.#next, 'is missing');
    this.#next = entry.index + 1;
    const hash = leafHash(entry.leaf);
    this.#frontier = extendFrontier(this.#frontier, hash);
    if (!equalBytes(hash, entry.leafHash))
      this.#say(entry.index, 'its leaf does not hash to the stored leaf hash');
    this.#checkLeaf(entry);
    return this.#problems.length === before;
  }

  #checkLeaf(entry: StoredEntry): void {
    try {
      const leaf = decodeLeaf(entry.leaf);
      for (const column of ['time', 'kind', 'subject', 'actor'] as const) {
        if (leaf[column] !== entry[column]) this.#say(entry.index, `column ${column} is not the leaf's`);
      }
      if (leaf.time < this.#lastTime) this.#say(entry.index, 'its time is before that of the entry before');
      this.#lastTime = leaf.time;
      if (entry.body !== null && sha256Hex(entry.body) !== leaf.body) {
        this.#say(entry.index, 'its body is not the one that the leaf names');
      }
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.#say(entry.index, error.message);
    }
  }

  /** The tree's root against the head, and against the stored tiles that proofs are made from. */
  async finish(db: Db, head: Head): Promise<void> {
    for (; this.#next < head.size; this.#next += 1) this.#say(this.#next, 'is missing');
    const root = frontierRoot(this.#frontier);
    if (!equalBytes(root, head.root))
      this.#problems.push({ what: 'log head: its root is not that of the entries' });
    if (head.size < TILE_WIDTH) return;
    const fromTiles = await rootFrom(new TileReader(db).source(), head.size);
    if (!equalBytes(fromTiles, head.root))
      this.#problems.push({ what: 'tiles: their root is not that of the log head' });
  }

  #say(index: number, why: string): void {
    this.#problems.push({ what: `entry ${index}: ${why}` });
  }
}
