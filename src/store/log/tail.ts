import type { Appended, Db } from '../contract.ts';
import { Mutex } from '../engine/mutex.ts';

export type Listener = (entries: Appended[]) => void;

const PAGE_ENTRIES = 1_000;

/** Tells listeners of every entry once and in order: our own batches, and what other replicas appended between them. */
export class Tail {
  readonly #db: Db;
  readonly #listeners = new Set<Listener>();
  readonly #turn = new Mutex();
  readonly #onFault: (error: unknown) => void;
  #told: number;

  constructor(db: Db, size: number, onFault: (error: unknown) => void) {
    this.#db = db;
    this.#told = size;
    this.#onFault = onFault;
  }

  /** Entries that were told of. */
  get size(): number {
    return this.#told;
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The log has `size` entries now; `own` are the newest of them, where they are at hand. */
  advance(size: number, own: Appended[] = []): Promise<void> {
    return this.#turn.run(async () => {
      const ownFrom = own[0]?.index ?? size;
      while (this.#told < ownFrom) {
        const to = Math.min(ownFrom, this.#told + PAGE_ENTRIES);
        this.#tell(await this.#load(this.#told, to));
        this.#told = to;
      }
      this.#tell(own.filter(({ index }) => index >= this.#told));
    });
  }

  #tell(entries: Appended[]): void {
    const last = entries.at(-1);
    if (last === undefined) return;
    this.#told = last.index + 1;
    for (const listener of this.#listeners) {
      try {
        listener(entries);
      } catch (error) {
        // One listener's mistake must neither stop the log nor keep the entries from the others.
        this.#onFault(error);
      }
    }
  }

  async #load(from: number, to: number): Promise<Appended[]> {
    const rows = await this.#db
      .selectFrom('entry')
      .innerJoin('body', 'body.idx', 'entry.idx')
      .select(['entry.idx', 'time', 'kind', 'leaf', 'leaf_hash', 'bytes'])
      .where('entry.idx', '>=', from)
      .where('entry.idx', '<', to)
      .orderBy('entry.idx')
      .execute();
    return rows.map(({ idx, time, kind, leaf, leaf_hash, bytes }) => ({
      index: idx,
      time,
      kind,
      leaf,
      leafHash: leaf_hash,
      body: bytes,
    }));
  }
}
