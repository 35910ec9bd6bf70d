import { sql } from 'kysely';
import { TILE_WIDTH } from '#verifier';
import type { HashSource } from '../../ledger/index.ts';
import type { Db, Tx } from '../contract.ts';
import { splitHashes } from './head.ts';

/** Full tiles never change, so they may be kept; 8 KiB each. */
const KEPT_TILES_MAX = 1_024;

/** Hashes `[from, to)` of a level, from below: leaf hashes, or roots of the full tiles of the level under it. */
export async function levelHashes(
  db: Db | Tx,
  level: number,
  from: number,
  to: number,
): Promise<Uint8Array[]> {
  if (from >= to) return [];
  const query =
    level === 0
      ? sql<{
          hash: Uint8Array;
        }>`select leaf_hash as hash from entry where idx >= ${from} and idx < ${to} order by idx`
      : sql<{ hash: Uint8Array }>`select root as hash from tile
          where level = ${level - 1} and idx >= ${from} and idx < ${to} order by idx`;
  return (await query.execute(db)).rows.map(({ hash }) => hash);
}

/** Reads whole tiles: a proof asks for many hashes of few tiles. */
export class TileReader {
  readonly #db: Db;
  readonly #kept = new Map<string, Uint8Array[]>();

  constructor(db: Db) {
    this.#db = db;
  }

  /** A source for one proof or publication: what it read of a growing tile it does not read again. */
  source(): HashSource {
    const growing = new Map<string, Promise<Uint8Array[]>>();
    return async (level, index, count) => {
      const tile = Math.floor(index / TILE_WIDTH);
      const hashes = await this.#tile(level, tile, growing);
      const start = index - tile * TILE_WIDTH;
      return hashes.slice(start, start + count);
    };
  }

  #tile(level: number, tile: number, growing: Map<string, Promise<Uint8Array[]>>): Promise<Uint8Array[]> {
    const name = `${level}/${tile}`;
    const kept = this.#kept.get(name);
    if (kept !== undefined) return Promise.resolve(kept);
    const read = growing.get(name) ?? this.#read(level, tile, name);
    growing.set(name, read);
    return read;
  }

  async #read(level: number, tile: number, name: string): Promise<Uint8Array[]> {
    const stored = await this.#db
      .selectFrom('tile')
      .select('hashes')
      .where('level', '=', level)
      .where('idx', '=', tile)
      .executeTakeFirst();
    if (stored === undefined) return levelHashes(this.#db, level, tile * TILE_WIDTH, (tile + 1) * TILE_WIDTH);
    const hashes = splitHashes(stored.hashes);
    this.#keep(name, hashes);
    return hashes;
  }

  #keep(name: string, hashes: Uint8Array[]): void {
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= KEPT_TILES_MAX && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(name, hashes);
  }
}
