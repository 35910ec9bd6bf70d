import { type Checkpoint, equalBytes, parseVerifierKey } from '#verifier';
import { type KnownCheckpoint, openKnown } from '../log/known.ts';
import type { Problem } from './problem.ts';

/** Compares the tree, as it grows over the entries, with checkpoints that were kept elsewhere. */
export class KeptRoots {
  readonly #problems: Problem[];
  readonly #size: number;
  readonly #kept: Array<{ from: string; checkpoint: Checkpoint }> = [];

  constructor(problems: Problem[], size: number) {
    this.#problems = problems;
    this.#size = size;
  }

  /** @throws MunimentError `data_damaged` where it is no checkpoint at all */
  async add(known: KnownCheckpoint, key: string): Promise<void> {
    const checkpoint = await openKnown(known, parseVerifierKey(key));
    const { from } = known;
    if (checkpoint === undefined) this.#say(from, 'is not signed by the key of this log');
    else if (checkpoint.size > this.#size) {
      this.#say(from, `has ${checkpoint.size} entries; ${this.#size} to ${checkpoint.size - 1} are gone`);
    } else this.#kept.push({ from, checkpoint });
  }

  compare(size: number, root: () => Uint8Array): void {
    for (const { from, checkpoint } of this.#kept) {
      if (checkpoint.size !== size || equalBytes(checkpoint.root, root())) continue;
      this.#say(from, `is over other entries than the first ${size}: they were rewritten, or this is a fork`);
    }
  }

  #say(from: string, why: string): void {
    this.#problems.push({ what: `checkpoint \`${from}\`: ${why}` });
  }
}
