import { sql } from 'kysely';
import type { Rows, RowTable } from '#verifier';
import { MunimentError } from '../../kernel/index.ts';
import { proveConsistencyFrom, proveInclusionFrom } from '../../ledger/index.ts';
import type { Db, EntryQuery, Opening, StoredEntry, When } from '../contract.ts';
import { readHead } from './head.ts';
import { knownOf, stoodAt } from './moment.ts';
import type { TileReader } from './tiles.ts';

/** Long reads go page by page, so that they never hold the embedded engine's one session. */
const PAGE_ENTRIES = 256;
const SEARCH_LIMIT_MAX = 1_000;
const OPENINGS_PAGE = 1_000;

const COLUMNS = ['entry.idx', 'time', 'kind', 'subject', 'actor', 'leaf', 'leaf_hash', 'bytes'] as const;

const selectEntries = (db: Db) =>
  db.selectFrom('entry').leftJoin('body', 'body.idx', 'entry.idx').select(COLUMNS);

type EntryRow = Awaited<ReturnType<ReturnType<typeof selectEntries>['execute']>>[number];

const toStored = ({ idx, leaf_hash, bytes, ...row }: EntryRow): StoredEntry => ({
  ...row,
  index: idx,
  leafHash: leaf_hash,
  body: bytes,
});

/** Entries `[from, to)` in order. */
export async function* readEntries(db: Db, from: number, to: number): AsyncIterable<StoredEntry> {
  for (let at = from; at < to; at += PAGE_ENTRIES) {
    const page = await selectEntries(db)
      .where('entry.idx', '>=', at)
      .where('entry.idx', '<', Math.min(to, at + PAGE_ENTRIES))
      .orderBy('entry.idx')
      .execute();
    yield* page.map(toStored);
    if (page.length < PAGE_ENTRIES) return;
  }
}

export async function readEntry(db: Db, index: number): Promise<StoredEntry | undefined> {
  const row = await selectEntries(db).where('entry.idx', '=', index).executeTakeFirst();
  return row && toStored(row);
}

export async function searchEntries(db: Db, query: EntryQuery): Promise<StoredEntry[]> {
  if (query.kinds?.length === 0) return [];
  let select = selectEntries(db);
  if (query.kinds !== undefined) select = select.where('kind', 'in', query.kinds);
  if (query.subject !== undefined) select = select.where('subject', '=', query.subject);
  if (query.actor !== undefined) select = select.where('actor', '=', query.actor);
  if (query.before !== undefined) select = select.where('entry.idx', '<', query.before);
  const limit = Math.min(query.limit, SEARCH_LIMIT_MAX);
  return (await select.orderBy('entry.idx', 'desc').limit(limit).execute()).map(toStored);
}

/** Rows as known at a size and true at a moment, one for each key, in the order of their keys. */
export async function readRows<T extends RowTable>(
  db: Db,
  table: T,
  when: When = {},
  key?: string,
): Promise<Array<Rows[T]>> {
  const only = key === undefined ? sql`true` : sql`r.key = ${key}`;
  const { rows } = await sql<{ data: Rows[T] }>`select r.data from ${sql.table(`row_${table}`)} as r
    where ${only} and ${stoodAt(table, 'r', await knownOf(db, when))} order by r.key`.execute(db);
  return rows.map(({ data }) => data);
}

export async function inclusion(
  db: Db,
  tiles: TileReader,
  index: number,
  size?: number,
): Promise<Uint8Array[]> {
  const to = size ?? (await readHead(db)).size;
  await checkSize(db, to);
  if (!Number.isSafeInteger(index) || index < 0 || index >= to) {
    throw new MunimentError('not_found', `entry \`${index}\` is not in a tree of ${to}`);
  }
  return proveInclusionFrom(tiles.source(), index, to);
}

export async function consistency(
  db: Db,
  tiles: TileReader,
  from: number,
  to?: number,
): Promise<Uint8Array[]> {
  const end = to ?? (await readHead(db)).size;
  await checkSize(db, end);
  if (!Number.isSafeInteger(from) || from < 0 || from > end) {
    throw new MunimentError('bad_request', `a tree of ${end} does not follow one of ${from}`);
  }
  return proveConsistencyFrom(tiles.source(), from, end);
}

async function checkSize(db: Db, size: number): Promise<void> {
  const head = await readHead(db);
  if (Number.isSafeInteger(size) && size >= 0 && size <= head.size) return;
  throw new MunimentError('not_found', `the log has no tree of \`${size}\``);
}

/** Openings by commitment; those that were erased are absent. */
export async function readOpenings(db: Db, commitments: Iterable<string>): Promise<Map<string, Opening>> {
  const wanted = [...new Set(commitments)];
  const found = new Map<string, Opening>();
  for (let at = 0; at < wanted.length; at += OPENINGS_PAGE) {
    const page = sql<Opening>`select commitment, salt, value from opening
      where commitment = any(${wanted.slice(at, at + OPENINGS_PAGE)}::text[])`;
    for (const opening of (await page.execute(db)).rows) found.set(opening.commitment, opening);
  }
  return found;
}
