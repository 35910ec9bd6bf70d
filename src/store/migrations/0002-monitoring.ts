import { sql } from 'kysely';
import type { Tx } from '../contract.ts';
import { foldTable } from './fold-table.ts';

/** What follows the log entry by entry, and what the detectors remember of it: both can be computed again. */
const BESIDE = [
  sql`create table follower (
    name text collate "C" primary key, next bigint not null, lease text, leased_until text collate "C")`,
  sql`create table watch_state (
    detector text collate "C" not null, about text collate "C" not null, data jsonb not null, primary key (detector, about))`,
  sql`create table event_batch (
    source text collate "C" not null, batch text collate "C" not null, primary key (source, batch))`,
];

export async function up(tx: Tx): Promise<void> {
  const alertIndex = sql`create index alert_open on row_alert ((data->>'detector'), (data->>'about'))
    where known_to is null`;
  const statements = [...foldTable('alert'), ...foldTable('detector'), alertIndex, ...BESIDE];
  for (const statement of statements) await statement.execute(tx);
}
