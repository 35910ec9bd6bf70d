import { sql } from 'kysely';
import type { Rows } from '#verifier';
import type { Db } from '../../store/index.ts';

/**
 * Pages over credentials and refusals, which are too many to be read whole. Such a row is written once and never replaced,
 * so what was known at size N is `known_from < N`.
 */

interface PageQuery {
  /** Id of the identity; absent means all. */
  identity?: string | undefined;
  /** Only rows of entries before this one. */
  before: number;
  limit: number;
  /** Only credentials that end after this moment. */
  endsAfter?: string | undefined;
}

const identityOf = sql<string>`data->'request'->>'identity'`;
const endOf = sql<string>`(data->'credential'->>'notAfter') collate "C"`;

/** Newest first. */
export async function pageOfCredentials(db: Db, page: PageQuery): Promise<Array<Rows['credential']>> {
  let query = db.selectFrom('row_credential').select('data').where('known_from', '<', page.before);
  if (page.identity !== undefined) query = query.where(identityOf, '=', page.identity);
  if (page.endsAfter !== undefined) query = query.where(endOf, '>', page.endsAfter);
  const rows = await query.orderBy('known_from', 'desc').limit(page.limit).execute();
  return rows.map(({ data }) => data);
}

/** Newest first. */
export async function pageOfRefusals(db: Db, page: PageQuery): Promise<Array<Rows['refusal']>> {
  let query = db.selectFrom('row_refusal').select('data').where('known_from', '<', page.before);
  if (page.identity !== undefined) query = query.where(identityOf, '=', page.identity);
  const rows = await query.orderBy('known_from', 'desc').limit(page.limit).execute();
  return rows.map(({ data }) => data);
}

/** Credentials that had been granted by entry `size` and end after `time`: few, for lifetimes are short. */
export async function unendedCredentials(
  db: Db,
  size: number,
  time: string,
): Promise<Array<Rows['credential']>> {
  const rows = await db
    .selectFrom('row_credential')
    .select('data')
    .where('known_from', '<', size)
    .where(endOf, '>', time)
    .execute();
  return rows.map(({ data }) => data);
}

/** When each of these identities was last granted anything. */
export async function lastGrants(db: Db, ids: string[], size: number): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('row_credential')
    .select([identityOf.as('identity'), sql<string>`max(data->>'granted')`.as('granted')])
    .where(identityOf, 'in', ids)
    .where('known_from', '<', size)
    .groupBy(identityOf)
    .execute();
  return new Map(rows.map(({ identity, granted }) => [identity, granted]));
}

/** How many credentials were granted, or requests refused, by entries from `from` up to `size`. */
export async function countSince(
  db: Db,
  table: 'row_credential' | 'row_refusal',
  from: number,
  size: number,
): Promise<number> {
  const { count } = await db
    .selectFrom(table)
    .select((select) => select.fn.countAll<string>().as('count'))
    .where('known_from', '>=', from)
    .where('known_from', '<', size)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** What sweeps had seen by entry `size`, by class. */
export async function countObservations(db: Db, size: number): Promise<Record<string, number>> {
  const rows = await db
    .selectFrom('row_observation')
    .select([sql<string>`data->>'class'`.as('class'), sql<string>`count(*)`.as('count')])
    .where('known_from', '<', size)
    .where((where) => where.or([where('known_to', 'is', null), where('known_to', '>=', size)]))
    .where(sql`data->>'present'`, '=', 'true')
    .groupBy(sql`data->>'class'`)
    .execute();
  return Object.fromEntries(rows.map((row) => [row.class, Number(row.count)]));
}
