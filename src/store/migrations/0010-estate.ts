import { sql } from 'kysely';
import type { Tx } from '../contract.ts';
import { foldTable } from './fold-table.ts';

/**
 * Sources and joins are rows of the fold. A document is a committed page that a sweep read, gzip, under the SHA-256 (hex) of its
 * canonical JSON. Things are looked up by the names that another source may know them by, and by who holds them.
 */
const STATEMENTS = [
  ...foldTable('join'),
  ...foldTable('source'),
  sql`create table document (
    digest text collate "C" primary key, data bytea not null, bytes bigint not null, first_seen text collate "C" not null)`,
  sql`create index observation_joins on row_observation using gin ((data->'joins')) where known_to is null`,
  sql`create index observation_holder on row_observation ((data->'attributes'->>'holder')) where known_to is null`,
  sql`create index observation_place on row_observation ((data->>'source'), (data->>'partition'), key)
    where known_to is null`,
  sql`create index observation_made on row_observation (key)
    where known_to is null and data->'attributes' ? 'creationEvent'`,
  sql`create index observation_disposed on row_observation ((data->'disposed'->>'disposition'))
    where known_to is null and data ? 'disposed'`,
  sql`create index observation_identity on row_observation ((data->>'identity')) where known_to is null`,
];

export async function up(tx: Tx): Promise<void> {
  for (const statement of STATEMENTS) await statement.execute(tx);
}
