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
  sql`create index observation_place on row_observation ((data->>'partition'), (data->>'source'), key)
    where known_to is null`,
  sql`create index observation_made on row_observation (key)
    where known_to is null and data->'attributes' ? 'creationEvent'`,
  sql`create index observation_disposed on row_observation ((data->'disposed'->>'disposition'))
    where known_to is null and data ? 'disposed'`,
  sql`create index observation_identity on row_observation ((data->>'identity')) where known_to is null`,
  // What the inventory is filtered and ordered by; see `src/api/read/inventory/queries.ts`.
  sql`create index observation_class on row_observation ((data->>'class'), key) where known_to is null`,
  sql`create index observation_kind on row_observation ((data->'attributes'->>'kind'), key) where known_to is null`,
  sql`create index observation_first_seen on row_observation (((data->>'firstSeen') collate "C"), key)
    where known_to is null`,
  sql`create index observation_last_used on row_observation
    ((coalesce(data->'attributes'->>'lastUsed', '') collate "C"), key) where known_to is null`,
  // Some classes are never used: in the order of all there is, one would be looked for in vain for long.
  sql`create index observation_class_last_used on row_observation
    ((data->>'class'), (coalesce(data->'attributes'->>'lastUsed', '') collate "C"), key) where known_to is null`,
  sql`create index observation_label on row_observation ((lower(left(data->>'label', 120)) collate "C"), key)
    where known_to is null`,
  sql`create index observation_administrator on row_observation (key)
    where known_to is null and data->'attributes'->>'administrator' = 'true'`,
  sql`create index observation_gone on row_observation (key) where known_to is null and data->>'present' = 'false'`,
  // Of a partial index the planner takes no counts: without these it reads the whole table in order for what is rare.
  sql`create statistics observation_words (mcv) on (data->>'class'), (data->>'source'), (data->>'partition'),
    (data->>'present'), (data->>'identity'), (data->'attributes'->>'kind'), (data->'attributes'->>'administrator'),
    (data->'disposed'->>'disposition') from row_observation`,
  // A join's key begins with its first end.
  sql`create index join_other on row_join ((data->>'b')) where known_to is null`,
];

export async function up(tx: Tx): Promise<void> {
  for (const statement of STATEMENTS) await statement.execute(tx);
}
