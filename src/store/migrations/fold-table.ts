import { type RawBuilder, sql } from 'kysely';
import type { RowTable } from '#verifier';

/** The one shape of every table of the fold, as `FoldRow` in `schema.ts` has it. */
export function foldTable(table: RowTable): RawBuilder<unknown>[] {
  const name = sql.table(`row_${table}`);
  return [
    sql`create table ${name} (
      key text collate "C" not null, known_from bigint not null, known_to bigint,
      valid_from text collate "C" not null, data jsonb not null, primary key (key, known_from))`,
    sql`create unique index ${sql.ref(`row_${table}_standing`)} on ${name} (key) where known_to is null`,
    sql`create index ${sql.ref(`row_${table}_known`)} on ${name} (known_from)`,
  ];
}
