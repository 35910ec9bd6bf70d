import { isMunimentError, MunimentError } from '../../kernel/index.ts';
import type { Database, Db, Draft, Work } from '../contract.ts';
import { asStorageError, asUnconfirmed, blamesData, isConflict } from '../engine/failures.ts';
import {
  attempt,
  type BatchContext,
  type DurableBatch,
  type Item,
  type Outcome,
  runBatch,
  type Step,
} from './batch.ts';
import type { Head } from './head.ts';
import type { Prelude } from './prelude.ts';
import { catchUp, type TableView } from './view.ts';

const BATCH_ITEMS_MAX = 512;
/** A sweep brings thousands at once; the issuances behind it must not wait for more of them in the same transaction. */
const BATCH_DRAFTS_MAX = 2_000;
const CONFLICT_TRIES = 5;
/** More than this waiting means that the database cannot keep up; to refuse is kinder than to let everyone time out. */
const QUEUE_ITEMS_MAX = 20_000;

export interface CommitterOptions {
  database: Database;
  clock: BatchContext['clock'];
  prelude: Prelude;
  view: TableView;
  fault(step: Step): void | Promise<void>;
  verifierKey: string;
  /** Called with each durable batch before anybody is told of its entries: checkpoint, listeners. */
  onDurable(batch: DurableBatch): Promise<void>;
}

/** Takes work in, runs it in batches, one transaction each, and lets go of results only when they are durable. */
export class Committer {
  readonly #options: CommitterOptions;
  readonly #queue: Item[] = [];
  #view: TableView;
  #running: Promise<void> | undefined;
  /** Why storage did not take the last batch; undefined once it took one. */
  #refusal: unknown;
  #closed = false;

  constructor(options: CommitterOptions) {
    this.#options = options;
    this.#view = options.view;
  }

  get refusal(): unknown {
    return this.#refusal;
  }

  get view(): TableView {
    return this.#view;
  }

  /** Takes up rows that other replicas changed, where `head` shows that they did. */
  async catchUp(db: Db, head: Head): Promise<void> {
    if (head.epoch <= this.#view.epoch) return;
    this.#learn(await catchUp(db, this.#view));
  }

  #learn(view: TableView): void {
    if (view.epoch > this.#view.epoch) this.#view = view;
  }

  /** The decision is taken at once, while the batch before is being written; under the lock only stale ones are repeated. */
  submit(work: Work<unknown>): Promise<Outcome> {
    if (this.#closed) throw new MunimentError('storage_unavailable', 'the log is closed');
    if (this.#queue.length >= QUEUE_ITEMS_MAX)
      throw new MunimentError('storage_unavailable', 'too much waits for storage');
    return new Promise((resolve, reject) => {
      const taken = attempt(work, this.#view, this.#options.clock.now());
      this.#queue.push({ work, attempt: taken, resolve, reject });
      this.#running ??= this.#drain();
    });
  }

  /** Refuses new work and waits for what was taken in. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #drain(): Promise<void> {
    // What is submitted in the same turn of the event loop belongs to one batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) await this.#run(this.#nextBatch());
    this.#running = undefined;
  }

  /** Whole items in order, at least one. */
  #nextBatch(): Item[] {
    let drafts = 0;
    let count = 0;
    for (const item of this.#queue) {
      drafts += 'decided' in item.attempt ? item.attempt.decided.drafts.length : 0;
      if (count > 0 && (count >= BATCH_ITEMS_MAX || drafts > BATCH_DRAFTS_MAX)) break;
      count += 1;
    }
    return this.#queue.splice(0, count);
  }

  async #run(items: Item[]): Promise<void> {
    try {
      const batch = await this.#transact(items);
      this.#refusal = undefined;
      await this.#settle(batch);
    } catch (error) {
      if (items.length > 1 && blamesData(error)) return this.#runSingly(items);
      const told = asStorageError(error);
      if (isMunimentError(told) && told.code === 'storage_unavailable') this.#refusal = told;
      for (const { reject } of items) reject(told);
    }
  }

  /** One of them is poison that only the database saw: alone, each stands or falls by itself. */
  async #runSingly(items: Item[]): Promise<void> {
    for (const item of items) await this.#run([item]);
  }

  async #transact(items: Item[]): Promise<DurableBatch> {
    const { database, clock, prelude, fault, verifierKey } = this.#options;
    let said: Draft[] = [];
    const say = (head: Head, now: Date) => {
      said = prelude.drafts(head, now);
      return said;
    };
    for (let tries = 1; ; tries += 1) {
      let asked = false;
      try {
        const context = { clock, view: this.#view, prelude: say, fault, verifierKey };
        const batch = await database.db.transaction().execute(async (tx) => {
          const ready = await runBatch(tx, items, context);
          asked = true;
          return ready;
        });
        prelude.told(said);
        return batch;
      } catch (error) {
        if (isConflict(error) && tries < CONFLICT_TRIES) continue;
        throw asked ? asUnconfirmed(error) : error;
      }
    }
  }

  async #settle(batch: DurableBatch): Promise<void> {
    this.#learn(batch.view);
    await this.#options.fault('committed');
    await this.#options.onDurable(batch);
    for (const settled of batch.settled) {
      if ('error' in settled) settled.item.reject(asStorageError(settled.error));
      else settled.item.resolve({ result: settled.result, entries: settled.entries, batch });
    }
  }
}
