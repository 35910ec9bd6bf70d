import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

const HASHES_MAX = 1024;
const BINARY_MAX_BYTES = 2 ** 30;
/** One buffer for the whole file, so that a large binary leaves no trail of garbage. */
const CHUNK_BYTES = 2 ** 18;
/** A file changed this recently could change again within the same tick of its change time: hashed, but not remembered. */
const UNSETTLED_MILLISECONDS = 2000;

/** Device, inode, size and change time: the change time cannot be set back by the file's owner, unlike the modification time. */
export const keyOf = (stat: BigIntStats): string => `${stat.dev}:${stat.ino}:${stat.size}:${stat.ctimeNs}`;

export const isSettled = ({ ctimeMs }: BigIntStats): boolean =>
  Date.now() - Number(ctimeMs) > UNSETTLED_MILLISECONDS;

/** SHA-256 of binaries, hex, remembered until the file changes. */
export class BinaryHashes {
  readonly #known = new Map<string, Promise<string | undefined>>();
  /** How many files were read through: tests see here that a hash was remembered. */
  reads = 0;

  /** `undefined` for a file that is no regular one, is over 1 GiB, or changed while it was read. */
  async of(file: FileHandle): Promise<string | undefined> {
    const stat = await file.stat({ bigint: true });
    if (!stat.isFile() || stat.size > BINARY_MAX_BYTES) return undefined;
    const key = keyOf(stat);
    const running = this.#known.get(key) ?? this.#read(file, key);
    this.#remember(key, running);
    const hash = await running;
    if (hash === undefined || !isSettled(stat)) this.#known.delete(key);
    return hash;
  }

  async #read(file: FileHandle, key: string): Promise<string | undefined> {
    this.reads += 1;
    const hash = createHash('sha256');
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let position = 0; ; ) {
      const { bytesRead } = await file.read(chunk, 0, chunk.length, position);
      if (bytesRead === 0) break;
      hash.update(chunk.subarray(0, bytesRead));
      position += bytesRead;
    }
    return keyOf(await file.stat({ bigint: true })) === key ? hash.digest('hex') : undefined;
  }

  #remember(key: string, hash: Promise<string | undefined>): void {
    this.#known.delete(key);
    this.#known.set(key, hash);
    const oldest = this.#known.keys().next().value;
    if (this.#known.size > HASHES_MAX && oldest !== undefined) this.#known.delete(oldest);
  }
}
