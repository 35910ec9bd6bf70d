import { type RawBuilder, sql } from 'kysely';
import type { Rows, RowTable } from '#verifier';
import { type Db, type Known, stoodAt } from '../../store/index.ts';

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
  const { rows } = await sql<{ identity: string; granted: string }>`
    select wanted.identity, newest.granted from unnest(${ids}::text[]) as wanted(identity)
    cross join lateral (select data->>'granted' as granted from row_credential
      where ${identityOf} = wanted.identity and known_from < ${size} and valid_from <= ${time}
      order by known_from desc limit 1) as newest`.execute(db);
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

/** Identities by key, as of a moment. */
export async function identitiesByKey(
  db: Db,
  keys: string[],
  known: Known,
): Promise<ReadonlyMap<string, Rows['identity']>> {
  const { rows } = await sql<{ key: string; data: Rows['identity'] }>`select r.key, r.data
    from row_identity as r where r.key = any(${keys}::text[]) and ${stoodAt('identity', 'r', known)}`.execute(
    db,
  );
  return new Map(rows.map(({ key, data }) => [key, data]));
}

/** Rows of a table that stood at a moment and meet a condition on `r.data`, by a word that `r.data` holds. */
export async function countBy(
  db: Db,
  table: RowTable,
  known: Known,
  word: RawBuilder<string>,
  condition: RawBuilder<boolean> = sql<boolean>`true`,
): Promise<Record<string, number>> {
  const { rows } = await sql<{ word: string; count: number }>`
    select ${word} as word, count(*)::int as count from ${sql.table(`row_${table}`)} as r
    where ${stoodAt(table, 'r', known)} and ${condition} group by 1 order by 1`.execute(db);
  return Object.fromEntries(rows.map(({ word, count }) => [word, count]));
}

/** What waits for a person, counted: changes without and with a signature, findings, alerts. */
export async function countWaiting(db: Db, known: Known) {
  const all = sql<string>`'all'`;
  const isSigned = sql<string>`case when jsonb_array_length(r.data->'approvals') > 0 then 'signed' else 'unsigned' end`;
  const [changes, findings, alerts] = await Promise.all([
    countBy(db, 'change', known, isSigned, sql<boolean>`r.data->>'state' = 'proposed'`),
    countBy(db, 'finding', known, all, sql<boolean>`r.data->>'closed' is null`),
    countBy(
      db,
      'alert',
      known,
      all,
      sql<boolean>`r.data->>'acknowledged' is null and r.data->>'resolved' is null`,
    ),
  ]);
  const { unsigned = 0, signed = 0 } = changes;
  return { unsigned, signed, findings: findings.all ?? 0, alerts: alerts.all ?? 0 };
}

export const countIdentities = (db: Db, known: Known) =>
  countBy(db, 'identity', known, sql<string>`r.data->>'state'`);

/** Identities that are not retired, by the id of their application. */
export const countByApplication = (db: Db, known: Known) => {
  const application = sql<string>`r.data->'spec'->>'application'`;
  return countBy(db, 'identity', known, application, sql<boolean>`r.data->>'retired' = 'false'`);
};

/** Of what the sweeps found and still see. */
export const countObservations = (db: Db, known: Known) =>
  countBy(db, 'observation', known, sql<string>`r.data->>'class'`, sql<boolean>`r.data->>'present' = 'true'`);

/** Trusts that lead to an identity. */
export const trustsOf = (db: Db, identity: string, known: Known): Promise<Array<Rows['trust']>> =>
  rowsWhere(db, 'trust', known, sql<boolean>`r.data->'spec'->>'identity' = ${identity}`);

/** Locks on any of these, lifted ones too. */
export const locksNaming = (db: Db, ids: string[], known: Known): Promise<Array<Rows['lock']>> =>
  rowsWhere(db, 'lock', known, sql<boolean>`r.data->'target'->>'id' = any(${ids}::text[])`);

async function rowsWhere<T extends RowTable>(
  db: Db,
  table: T,
  known: Known,
  condition: RawBuilder<boolean>,
): Promise<Array<Rows[T]>> {
  const { rows } = await sql<{ data: Rows[T] }>`select r.data from ${sql.table(`row_${table}`)} as r
    where ${condition} and ${stoodAt(table, 'r', known)} order by r.key`.execute(db);
  return rows.map(({ data }) => data);
}

/** Index of the last entry that changed a table; undefined where none did. */
export async function lastChange(db: Db, table: 'observation' | 'sweep'): Promise<number | undefined> {
  const { rows } = await sql<{ last: number | null }>`select known_from as last
    from ${sql.table(`row_${table}`)} order by known_from desc limit 1`.execute(db);
  return rows[0]?.last ?? undefined;
}
