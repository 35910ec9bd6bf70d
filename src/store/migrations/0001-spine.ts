import { sql } from 'kysely';
import type { RowTable } from '#verifier';
import type { Tx } from '../contract.ts';
import { foldTable } from './fold-table.ts';

/** The tables of the fold that this migration made; later ones are made by the migration that brings them. */
const ROW_TABLES: readonly RowTable[] = [
  'bootstrap',
  'person',
  'application',
  'profile',
  'identity',
  'policy',
  'trust',
  'change',
  'token',
  'agent',
  'credential',
  'refusal',
  'lock',
  'probe',
  'sweep',
  'observation',
  'finding',
];

/** The log itself: append-only by trigger on both engines, and by role on PostgreSQL. */
const LOG = [
  sql`create table log_head (
    one boolean primary key default true check (one),
    verifier_key text, size bigint not null, time text collate "C", root bytea not null, frontier bytea not null,
    epoch bigint not null)`,
  sql`insert into log_head (size, root, frontier, epoch) values (0, sha256(''::bytea), ''::bytea, 0)`,
  sql`create table entry (
    idx bigint primary key, time text collate "C" not null, kind text collate "C" not null,
    subject text collate "C" not null, actor text collate "C" not null, leaf bytea not null, leaf_hash bytea not null)`,
  sql`create index entry_subject on entry (subject, idx)`,
  sql`create index entry_actor on entry (actor, idx)`,
  sql`create index entry_kind on entry (kind, idx)`,
  sql`create index entry_time on entry (time, idx)`,
  sql`create table body (idx bigint primary key, bytes bytea not null)`,
  sql`alter table body alter column bytes set storage external`,
  sql`create table tile (
    level int not null, idx bigint not null, root bytea not null, hashes bytea not null, primary key (level, idx))`,
  sql`alter table tile alter column hashes set storage external`,
];

/**
 * Refuses what must never happen to an entry. An owner who erases bodies after retention says so in the same transaction:
 * `set local muniment.erase = 'on'`. Whoever may drop the trigger is not held by it: a guard, not a control.
 */
const GUARD = [
  sql`create function refuse_change() returns trigger language plpgsql as $$
    begin
      if tg_table_name = 'body' and tg_op = 'DELETE' and current_setting('muniment.erase', true) = 'on' then
        return old;
      end if;
      raise exception 'entries are append-only' using errcode = 'insufficient_privilege';
    end $$`,
  ...['entry', 'body', 'tile'].flatMap((table) => [
    sql`create trigger no_change before update or delete on ${sql.table(table)}
      for each row execute function refuse_change()`,
    sql`create trigger no_truncate before truncate on ${sql.table(table)}
      for each statement execute function refuse_change()`,
  ]),
];

const ROW_INDEXES = [
  sql`create index credential_identity on row_credential ((data->'request'->>'identity'), known_from)`,
  sql`create index credential_instance on row_credential ((data->'request'->>'instance'), known_from)`,
  sql`create index credential_ends on row_credential ((data->'credential'->>'notAfter') collate "C")`,
  sql`create index refusal_identity on row_refusal ((data->'request'->>'identity'), known_from)`,
];

/** What lies outside the fold. */
const BESIDE = [
  sql`create table opening (commitment text collate "C" primary key, salt text not null, value text not null)`,
  sql`create table sealed_secret (name text collate "C" primary key, sealed bytea not null)`,
  sql`create table join_token (id text collate "C" primary key, hash bytea not null unique, used_at text collate "C")`,
  sql`create table sign_in_token (
    hash bytea primary key, person text, created text collate "C" not null, ends text collate "C" not null,
    used_at text collate "C")`,
  sql`create table session (
    hash bytea primary key, id text collate "C" not null unique, person text, method text not null, csrf text not null,
    created text collate "C" not null, last_used text collate "C" not null, ends text collate "C" not null)`,
  sql`create table job (
    id bigint generated always as identity primary key, queue text collate "C" not null, dedupe text collate "C",
    payload jsonb not null, due text collate "C" not null, leased_until text collate "C", lease text,
    attempts int not null default 0, last_error text)`,
  sql`create unique index job_dedupe on job (queue, dedupe)`,
  sql`create index job_due on job (queue, due)`,
  sql`create table schedule (
    name text collate "C" primary key, every_seconds int not null, next text collate "C" not null)`,
];

export async function up(tx: Tx): Promise<void> {
  const statements = [...LOG, ...GUARD, ...ROW_TABLES.flatMap(foldTable), ...ROW_INDEXES, ...BESIDE];
  for (const statement of statements) await statement.execute(tx);
}
