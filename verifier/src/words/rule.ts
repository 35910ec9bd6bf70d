import type { EntryData, Kind } from './entries.ts';
import type { ReadRow, RowChange, Rows, RowTable } from './rows.ts';

/** How an entry of one kind becomes rows. */

export type RowKey = { table: RowTable; key: string };

export interface Rule<K extends Kind> {
  /** Rows that must be read before `rows` can be asked: known from the entry alone, so a batch fetches them at once. */
  reads?(data: EntryData[K], entry: Place): RowKey[];
  rows(data: EntryData[K], entry: Place, read: ReadRow): RowChange[];
}

/** Where and by whom, from the leaf, with the index. */
export interface Place {
  index: number;
  time: string;
  occurred: string;
  actor: string;
}

/** Builds the change to one row that stands; an entry about a row that never was changes nothing. */
export function patch<T extends RowTable>(
  read: ReadRow,
  table: T,
  key: string,
  with_: Partial<Rows[T]>,
): RowChange[] {
  const row = read(table, key);
  return row === undefined ? [] : [{ table, key, row: { ...row, ...with_ } } as RowChange];
}
