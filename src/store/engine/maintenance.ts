import { sql } from 'kysely';
import type { Db } from '../contract.ts';

const TICK_MILLISECONDS = 5_000;
const CHECKPOINT_EVERY_MILLISECONDS = 60_000;
const CHECKPOINT_WAL_BYTES = 64 * 1024 * 1024;
const VACUUM_EVERY_MILLISECONDS = 24 * 60 * 60 * 1000;
/** Dead rows in one table that make a vacuum worth its pause before the day is over. */
const VACUUM_DEAD_ROWS = 50_000;
const LOOK_MILLISECONDS = 60_000;
/** As PostgreSQL's own daemon does it: without counts that are about right, plans read whole tables for one page. */
const ANALYZE_ROWS = 500;
const ANALYZE_SHARE = 0.1;

export interface Maintenance {
  stop(): Promise<void>;
}

/**
 * PGlite has no background processes: nothing else would ever checkpoint (the log would grow without end, and recovery with
 * it) or vacuum, or count rows for the planner. A failed round is tried again at the next tick; a broken engine is told to whoever uses it, not here.
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
  #analyzed = Number.NEGATIVE_INFINITY;

  constructor(db: Db) {
    this.#db = db;
  }

  async tick(now: number): Promise<void> {
    // First, for what it writes belongs to this round's checkpoint.
    await this.#analyze(now);
    if (await this.#checkpointDue(now)) {
      await sql`checkpoint`.execute(this.#db);
      this.#checkpointed = now;
    }
    if (await this.#vacuumDue(now)) {
      await sql`vacuum (analyze)`.execute(this.#db);
      this.#vacuumed = now;
    }
  }

  async #analyze(now: number): Promise<void> {
    if (now - this.#analyzed < LOOK_MILLISECONDS) return;
    this.#analyzed = now;
    for (const table of await changedTables(this.#db))
      await sql`analyze ${sql.table(table)}`.execute(this.#db);
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
    if (now - this.#looked < LOOK_MILLISECONDS) return false;
    this.#looked = now;
    const { rows } = await sql<{ dead: string }>`
      select coalesce(max(n_dead_tup), 0)::text as dead from pg_stat_user_tables`.execute(this.#db);
    return Number(rows[0]?.dead ?? 0) >= VACUUM_DEAD_ROWS;
  }
}

/** Tables that grew or changed much since their rows were last counted for the planner. */
async function changedTables(db: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select s.relname as name from pg_stat_user_tables as s join pg_class as c on c.oid = s.relid
    where s.n_mod_since_analyze > ${ANALYZE_ROWS} + ${ANALYZE_SHARE} * greatest(c.reltuples, 0)`.execute(db);
  return rows.map(({ name }) => name);
}
