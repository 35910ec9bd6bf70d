import { Worker } from 'node:worker_threads';
import { SqlError, storageUnavailable } from './failures.ts';
import type { EngineAnswer, EngineOptions, EngineRequest, EngineStart, QueryAnswer } from './messages.ts';

type Waiting = { resolve(value: unknown): void; reject(error: unknown): void; watch: NodeJS.Timeout };
type RequestBody = EngineRequest extends infer R ? (R extends EngineRequest ? Omit<R, 'id'> : never) : never;

/** As long as a statement may take on PostgreSQL. */
const ANSWER_MILLISECONDS = 60_000;
const MAINTENANCE_MILLISECONDS = 15 * 60_000;

/** One engine thread, from its start to its end. Once broken it answers everything with `storage_unavailable`. */
export class EngineSession {
  readonly #worker: Worker;
  readonly #answerMilliseconds: number;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #broken: unknown;
  readonly #ended: Promise<void>;

  private constructor(worker: Worker, answerMilliseconds: number) {
    this.#worker = worker;
    this.#answerMilliseconds = answerMilliseconds;
    this.#ended = new Promise((resolve) => worker.once('exit', () => resolve()));
    worker.on('message', (answer: EngineAnswer) => this.#settle(answer));
    worker.on('error', (error) => this.#break(error));
    worker.on('exit', () => this.#break(new Error('the engine thread has ended')));
  }

  /** Starts the thread and waits until the database stands. Throws what the engine said where it does not. */
  static async start(
    options: EngineOptions,
    answerMilliseconds = ANSWER_MILLISECONDS,
  ): Promise<EngineSession> {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: options });
    const first = await firstMessage(worker);
    if (first.started) return new EngineSession(worker, answerMilliseconds);
    await worker.terminate();
    throw new SqlError(first.error);
  }

  get broken(): boolean {
    return this.#broken !== undefined;
  }

  query(sql: string, parameters: readonly unknown[]): Promise<QueryAnswer> {
    return this.#ask({ type: 'query', sql, parameters }) as Promise<QueryAnswer>;
  }

  /** How many fsyncs the engine asked for since it started. */
  syncs(): Promise<number> {
    return this.#ask({ type: 'syncs' }) as Promise<number>;
  }

  /** Ends the database in an orderly way, then the thread. */
  async close(): Promise<void> {
    if (!this.broken) await this.#ask({ type: 'close' }).catch(() => undefined);
    await this.#worker.terminate();
    await this.#ended;
  }

  #ask(request: RequestBody): Promise<unknown> {
    if (this.broken) return Promise.reject(storageUnavailable(this.#broken));
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      const watch = setTimeout(() => this.#giveUp(), this.#patience(request)).unref();
      this.#waiting.set(id, { resolve, reject, watch });
      this.#worker.postMessage({ ...request, id });
    });
  }

  /** Maintenance takes its time; anything else that does not answer stands still for good. */
  #patience(request: RequestBody): number {
    const slow = request.type === 'query' && /^(vacuum|checkpoint)/.test(request.sql);
    return slow ? MAINTENANCE_MILLISECONDS : this.#answerMilliseconds;
  }

  /** A panic can leave the engine's program in a loop that nothing but the end of its thread breaks. */
  #giveUp(): void {
    this.#die(new SqlError({ message: 'the engine did not answer in time', code: '57014' }), undefined);
  }

  #settle(answer: EngineAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    clearTimeout(waiting?.watch);
    if (answer.ok) waiting?.resolve(answer.value);
    else if (!answer.fatal) waiting?.reject(new SqlError(answer.error));
    else this.#die(new SqlError(answer.error), waiting);
  }

  /** The engine broke in the middle: whatever it still answered would be answered from a state that nobody knows. */
  #die(error: SqlError, asked: Waiting | undefined): void {
    asked?.reject(storageUnavailable(error));
    this.#break(error);
    void this.#worker.terminate();
  }

  /** Nothing can be known any more about what is still unanswered. */
  #break(error: unknown): void {
    this.#broken ??= error;
    for (const { reject, watch } of this.#waiting.values()) {
      clearTimeout(watch);
      reject(storageUnavailable(error));
    }
    this.#waiting.clear();
  }
}

function firstMessage(worker: Worker): Promise<EngineStart> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the engine thread ended while it started')));
  });
}
