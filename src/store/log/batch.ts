import { sql } from 'kysely';
import { DECIDING_KINDS, type Frontier } from '#verifier';
import { type Clock, timestamp } from '../../kernel/index.ts';
import { type AppendedBatch, appendBatch } from '../../ledger/index.ts';
import type { Decided, Draft, Tx, Work } from '../contract.ts';
import { type EncodedEntry, encodeEntry, toAppended } from './encode.ts';
import { checkName, type Head, lockHead } from './head.ts';
import { RowBook } from './rows.ts';
import { catchUp, isDecidingChange, type TableView } from './view.ts';
import { writeBatch } from './write.ts';

/** A decision, or its refusal by an error, and what it was taken on. */
export type Attempt = { epoch: number; at: number } & ({ decided: Decided<unknown> } | { error: unknown });

/** One piece of work on its way through the committer. */
export interface Item {
  work: Work<unknown>;
  attempt: Attempt;
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
}

export interface Outcome {
  result: unknown;
  entries: EncodedEntry[];
  batch: DurableBatch;
}

/** What a committed transaction left; `proofs` lead to `head.root`. */
export interface DurableBatch {
  first: number;
  entries: EncodedEntry[];
  head: Head;
  proofs: AppendedBatch;
  view: TableView;
  settled: Array<{ item: Item; error: unknown } | { item: Item; result: unknown; entries: EncodedEntry[] }>;
}

/** Where a test may break in; see `LogOptions.fault`. */
export type Step = 'locked' | 'decided' | 'written' | 'committed' | 'signed';

export interface BatchContext {
  clock: Clock;
  view: TableView;
  /** Of the log that this committer may append to. */
  verifierKey: string;
  /** What the committer itself has to say before the items: the first snapshot, a clock that jumped, a gap. */
  prelude(head: Head, now: Date): Draft[];
  fault(step: Step): void | Promise<void>;
}

/** How long a decision stands though nothing that it looked at changed: its `now` grows old. */
const DECISION_AGE_MAX_MILLISECONDS = 1_000;

export function attempt(work: Work<unknown>, view: TableView, now: Date): Attempt {
  const basis = { epoch: view.epoch, at: now.getTime() };
  try {
    return { ...basis, decided: work.decide(view, now) };
  } catch (error) {
    return { ...basis, error };
  }
}

/** Runs one batch inside a transaction that is the caller's to commit. Throws only for what concerns the whole batch. */
export async function runBatch(tx: Tx, items: readonly Item[], context: BatchContext): Promise<DurableBatch> {
  const head = await lockHead(tx);
  checkName(head, context.verifierKey);
  await context.fault('locked');
  const view = context.view.epoch === head.epoch ? context.view : await catchUp(tx, context.view);
  const batch = new Batch(tx, head, view, context);
  try {
    await batch.addPrelude();
    for (const item of items) await batch.add(item);
    await context.fault('decided');
    return await batch.finish();
  } catch (error) {
    throw error instanceof BatchBroken ? error.cause : error;
  }
}

/** The batch while it grows: next index, what stands after the entries so far, and whose entries they are. */
class Batch {
  readonly #tx: Tx;
  readonly #head: Head;
  readonly #context: BatchContext;
  readonly #now: Date;
  /** Leaf times never go back, whatever the clock does. */
  readonly #time: string;
  readonly #book: RowBook;
  readonly #entries: EncodedEntry[] = [];
  readonly #settled: DurableBatch['settled'] = [];
  #view: TableView;
  #absorbed = 0;

  constructor(tx: Tx, head: Head, view: TableView, context: BatchContext) {
    this.#tx = tx;
    this.#head = head;
    this.#view = view;
    this.#context = context;
    this.#now = context.clock.now();
    const now = timestamp(this.#now);
    this.#time = head.time !== null && head.time > now ? head.time : now;
    this.#book = new RowBook(tx);
  }

  /** Index of the entry that comes next. */
  get #next(): number {
    return this.#head.size + this.#entries.length;
  }

  async addPrelude(): Promise<void> {
    await this.#take(this.#encode(this.#context.prelude(this.#head, this.#now)));
  }

  /** One item: a failure of its own is settled and leaves nothing behind. */
  async add(item: Item): Promise<void> {
    try {
      const decided = this.#decide(item);
      const entries = this.#encode(decided.drafts);
      await this.#useUp(item, decided, entries);
      await this.#take(entries);
      this.#settled.push({ item, result: decided.result, entries });
    } catch (error) {
      if (error instanceof BatchBroken) throw error;
      this.#settled.push({ item, error });
    }
  }

  #decide(item: Item): Decided<unknown> {
    const { epoch, at } = item.attempt;
    const stale =
      epoch !== this.#view.epoch || Math.abs(this.#now.getTime() - at) > DECISION_AGE_MAX_MILLISECONDS;
    if (stale) item.attempt = attempt(item.work, this.#view, this.#now);
    if ('error' in item.attempt) throw item.attempt.error;
    return item.attempt.decided;
  }

  #encode(drafts: readonly Draft[]): EncodedEntry[] {
    const first = this.#next;
    return drafts.map((draft, at) => encodeEntry(draft, first + at, this.#time));
  }

  /** Guards and rows beside the log run in a savepoint, so that one item's refusal undoes its own writes only. */
  async #useUp(item: Item, decided: Decided<unknown>, entries: EncodedEntry[]): Promise<void> {
    const { consume, beside } = item.work;
    if (consume === undefined && beside === undefined) return;
    await sql`savepoint item`.execute(this.#tx).catch(broken);
    try {
      await item.work.consume?.(this.#tx, decided);
      await item.work.beside?.(this.#tx, entries.map(toAppended), decided.result);
    } catch (error) {
      await sql`rollback to savepoint item`.execute(this.#tx).catch(broken);
      throw error;
    }
    await sql`release savepoint item`.execute(this.#tx).catch(broken);
  }

  /** Entries are in from here on. What they decide is seen by the items behind them. */
  async #take(entries: EncodedEntry[]): Promise<void> {
    this.#entries.push(...entries);
    if (entries.some(({ leaf }) => DECIDING_KINDS.has(leaf.kind))) await this.#absorb();
  }

  /** Projects what was not projected yet. A decision taken before a change to what decisions look at is stale from here. */
  async #absorb(): Promise<void> {
    const fresh = this.#entries.slice(this.#absorbed);
    const changes = await this.#book.absorb(fresh).catch(broken);
    this.#absorbed = this.#entries.length;
    if (fresh.some(({ leaf }) => DECIDING_KINDS.has(leaf.kind)) || changes.some(isDecidingChange)) {
      this.#view = this.#view.after(changes, this.#head.size + this.#absorbed);
    }
  }

  async finish(): Promise<DurableBatch> {
    await this.#absorb();
    const proofs = appendBatch(
      this.#head.frontier,
      this.#entries.map(({ leafHash }) => leafHash),
    );
    const head = this.#nextHead(proofs.frontier, proofs.root);
    if (this.#entries.length > 0) await writeBatch(this.#tx, this.#entries, this.#book, head);
    await this.#context.fault('written');
    const settled = this.#settled;
    return { first: this.#head.size, entries: this.#entries, head, proofs, view: this.#view, settled };
  }

  #nextHead(frontier: Frontier, root: Uint8Array): Head {
    const time = this.#entries.length > 0 ? this.#time : this.#head.time;
    return {
      verifierKey: this.#head.verifierKey,
      size: frontier.size,
      time,
      root,
      frontier,
      epoch: this.#view.epoch,
    };
  }
}

/** Carries an error that is not one item's past the item's own `catch`. */
class BatchBroken extends Error {
  constructor(cause: unknown) {
    super('the batch is broken', { cause });
  }
}

const broken = (error: unknown): never => {
  throw error instanceof BatchBroken ? error : new BatchBroken(error);
};
