import {
  concatBytes,
  decodeLeaf,
  emptyFrontier,
  equalBytes,
  extendFrontier,
  FormatError,
  type Frontier,
  frontierRoot,
  leafHash,
  sha256Hex,
} from '#verifier';
import type { StoredEntry } from '../contract.ts';
import type { Head } from '../log/head.ts';
import type { Problem } from './problem.ts';

/** Told of each size of the tree, with its root for the asking. */
export type OnSize = (size: number, root: () => Uint8Array) => void;

/** Checks entries one after the other against what they claim about themselves, and the tree that they make. */
export class EntryCheck {
  readonly #problems: Problem[];
  readonly #onSize: OnSize;
  #frontier: Frontier = emptyFrontier();
  #next = 0;
  #lastTime = '';

  constructor(problems: Problem[], onSize: OnSize) {
    this.#problems = problems;
    this.#onSize = onSize;
  }

  /** @returns false where the entry itself is not to be trusted */
  add(entry: StoredEntry): boolean {
    const before = this.#problems.length;
    for (; this.#next < entry.index; this.#next += 1) this.#say(this.#next, 'is missing');
    this.#next = entry.index + 1;
    const hash = leafHash(entry.leaf);
    this.#frontier = extendFrontier(this.#frontier, hash);
    this.#onSize(this.#next, () => frontierRoot(this.#frontier));
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

  /** The tree's root and edge against the head, from which the next batch goes on. */
  finish(head: Head): void {
    for (; this.#next < head.size; this.#next += 1) this.#say(this.#next, 'is missing');
    const root = frontierRoot(this.#frontier);
    if (!equalBytes(root, head.root))
      this.#problems.push({ what: 'log head: its root is not that of the entries' });
    else if (!equalBytes(concatBytes(...this.#frontier.hashes), concatBytes(...head.frontier.hashes)))
      this.#problems.push({ what: 'log head: its frontier is not that of the entries' });
  }

  #say(index: number, why: string): void {
    this.#problems.push({ what: `entry ${index}: ${why}` });
  }
}
