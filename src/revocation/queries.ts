import { type RawBuilder, sql } from 'kysely';
import type { Rows } from '#verifier';
import type { Db } from '../store/index.ts';

type Credential = Rows['credential'];

/** The identity as it stood when an entry was written; locks on owners and applications reach whom they reached then. */
export async function identityAt(db: Db, id: string, entry: number): Promise<Rows['identity'] | undefined> {
  const row = await db
    .selectFrom('row_identity')
    .select('data')
    .where('key', '=', id)
    .where('known_from', '<', entry)
    .where((or) => or.or([or('known_to', 'is', null), or('known_to', '>=', entry)]))
    .executeTakeFirst();
  return row?.data;
}

/** Ids of the identities whose `owner` or `application` was this one when the entry was written. */
export async function identitiesOf(
  db: Db,
  field: 'owner' | 'application',
  id: string,
  entry: number,
): Promise<string[]> {
  const rows = await db
    .selectFrom('row_identity')
    .select('key')
    .where(sql<boolean>`data->'spec'->>${sql.lit(field)} = ${id}`)
    .where('known_from', '<', entry)
    .where((or) => or.or([or('known_to', 'is', null), or('known_to', '>=', entry)]))
    .execute();
  return rows.map(({ key }) => key);
}

/** Which credentials a lock reaches, as a condition on their rows. */
export type Reach =
  | { by: 'entry'; entry: number }
  | { by: 'identity'; ids: string[] }
  | { by: 'instance' | 'agent' | 'trust'; id: string };

function condition(reach: Reach): RawBuilder<boolean> {
  switch (reach.by) {
    case 'entry':
      return sql<boolean>`key = ${String(reach.entry)}`;
    case 'identity':
      return sql<boolean>`data->'request'->>'identity' = any(${reach.ids})`;
    default:
      return sql<boolean>`data->'request'->>${sql.lit(reach.by)} = ${reach.id}`;
  }
}

/** Credentials granted before an entry that a reach covers and that have not ended at `now`. */
export async function liveCredentials(
  db: Db,
  reach: Reach,
  before: number,
  now: string,
): Promise<Credential[]> {
  const rows = await db
    .selectFrom('row_credential')
    .select('data')
    .where('known_from', '<', before)
    .where(sql<boolean>`(data->'credential'->>'notAfter') collate "C" > ${now}`)
    .where(condition(reach))
    .execute();
  return rows.map(({ data }) => data);
}

/** Leaf hashes by entry index. */
export async function leafHashes(db: Db, entries: number[]): Promise<Map<number, Uint8Array>> {
  if (entries.length === 0) return new Map();
  const rows = await db
    .selectFrom('entry')
    .select(['idx', 'leaf_hash'])
    .where('idx', 'in', entries)
    .execute();
  return new Map(rows.map(({ idx, leaf_hash }) => [Number(idx), leaf_hash]));
}

/**
 * Index of the oldest credential that has not ended at `now`, or of the next entry where all have; locks before it can have
 * killed nothing that lives, now or later.
 */
export async function oldestLive(db: Db, now: string): Promise<number> {
  const { rows } = await sql<{ oldest: number }>`
    select coalesce((select min(known_from) from row_credential
      where (data->'credential'->>'notAfter') collate "C" > ${now}), (select size from log_head)) as oldest`.execute(
    db,
  );
  return Number(rows[0]?.oldest ?? 0);
}
