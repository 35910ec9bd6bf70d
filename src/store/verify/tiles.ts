import { equalBytes, TILE_WIDTH } from '#verifier';
import { tileRoot } from '../../ledger/index.ts';
import type { Db } from '../contract.ts';
import { splitHashes } from '../log/head.ts';
import { levelHashes } from '../log/tiles.ts';
import type { Problem } from './problem.ts';

/** A tile holds eight kilobytes. */
const PAGE_TILES = 64;

interface StoredTile {
  level: number;
  idx: number;
  root: Uint8Array;
  hashes: Uint8Array;
}

/** Every stored tile, from which proofs are made, against what lies below it; and that each full one is there. */
export async function checkTiles(db: Db, size: number, problems: Problem[]): Promise<void> {
  const say = (level: number, index: number, why: string) =>
    void problems.push({ what: `tile ${level}/${index}: ${why}` });
  let full = Math.floor(size / TILE_WIDTH);
  for (let level = 0; full > 0; level += 1, full = Math.floor(full / TILE_WIDTH)) {
    await checkLevel(db, level, full, (index, why) => say(level, index, why));
  }
  const beyond = await db.selectFrom('tile').select(['level', 'idx']).execute();
  for (const { level, idx } of beyond) {
    if (idx < 0 || level < 0 || (idx + 1) * TILE_WIDTH ** (level + 1) > size)
      say(level, idx, 'lies outside the log');
  }
}

type Say = (index: number, why: string) => void;

async function checkLevel(db: Db, level: number, full: number, say: Say): Promise<void> {
  for (let from = 0; from < full; from += PAGE_TILES) {
    const to = Math.min(from + PAGE_TILES, full);
    const stored = new Map((await tilesOf(db, level, from, to)).map((tile) => [tile.idx, tile]));
    for (let index = from; index < to; index += 1) {
      const tile = stored.get(index);
      if (tile === undefined) say(index, 'is missing');
      else await checkTile(db, tile, say);
    }
  }
}

const tilesOf = (db: Db, level: number, from: number, to: number): Promise<StoredTile[]> =>
  db
    .selectFrom('tile')
    .selectAll()
    .where('level', '=', level)
    .where('idx', '>=', from)
    .where('idx', '<', to)
    .execute();

async function checkTile(db: Db, { level, idx, root, hashes }: StoredTile, say: Say): Promise<void> {
  const first = idx * TILE_WIDTH;
  const below = await levelHashes(db, level, first, first + TILE_WIDTH);
  const held = splitHashes(hashes);
  const at = below.findIndex((hash, i) => held[i] === undefined || !equalBytes(hash, held[i]));
  const what = level === 0 ? 'entry' : `tile ${level - 1}/`;
  if (at >= 0) say(idx, `its hash ${at} is not that of ${what}${level === 0 ? ' ' : ''}${first + at}`);
  if (held.length !== TILE_WIDTH) say(idx, `holds ${held.length} hashes, not ${TILE_WIDTH}`);
  else if (!equalBytes(tileRoot(held), root)) say(idx, 'its root is not that of its hashes');
}
