import { type RawBuilder, sql } from 'kysely';
import { concatBytes, TILE_WIDTH } from '#verifier';
import { tileRoot } from '../../ledger/index.ts';
import type { Tx } from '../contract.ts';
import type { EncodedEntry } from './encode.ts';
import { type Head, writeHead } from './head.ts';
import type { RowBook } from './rows.ts';
import { levelHashes } from './tiles.ts';

/** Writes a batch: what is replaced first, then everything new in one statement, then the tiles that became full. */
export async function writeBatch(
  tx: Tx,
  entries: readonly EncodedEntry[],
  book: RowBook,
  head: Head,
): Promise<void> {
  await together(book.updates(), tx);
  await together([...insertEntries(entries), ...book.inserts(), writeHead(head)], tx);
  await writeFullTiles(tx, entries);
}

/** Several statements in one round trip, as common table expressions. */
async function together(statements: RawBuilder<unknown>[], tx: Tx): Promise<void> {
  if (statements.length === 0) return;
  const parts = statements.map((statement, at) => sql`${sql.id(`s${at}`)} as (${statement})`);
  await sql`with ${sql.join(parts)} select 1`.execute(tx);
}

function insertEntries(entries: readonly EncodedEntry[]): RawBuilder<unknown>[] {
  const leaves = entries.map(({ leaf }) => leaf);
  const indices = entries.map(({ index }) => index);
  const openings = entries.flatMap((entry) => entry.openings);
  return [
    sql`insert into entry (idx, time, kind, subject, actor, leaf, leaf_hash) select * from unnest(
      ${indices}::bigint[], ${leaves.map(({ time }) => time)}::text[], ${leaves.map(({ kind }) => kind)}::text[],
      ${leaves.map(({ subject }) => subject)}::text[], ${leaves.map(({ actor }) => actor)}::text[],
      ${entries.map(({ leafBytes }) => leafBytes)}::bytea[], ${entries.map(({ leafHash }) => leafHash)}::bytea[])`,
    sql`insert into body (idx, bytes) select * from unnest(
      ${indices}::bigint[], ${entries.map(({ bodyBytes }) => bodyBytes)}::bytea[])`,
    ...(openings.length === 0 ? [] : [insertOpenings(openings)]),
  ];
}

function insertOpenings(openings: EncodedEntry['openings']): RawBuilder<unknown> {
  return sql`insert into opening (commitment, salt, value) select * from unnest(
    ${openings.map(({ commitment }) => commitment)}::text[], ${openings.map(({ salt }) => salt)}::text[],
    ${openings.map(({ value }) => value)}::text[]) on conflict (commitment) do nothing`;
}

/** Keeps each tile's hashes from the moment it is full, so that a proof reads a few rows whatever the log's size. */
async function writeFullTiles(tx: Tx, entries: readonly EncodedEntry[]): Promise<void> {
  let from = entries[0]?.index ?? 0;
  let hashes = entries.map(({ leafHash }) => leafHash);
  for (let level = 0; hashes.length > 0; level += 1) {
    const tiles = await completeTiles(tx, level, from, hashes);
    if (tiles.length > 0) await insertTiles(tx, level, tiles);
    from = tiles[0]?.index ?? 0;
    hashes = tiles.map(({ root }) => root);
  }
}

interface FullTile {
  index: number;
  root: Uint8Array;
  hashes: Uint8Array[];
}

/** The tiles of `level` that `fresh` hashes, from `from` on, make full. */
async function completeTiles(tx: Tx, level: number, from: number, fresh: Uint8Array[]): Promise<FullTile[]> {
  const first = Math.floor(from / TILE_WIDTH);
  const end = Math.floor((from + fresh.length) / TILE_WIDTH);
  if (end <= first) return [];
  const before = await levelHashes(tx, level, first * TILE_WIDTH, from);
  const all = [...before, ...fresh];
  return Array.from({ length: end - first }, (_, at) => {
    const hashes = all.slice(at * TILE_WIDTH, (at + 1) * TILE_WIDTH);
    return { index: first + at, root: tileRoot(hashes), hashes };
  });
}

async function insertTiles(tx: Tx, level: number, tiles: FullTile[]): Promise<void> {
  await sql`insert into tile (level, idx, root, hashes) select ${level}::int, * from unnest(
    ${tiles.map(({ index }) => index)}::bigint[], ${tiles.map(({ root }) => root)}::bytea[],
    ${tiles.map(({ hashes }) => concatBytes(...hashes))}::bytea[])`.execute(tx);
}
