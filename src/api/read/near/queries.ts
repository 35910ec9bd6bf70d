import { sql } from 'kysely';
import type { Rows } from '#verifier';
import { type Db, type Known, stoodAt } from '../../../store/index.ts';

/** What lies next to something that was seen: what holds it, what it holds, what is the same. */

type Observation = Rows['observation'];

/** Those of these keys that stood, by key. */
export async function observationsByKey(
  db: Db,
  keys: readonly string[],
  known: Known,
): Promise<Observation[]> {
  if (keys.length === 0) return [];
  const { rows } = await sql<{ data: Observation }>`select r.data from row_observation as r
    where r.key = any(${keys}::text[]) and ${stoodAt('observation', 'r', known)} order by r.key`.execute(db);
  return rows.map(({ data }) => data);
}

/**
 * What was present and belongs to any of these: rights last, for there may be thousands.
 * @returns at most `limit` of them, and how many there are
 */
export async function heldBy(
  db: Db,
  keys: readonly string[],
  known: Known,
  limit: number,
): Promise<{ rows: Observation[]; total: number }> {
  if (keys.length === 0) return { rows: [], total: 0 };
  const { rows } = await sql<{ data: Observation; total: number }>`
    select r.data, count(*) over ()::int as total from row_observation as r
    where r.data->'attributes'->>'holder' = any(${keys}::text[]) and r.data->>'present' = 'true'
      and ${stoodAt('observation', 'r', known)}
    order by r.data->>'class' = 'permission', r.key limit ${Math.max(1, limit)}`.execute(db);
  return { rows: rows.slice(0, Math.max(0, limit)).map(({ data }) => data), total: rows[0]?.total ?? 0 };
}

/** Joins that any of these is an end of, those that a person split left out. A join's key is its two ends with a space between. */
export async function joinsAt(db: Db, keys: readonly string[], known: Known): Promise<Array<Rows['join']>> {
  if (keys.length === 0) return [];
  const standing = sql`${stoodAt('join', 'r', known)} and r.data->>'split' = 'false'`;
  const { rows } = await sql<{ data: Rows['join'] }>`
    select r.data from unnest(${keys}::text[]) as one(key)
      join row_join as r on r.key > one.key || ' ' and r.key < one.key || '!' where ${standing}
    union select r.data from row_join as r where r.data->>'b' = any(${keys}::text[]) and ${standing}`.execute(
    db,
  );
  return rows.map(({ data }) => data);
}
