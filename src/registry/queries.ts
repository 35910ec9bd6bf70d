import { type RawBuilder, sql } from 'kysely';
import type { IdentityKind, IdentityState, Rows } from '#verifier';
import { type Db, type Known, stoodAt } from '../store/index.ts';

/** Pages over identities: filtered, sorted and cut by the database, by indexes that begin with what is asked for. */

export interface IdentityFilter {
  state?: IdentityState;
  kind?: IdentityKind;
  /** Ids or names. */
  application?: string;
  owner?: string;
  /** Part of name, purpose or SPIFFE path. */
  q?: string;
}

type IdentityRow = Rows['identity'];

const NAME = sql`(r.data->>'name') collate "C"`;

export interface IdentityPage {
  filter: IdentityFilter;
  /** Name and key of the last row that was shown. */
  after?: { name: string; key: string } | undefined;
  limit: number;
}

/** By name and then id. */
export async function pageOfIdentities(db: Db, page: IdentityPage, known: Known): Promise<IdentityRow[]> {
  const { filter, after, limit } = page;
  const conditions = [
    stoodAt('identity', 'r', known),
    ...conditionsOf(filter, known),
    ...(after === undefined ? [] : [sql<boolean>`(${NAME}, r.key) > (${after.name}, ${after.key})`]),
  ];
  const { rows } = await sql<{ data: IdentityRow }>`select r.data from row_identity as r
    where ${sql.join(conditions, sql` and `)} order by ${NAME}, r.key limit ${limit}`.execute(db);
  return rows.map(({ data }) => data);
}

function conditionsOf(filter: IdentityFilter, known: Known): RawBuilder<boolean>[] {
  const { state, kind, application, owner, q } = filter;
  return [
    ...(state === undefined ? [] : [sql<boolean>`r.data->>'state' = ${state}`]),
    ...(kind === undefined ? [] : [sql<boolean>`r.data->'spec'->>'kind' = ${kind}`]),
    ...(application === undefined ? [] : [among('application', applicationsCalled(application, known))]),
    ...(owner === undefined ? [] : [among('owner', personsCalled(owner, known))]),
    ...(q === undefined ? [] : [mentions(q)]),
  ];
}

const among = (field: 'application' | 'owner', ids: RawBuilder<unknown>) =>
  sql<boolean>`r.data->'spec'->>${sql.lit(field)} = any(array(${ids}))`;

const applicationsCalled = (idOrName: string, known: Known) => sql`select a.key from row_application as a
  where ${stoodAt('application', 'a', known)} and (a.key = ${idOrName} or a.data->>'name' = ${idOrName})`;

/** Names of persons are commitments; the value behind leads to them. */
const personsCalled = (idOrName: string, known: Known) => sql`select p.key from row_person as p
  where ${stoodAt('person', 'p', known)} and (p.key = ${idOrName} or p.data->'name'->>'commitment' = any(array(
    select o.commitment from opening as o where o.value = ${idOrName})))`;

const mentions = (part: string) => sql<boolean>`strpos(lower(concat_ws(chr(10),
  r.data->>'name', r.data->'spec'->>'purpose', r.data->'spec'->>'spiffePath')), lower(${part})) > 0`;

/** By id or name; of several of one name the one that stands. */
export async function identityCalled(
  db: Db,
  idOrName: string,
  known: Known,
): Promise<IdentityRow | undefined> {
  const stood = stoodAt('identity', 'r', known);
  const { rows } = await sql<{ data: IdentityRow }>`select r.data from row_identity as r
    where (r.key = ${idOrName} or (r.data->>'name') collate "C" = ${idOrName}) and ${stood}
    order by r.key = ${idOrName} desc, r.data->>'state' = 'retired', r.key limit 1`.execute(db);
  return rows[0]?.data;
}

type JoinedTable = 'person' | 'application' | 'profile';

/** Rows of a table by key, as of a moment. */
export async function rowsByKey<T extends JoinedTable>(
  db: Db,
  table: T,
  keys: Iterable<string>,
  known: Known,
): Promise<ReadonlyMap<string, Rows[T]>> {
  const { rows } = await sql<{ key: string; data: Rows[T] }>`select r.key, r.data
    from ${sql.table(`row_${table}`)} as r
    where r.key = any(${[...new Set(keys)]}::text[]) and ${stoodAt(table, 'r', known)}`.execute(db);
  return new Map(rows.map(({ key, data }) => [key, data]));
}

/** Locks that stand on any of these ids. */
export async function standingLocksOn(db: Db, ids: Iterable<string>, known: Known): Promise<Rows['lock'][]> {
  const { rows } = await sql<{ data: Rows['lock'] }>`select r.data from row_lock as r
    where r.data->'target'->>'id' = any(${[...new Set(ids)]}::text[]) and r.data->>'lifted' is null
      and ${stoodAt('lock', 'r', known)}`.execute(db);
  return rows.map(({ data }) => data);
}

/** The person of a login name who stands now. */
export async function personCalled(db: Db, name: string): Promise<Rows['person'] | undefined> {
  const { rows } = await sql<{ data: Rows['person'] }>`select r.data from row_person as r
    where r.data->'name'->>'commitment' = any(array(select o.commitment from opening as o where o.value = ${name}))
      and r.known_to is null and r.data->>'retired' = 'false'`.execute(db);
  return rows[0]?.data;
}

/** Active identities whose owner has gone and, after `graceFrom` (RFC 3339) or without a deputy who is still there, has no stand-in. */
export async function countUnanswered(db: Db, known: Known, graceFrom: string): Promise<number> {
  const living = (alias: 'p' | 'd') => sql<boolean>`(${sql.ref(`${alias}.data`)}->>'retired' = 'false'
    and ${sql.ref(`${alias}.data`)}->'spec'->>'status' = 'active')`;
  const { rows } = await sql<{ count: number }>`select count(*)::int as count
    from row_person as p join row_identity as r on r.data->'spec'->>'owner' = p.key
    where ${stoodAt('person', 'p', known)} and not ${living('p')}
      and ${stoodAt('identity', 'r', known)} and r.data->>'state' = 'active'
      and not (coalesce(p.data->>'left', '') > ${graceFrom} and exists (select 1 from row_person as d
        where d.key = r.data->'spec'->>'deputy' and ${stoodAt('person', 'd', known)} and ${living('d')}))`.execute(
    db,
  );
  return rows[0]?.count ?? 0;
}
