import { type RawBuilder, sql } from 'kysely';
import { ROW_TABLES, TILE_WIDTH } from '#verifier';

type ColumnType = 'bigint' | 'int' | 'text' | 'bytea' | 'jsonb';

/** One table of a backup: its columns in their order, and what tells one row from the next. */
export interface BackupTable {
  name: string;
  columns: Readonly<Record<string, ColumnType>>;
  key: readonly string[];
  /** Rows in one page: few where a row may be large. */
  page: number;
}

/** A table of the log or the fold: what it held at a size of the log can be told at any later time. */
export interface LogTable extends BackupTable {
  /** True for a row that was there when the log had `size` entries. */
  stood(size: number): RawBuilder<boolean>;
}

const PAGE_ROWS = 500;
/** A body may hold a megabyte, a tile has eight kilobytes. */
const PAGE_LARGE_ROWS = 64;

/**
 * What lies outside the fold and changes in place. Sessions and sign-in links are left out: who restores an old moment must
 * not bring back a session that has ended since.
 */
export const BESIDE_TABLES: readonly BackupTable[] = [
  table('sealed_secret', { name: 'text', sealed: 'bytea' }, ['name']),
  table('join_token', { id: 'text', hash: 'bytea', used_at: 'text' }, ['id']),
  table('client_assertion', { hash: 'bytea', ends: 'text' }, ['hash']),
  // Numbers are given anew; a lease is of a process that is gone.
  table(
    'job',
    { queue: 'text', dedupe: 'text', payload: 'jsonb', due: 'text', attempts: 'int', last_error: 'text' },
    ['id'],
  ),
  table('schedule', { name: 'text', every_seconds: 'int', next: 'text' }, ['name']),
  table('follower', { name: 'text', next: 'bigint' }, ['name']),
  table('watch_state', { detector: 'text', about: 'text', data: 'jsonb' }, ['detector', 'about']),
  table('event_batch', { source: 'text', batch: 'text' }, ['source', 'batch']),
];

/** A full tile ends where the tree of `size` does, or before. */
const tileStood = (size: number): RawBuilder<boolean> =>
  sql<boolean>`(idx + 1) * power(${TILE_WIDTH}::numeric, level + 1) <= ${size}`;

const before = (column: string) => (size: number) => sql<boolean>`${sql.ref(column)} < ${size}`;

const foldTable = (name: string): LogTable => ({
  ...table(
    `row_${name}`,
    { key: 'text', known_from: 'bigint', known_to: 'bigint', valid_from: 'text', data: 'jsonb' },
    ['known_from', 'key'],
  ),
  stood: before('known_from'),
});

export const LOG_TABLES: readonly LogTable[] = [
  {
    ...table(
      'entry',
      {
        ...{ idx: 'bigint', time: 'text', kind: 'text', subject: 'text', actor: 'text' },
        ...{ leaf: 'bytea', leaf_hash: 'bytea' },
      },
      ['idx'],
    ),
    stood: before('idx'),
  },
  { ...table('body', { idx: 'bigint', bytes: 'bytea' }, ['idx'], PAGE_LARGE_ROWS), stood: before('idx') },
  {
    ...table(
      'tile',
      { level: 'int', idx: 'bigint', root: 'bytea', hashes: 'bytea' },
      ['level', 'idx'],
      PAGE_LARGE_ROWS,
    ),
    stood: tileStood,
  },
  // Openings have no place in the log: those of entries behind the moment may be among them, and open nothing.
  {
    ...table('opening', { commitment: 'text', salt: 'text', value: 'text' }, ['commitment']),
    stood: () => sql<boolean>`true`,
  },
  // Pages that sweeps read, likewise: each is found by its digest alone.
  {
    ...table(
      'document',
      { digest: 'text', data: 'bytea', bytes: 'bigint', first_seen: 'text' },
      ['digest'],
      PAGE_LARGE_ROWS,
    ),
    stood: () => sql<boolean>`true`,
  },
  ...ROW_TABLES.map(foldTable),
];

export const BACKUP_TABLES: readonly BackupTable[] = [...BESIDE_TABLES, ...LOG_TABLES];

function table(
  name: string,
  columns: BackupTable['columns'],
  key: readonly string[],
  page = PAGE_ROWS,
): BackupTable {
  return { name, columns, key, page };
}
