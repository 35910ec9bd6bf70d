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
  /** Only what had happened by this moment. */
  by: string;
  limit: number;
  /** Only credentials that end after this moment. */
  endsAfter?: string | undefined;
}

const identityOf = sql<string>`data->'request'->>'identity'`;
const endOf = sql<string>`(data->'credential'->>'notAfter') collate "C"`;

/** Newest first. */
export async function pageOfCredentials(db: Db, page: PageQuery): Promise<Array<Rows['credential']>> {
  let query = db
    .selectFrom('row_credential')
    .select('data')
    .where('known_from', '<', page.before)
    .where('valid_from', '<=', page.by);
  if (page.identity !== undefined) query = query.where(identityOf, '=', page.identity);
  if (page.endsAfter !== undefined) query = query.where(endOf, '>', page.endsAfter);
  const rows = await query.orderBy('known_from', 'desc').limit(page.limit).execute();
  return rows.map(({ data }) => data);
}

/** Newest first. */
export async function pageOfRefusals(db: Db, page: PageQuery): Promise<Array<Rows['refusal']>> {
  let query = db
    .selectFrom('row_refusal')
    .select('data')
    .where('known_from', '<', page.before)
    .where('valid_from', '<=', page.by);
  if (page.identity !== undefined) query = query.where(identityOf, '=', page.identity);
  const rows = await query.orderBy('known_from', 'desc').limit(page.limit).execute();
  return rows.map(({ data }) => data);
}

/** Credentials that had been granted by entry `size` and by `time`, and end after it: few, for lifetimes are short. */
export async function unendedCredentials(
  db: Db,
  size: number,
  time: string,
): Promise<Array<Rows['credential']>> {
  const rows = await db
    .selectFrom('row_credential')
    .select('data')
    .where('known_from', '<', size)
    .where('valid_from', '<=', time)
    .where(endOf, '>', time)
    .execute();
  return rows.map(({ data }) => data);
}

/** Sessions of people; those that ended by themselves go within seconds. */
export async function countSessions(db: Db): Promise<number> {
  const { count } = await db
    .selectFrom('session')
    .select((select) => select.fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Jobs in the table, by queue: those that failed and wait for another try apart. */
export async function countJobs(
  db: Db,
): Promise<Array<{ queue: string; state: 'waiting' | 'failing'; count: number }>> {
  const rows = await db.selectFrom('job').select(['queue', 'last_error']).execute();
  const counts = new Map<string, { queue: string; state: 'waiting' | 'failing'; count: number }>();
  for (const { queue, last_error } of rows) {
    const state = last_error === null ? 'waiting' : 'failing';
    const known = counts.get(`${queue} ${state}`) ?? { queue, state, count: 0 };
    counts.set(`${queue} ${state}`, { ...known, count: known.count + 1 });
  }
  return [...counts.values()];
}

/** When each of these identities was last granted anything. */
export async function lastGrants(
  db: Db,
  ids: string[],
  size: number,
  time: string,
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('row_credential')
    .select([identityOf.as('identity'), sql<string>`max(data->>'granted')`.as('granted')])
    .where(identityOf, 'in', ids)
    .where('known_from', '<', size)
    .where('valid_from', '<=', time)
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

/** X.509 credentials over a key (SHA-256 of its SPKI, hex) that had been granted by entry `size`, newest first. */
export async function credentialsOfKey(
  db: Db,
  keyHash: string,
  size: number,
): Promise<Array<Rows['credential']>> {
  const rows = await db
    .selectFrom('row_credential')
    .select('data')
    .where(sql`data->'credential'->>'keyHash'`, '=', keyHash)
    .where(sql`data->'credential'->>'type'`, 'in', ['x509-svid', 'agent-x509'])
    .where('known_from', '<', size)
    .orderBy('known_from', 'desc')
    .execute();
  return rows.map(({ data }) => data);
}
