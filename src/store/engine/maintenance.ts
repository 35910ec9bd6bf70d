import { sql } from 'kysely';
import type { Db } from '../contract.ts';

const TICK_MILLISECONDS = 5_000;
const CHECKPOINT_EVERY_MILLISECONDS = 60_000;
const CHECKPOINT_WAL_BYTES = 64 * 1024 * 1024;
const VACUUM_EVERY_MILLISECONDS = 24 * 60 * 60 * 1000;
/** Dead rows in one table that make a vacuum worth its pause before the day is over. */
const VACUUM_DEAD_ROWS = 50_000;
const VACUUM_LOOK_MILLISECONDS = 60_000;

export interface Maintenance {
  stop(): Promise<void>;
}

/**
 * PGlite has no background processes: nothing else would ever checkpoint (the log would grow without end, and recovery with
 * it) or vacuum. A failed round is tried again at the next tick; a broken engine is told to whoever uses it, not here.
 */
export function startMaintenance(db: Db): Maintenance {
  const rounds = new Rounds(db);
  let running: Promise<void> = Promise.resolve();
  let idle = true;
  const timer = setInterval(() => {
    if (!idle) return;
    idle = false;
    running = rounds
      .tick(performance.now())
      .catch(() => undefined)
      .finally(() => {
        idle = true;
      });
  }, TICK_MILLISECONDS);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

/** What is due when; exported for its test. Times in milliseconds of a clock that nobody sets. */
export class Rounds {
  readonly #db: Db;
  #checkpointed = Number.NEGATIVE_INFINITY;
  #vacuumed = performance.now();
  #looked = performance.now();

  constructor(db: Db) {
    this.#db = db;
  }

  async tick(now: number): Promise<void> {
    if (await this.#checkpointDue(now)) {
      await sql`checkpoint`.execute(this.#db);
      this.#checkpointed = now;
    }
    if (await this.#vacuumDue(now)) {
      await sql`vacuum (analyze)`.execute(this.#db);
      this.#vacuumed = now;
    }
  }

  async #checkpointDue(now: number): Promise<boolean> {
    const { rows } = await sql<{ bytes: string }>`
      select (pg_current_wal_insert_lsn() - redo_lsn)::text as bytes from pg_control_checkpoint()`.execute(
      this.#db,
    );
    const bytes = Number(rows[0]?.bytes ?? 0);
    // A checkpoint itself writes a little; below this, nothing was done since.
    const worthIt = bytes > 1024;
    return (
      bytes > CHECKPOINT_WAL_BYTES || (worthIt && now - this.#checkpointed >= CHECKPOINT_EVERY_MILLISECONDS)
    );
  }

  async #vacuumDue(now: number): Promise<boolean> {
    if (now - this.#vacuumed >= VACUUM_EVERY_MILLISECONDS) return true;
    if (now - this.#looked < VACUUM_LOOK_MILLISECONDS) return false;
    this.#looked = now;
    const { rows } = await sql<{ dead: string }>`
      select coalesce(max(n_dead_tup), 0)::text as dead from pg_stat_user_tables`.execute(this.#db);
    return Number(rows[0]?.dead ?? 0) >= VACUUM_DEAD_ROWS;
  }
}
