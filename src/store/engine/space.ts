import { statfsSync } from 'node:fs';
import { MunimentError } from '../../kernel/index.ts';
import type { EngineSession } from './session.ts';

const MEBIBYTE = 1024 * 1024;
/** Room for what the engine writes by itself (segments of its log, checkpoints) while nobody else may write. */
export const RESERVE_BYTES = 64 * 1024 * 1024;

/**
 * Keeps the engine from meeting a full disk: PostgreSQL panics when its log cannot be written, and cannot recover, nor be read,
 * until there is space. While less than the reserve is free, transactions are read-only, so reads go on and writes are refused.
 */
export class SpaceGuard {
  readonly #folder: string;
  readonly #reserveBytes: number;
  /** What each session was told last; a new one takes writes. */
  readonly #readOnly = new WeakMap<EngineSession, boolean>();

  constructor(folder: string, reserveBytes: number) {
    this.#folder = folder;
    this.#reserveBytes = reserveBytes;
  }

  /** @throws MunimentError `storage_unavailable` where less is free than is kept in reserve */
  check(): void {
    if (this.#isShort()) throw this.refusal();
  }

  refusal(): MunimentError {
    const least = Math.round(this.#reserveBytes / MEBIBYTE);
    return new MunimentError(
      'storage_unavailable',
      `less than ${least} MiB are free for the data folder: nothing is written until there is more`,
    );
  }

  /** To be called while nothing is under way in the session. */
  async apply(session: EngineSession): Promise<void> {
    const isShort = this.#isShort();
    if ((this.#readOnly.get(session) ?? false) === isShort) return;
    const mode = isShort ? 'read only' : 'read write';
    await session.query(`set session characteristics as transaction ${mode}`, []);
    this.#readOnly.set(session, isShort);
  }

  #isShort(): boolean {
    const { bavail, bsize } = statfsSync(this.#folder);
    return bavail * bsize < this.#reserveBytes;
  }
}
