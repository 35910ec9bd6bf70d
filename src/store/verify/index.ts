import { sql } from 'kysely';
import { ROW_TABLES } from '#verifier';
import type { Database, Db, StoredEntry } from '../contract.ts';
import { asStorageError } from '../engine/failures.ts';
import { readHead } from '../log/head.ts';
import type { KnownCheckpoint } from '../log/known.ts';
import { readEntries } from '../log/reads.ts';
import { EntryCheck } from './entries.ts';
import { KeptRoots } from './kept.ts';
import { checkOpenings } from './openings.ts';
import type { Problem } from './problem.ts';
import { RowCheck } from './rows.ts';
import { checkTiles } from './tiles.ts';

export type { Problem } from './problem.ts';

export interface RowsReport {
  /** Entries that were looked at; what was appended meanwhile is not among them. */
  size: number;
  /** Entries without a body that holds (erased after retention, or damaged and named): what follows from them was believed. */
  unchecked: number;
  problems: Problem[];
}

const PAGE_ENTRIES = 500;

export interface RowsCheck {
  onProgress?: (entries: number, size: number) => void;
  /** C2SP verifier key of the log, and checkpoints that others hold: the entries must be those they were signed over. */
  key?: string;
  known?: readonly KnownCheckpoint[];
}

/** Recomputes the whole database from its entries: hashes, tree, tiles, every version of every row, openings. */
export async function verifyRows(database: Database, check: RowsCheck = {}): Promise<RowsReport> {
  try {
    return await verifyDatabase(database.db, check);
  } catch (error) {
    throw asStorageError(error);
  }
}

/** `verifyRows` inside a transaction of the caller's. */
export async function verifyDatabase(db: Db, check: RowsCheck = {}): Promise<RowsReport> {
  const problems: Problem[] = [];
  const head = await readHead(db);
  const kept = new KeptRoots(problems, head.size);
  for (const known of check.known ?? []) await kept.add(known, check.key ?? head.verifierKey ?? '');
  const entryCheck = new EntryCheck(problems, (size, root) => kept.compare(size, root));
  const rowCheck = new RowCheck(db, problems);
  for (let from = 0; from < head.size; from += PAGE_ENTRIES) {
    const to = Math.min(from + PAGE_ENTRIES, head.size);
    const entries = (await page(db, from, to)).map((entry) =>
      entryCheck.add(entry) ? entry : withoutBody(entry),
    );
    await rowCheck.addPage(from, to, entries);
    check.onProgress?.(to, head.size);
  }
  rowCheck.finish(head.size);
  entryCheck.finish(head);
  await checkTiles(db, head.size, problems);
  await checkOutside(db, problems);
  await checkOpenings(db, problems);
  return { size: head.size, unchecked: rowCheck.unchecked, problems };
}

async function page(db: Db, from: number, to: number): Promise<StoredEntry[]> {
  const entries: StoredEntry[] = [];
  for await (const entry of readEntries(db, from, to)) entries.push(entry);
  return entries;
}

/** An entry that does not hold says nothing about rows; that it does not hold is said already. */
const withoutBody = (entry: StoredEntry): StoredEntry => ({ ...entry, body: null });

/**
 * What claims a place outside the log: entries and rows that no head ever counted. One statement, so that an append meanwhile
 * is seen with its head or not at all.
 */
async function checkOutside(db: Db, problems: Problem[]): Promise<void> {
  const legs = ROW_TABLES.map(
    (table) =>
      sql`select ${sql.lit(table)} as "table", key, known_from as at from ${sql.table(`row_${table}`)}`,
  );
  const outside = sql<{ table: string; key: string; at: number }>`
    select * from (${sql.join(legs, sql` union all `)} union all select 'entry', '', idx from entry) as places
    where at < 0 or at >= (select size from log_head) limit ${PAGE_ENTRIES}`;
  for (const { table, key, at } of (await outside.execute(db)).rows) {
    problems.push({
      what: `${table} \`${key}\` of entry ${at}: lies outside the log`,
      table,
      key,
      entry: at,
    });
  }
}
