import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Dialect, Kysely } from 'kysely';
import { MunimentError } from '../../kernel/index.ts';
import type { Schema } from '../schema.ts';
import { type DataFolder, takeDataFolder, unwritable } from './data-folder.ts';
import { embeddedDialect } from './embedded-dialect.ts';
import type { Engine } from './engine.ts';
import { storageUnavailable } from './failures.ts';
import { startMaintenance } from './maintenance.ts';
import { EngineSession } from './session.ts';
import { RESERVE_BYTES, SpaceGuard } from './space.ts';

/** After the thread broke, how long storage stays refused before it is tried again. */
const RESTART_PAUSE_MILLISECONDS = 1_000;

export interface EmbeddedOptions {
  /** How long a statement may take. */
  answerMilliseconds?: number;
  /** Free space below which nothing is written. */
  reserveBytes?: number;
}

/**
 * Opens PGlite under `folder`, or one in memory for tests where it is null.
 * @throws MunimentError `data_in_use`, `data_damaged`, `data_unwritable`
 */
export async function openEmbedded(
  folder: string | null,
  { answerMilliseconds, reserveBytes = RESERVE_BYTES }: EmbeddedOptions = {},
): Promise<Engine> {
  const data = folder === null ? null : takeDataFolder(folder);
  const guard = folder === null ? undefined : new SpaceGuard(folder, reserveBytes);
  const keeper = new SessionKeeper(folder, data, answerMilliseconds);
  try {
    await keeper.session();
    data?.created();
  } catch (error) {
    data?.release();
    throw error;
  }
  const dialect: Dialect = embeddedDialect(() => keeper.session(), guard);
  const db = new Kysely<Schema>({ dialect });
  const maintenance = startMaintenance(db);
  return {
    kind: 'embedded',
    db,
    syncs: async () => (await keeper.session()).syncs(),
    ownerTransaction: (work) => db.transaction().execute(work),
    checkWritable: async () => guard?.check(),
    async close() {
      await maintenance.stop();
      await db.destroy();
      await keeper.close();
      data?.release();
    },
  };
}

/** Keeps one session alive: a thread that broke (disk full, failed fsync) is replaced, and recovery replays its log. */
class SessionKeeper {
  readonly #folder: string | null;
  readonly #data: DataFolder | null;
  readonly #answerMilliseconds: number | undefined;
  #current: Promise<EngineSession> | undefined;
  /** On a clock that nobody sets: a wall clock that is put back would keep a broken engine from coming back. */
  #notBefore = 0;
  #stood = false;
  #closed = false;

  constructor(folder: string | null, data: DataFolder | null, answerMilliseconds: number | undefined) {
    this.#answerMilliseconds = answerMilliseconds;
    this.#folder = folder;
    this.#data = data;
  }

  async session(): Promise<EngineSession> {
    if (this.#closed) throw new MunimentError('storage_unavailable', 'storage is closed');
    const current = await this.#current;
    // What lived in memory is gone with its thread; an empty one in its place would be a lie.
    if (current !== undefined && (!current.broken || this.#folder === null)) return current;
    return this.#restart();
  }

  #restart(): Promise<EngineSession> {
    if (performance.now() < this.#notBefore)
      throw new MunimentError('storage_unavailable', 'storage is unavailable');
    this.#notBefore = performance.now() + RESTART_PAUSE_MILLISECONDS;
    const started = this.#start();
    this.#current = started;
    started.catch(() => {
      this.#current = undefined;
    });
    return started;
  }

  async #start(): Promise<EngineSession> {
    try {
      const session = await EngineSession.start(
        { folder: this.#data?.cluster ?? null },
        this.#answerMilliseconds,
      );
      this.#stood = true;
      return session;
    } catch (error) {
      // What stood before and does not come back is tried again: a disk that is full now need not stay so.
      throw this.#stood ? storageUnavailable(error) : this.#whyNot(error);
    }
  }

  #whyNot(error: unknown): MunimentError {
    const folder = this.#folder ?? 'memory';
    const text = String(error);
    if (/EACCES|EROFS|ENOSPC|EDQUOT|Permission denied|No space left/.test(text))
      return unwritable(folder, error);
    const more = { detail: text, cause: error };
    if (this.#folder !== null && !existsSync(join(this.#folder, 'pg.creating'))) {
      return new MunimentError(
        'data_damaged',
        `the data folder \`${folder}\` is damaged; nothing in it was removed`,
        more,
      );
    }
    return new MunimentError('internal', 'the embedded engine does not start', more);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const session = await this.#current?.catch(() => undefined);
    await session?.close();
  }
}
