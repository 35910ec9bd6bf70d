import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { type Clock, systemClock, timestamp } from '../kernel/index.ts';
import type { Database, Tx } from './contract.ts';

const LEASE_MILLISECONDS = 60_000;
const POLL_MILLISECONDS = 500;
const RETRY_FIRST_MILLISECONDS = 1_000;
const RETRY_MAX_MILLISECONDS = 5 * 60_000;
const ERROR_MAX_CHARACTERS = 500;

export type Payload = Record<string, unknown>;

export interface Job {
  id: number;
  queue: string;
  payload: Payload;
  /** How often it was started, this time included. */
  attempts: number;
}

/** Runs one job. It may run again after a crash, so it must bear that; a throw puts it back for later. */
export type Handler = (job: Job) => Promise<void>;

export interface NewJob {
  payload?: Payload;
  /** Of unfinished jobs with the same key in a queue there is one; a second is dropped. */
  dedupe?: string;
  /** Not before; now where absent. */
  due?: Date;
}

/** A queue in a table: what is put in with a transaction is there exactly if the transaction is. */
export interface Jobs {
  put(queue: string, job?: NewJob, tx?: Tx): Promise<void>;
  /** Starts taking jobs of a queue, one at a time. */
  handle(queue: string, handler: Handler): void;
  /** Puts a job into `queue` each `everySeconds`, once among all replicas. */
  every(queue: string, everySeconds: number): Promise<void>;
  /** Takes and runs what is due now. @returns how many jobs ran */
  runDue(): Promise<number>;
  /** Stops taking jobs and waits for the one that runs. */
  close(): Promise<void>;
}

export interface JobsOptions {
  database: Database;
  clock?: Clock;
  /** Told of each failed run. */
  onFault?: (error: unknown, job?: Job) => void;
}

export function createJobs(options: JobsOptions): Jobs {
  return new TableJobs(options);
}

class TableJobs implements Jobs {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #onFault: NonNullable<JobsOptions['onFault']>;
  readonly #handlers = new Map<string, Handler>();
  #poll: NodeJS.Timeout | undefined;
  #running: Promise<number> | undefined;
  #closed = false;

  constructor({ database, clock = systemClock, onFault = () => undefined }: JobsOptions) {
    this.#database = database;
    this.#clock = clock;
    this.#onFault = onFault;
  }

  #after(milliseconds: number): string {
    return timestamp(new Date(this.#clock.now().getTime() + milliseconds));
  }

  async put(queue: string, { payload = {}, dedupe, due }: NewJob = {}, tx?: Tx): Promise<void> {
    const at = due === undefined ? this.#after(0) : timestamp(due);
    await (tx ?? this.#database.db)
      .insertInto('job')
      .values({ queue, dedupe: dedupe ?? null, payload: JSON.stringify(payload), due: at })
      .onConflict((conflict) => conflict.columns(['queue', 'dedupe']).doNothing())
      .execute();
  }

  handle(queue: string, handler: Handler): void {
    this.#handlers.set(queue, handler);
    this.#poll ??= setInterval(() => void this.runDue().catch(this.#onFault), POLL_MILLISECONDS).unref();
  }

  async every(queue: string, everySeconds: number): Promise<void> {
    await this.#database.db
      .insertInto('schedule')
      .values({ name: queue, every_seconds: everySeconds, next: this.#after(0) })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ every_seconds: everySeconds }))
      .execute();
  }

  runDue(): Promise<number> {
    this.#running ??= this.#runAll().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #runAll(): Promise<number> {
    await this.#database.transaction((tx) => this.#putScheduled(tx));
    let count = 0;
    for (let job = await this.#take(); job !== undefined; job = await this.#take()) {
      await this.#run(job.job, job.lease);
      count += 1;
    }
    return count;
  }

  /** Locks the due schedules, so that two replicas put each job once; rounds that were missed are not made up for. */
  async #putScheduled(tx: Tx): Promise<void> {
    const now = this.#after(0);
    const due = await tx
      .selectFrom('schedule')
      .selectAll()
      .where('next', '<=', now)
      .forUpdate()
      .skipLocked()
      .execute();
    for (const { name, every_seconds } of due) {
      await this.put(name, { dedupe: 'schedule' }, tx);
      const next = this.#after(every_seconds * 1000);
      await tx.updateTable('schedule').set({ next }).where('name', '=', name).execute();
    }
  }

  /** One due job, under a lease: where its holder dies, the next comes by when the lease has ended. */
  async #take(): Promise<{ job: Job; lease: string } | undefined> {
    const queues = [...this.#handlers.keys()];
    if (this.#closed || queues.length === 0) return undefined;
    const [now, until, lease] = [this.#after(0), this.#after(LEASE_MILLISECONDS), randomUUID()];
    const { rows } = await sql<Job>`
      update job set leased_until = ${until}, lease = ${lease}, attempts = attempts + 1 where id = (
        select id from job where queue = any(${queues}::text[]) and due <= ${now}
          and (leased_until is null or leased_until < ${now})
        order by due, id limit 1 for update skip locked)
      returning id, queue, payload, attempts`.execute(this.#database.db);
    return rows[0] && { job: rows[0], lease };
  }

  async #run(job: Job, lease: string): Promise<void> {
    const renewal = setInterval(
      () => void this.#renew(job, lease).catch(this.#onFault),
      LEASE_MILLISECONDS / 3,
    );
    try {
      await this.#handlers.get(job.queue)?.(job);
      await this.#database.db.deleteFrom('job').where('id', '=', job.id).where('lease', '=', lease).execute();
    } catch (error) {
      this.#onFault(error, job);
      await this.#putBack(job, lease, error);
    } finally {
      clearInterval(renewal);
    }
  }

  async #renew(job: Job, lease: string): Promise<void> {
    const leased_until = this.#after(LEASE_MILLISECONDS);
    await this.#held(job, lease).set({ leased_until }).execute();
  }

  /** INVARIANT: only who holds the lease may touch the job; another may have it by now. */
  #held({ id }: Job, lease: string) {
    return this.#database.db.updateTable('job').where('id', '=', id).where('lease', '=', lease);
  }

  async #putBack(job: Job, lease: string, error: unknown): Promise<void> {
    const pause = Math.min(RETRY_FIRST_MILLISECONDS * 2 ** (job.attempts - 1), RETRY_MAX_MILLISECONDS);
    const last_error = String(error).slice(0, ERROR_MAX_CHARACTERS);
    await this.#held(job, lease)
      .set({ due: this.#after(pause), leased_until: null, lease: null, last_error })
      .execute()
      .catch(this.#onFault);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#poll);
    await this.#running?.catch(() => undefined);
  }
}
