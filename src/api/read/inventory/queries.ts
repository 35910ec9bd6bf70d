import { type RawBuilder, sql } from 'kysely';
import type { Rows } from '#verifier';
import { type Db, type Known, stoodAt } from '../../../store/index.ts';

/**
 * The inventory, cut by the database. Filters and orders are written as the indexes of `row_observation` have them: a value that
 * no index holds is read out of a row that may be large.
 */

type Observation = Rows['observation'];
type Condition = RawBuilder<boolean>;

export interface Filter {
  class?: Observation['class'] | undefined;
  source?: string | undefined;
  partition?: string | undefined;
  kind?: string | undefined;
  present?: boolean | undefined;
  registered?: boolean | undefined;
  disposition?: 'none' | 'dismissed' | 'retire' | undefined;
  administrator?: boolean | undefined;
  /** Only these. */
  keys?: readonly string[] | undefined;
  /** A part of the label or of an attribute, also of a personal one whose opening is kept. */
  q?: string | undefined;
}

/** A moment in both forms that conditions need. */
export interface At {
  known: Known;
  /** RFC 3339 in UTC with milliseconds: decisions lapse by it. */
  now: string;
}

/** Where a page begins: after the row of this key, which stood at this value of the order. */
export interface Place {
  value: string;
  key: string;
}

export type Sort = 'key' | 'firstSeen' | 'lastUsed' | 'label' | 'source';

export interface PageOf extends At {
  filter: Filter;
  sort: Sort;
  order: 'asc' | 'desc';
  after?: Place | undefined;
  limit: number;
  /** Rows that a search looks at; `SEARCH_ROWS_MAX` where absent. */
  searchRows?: number;
}

export interface Found {
  row: Observation;
  place: Place;
}

/** Rows that one search looks at before it hands back how far it came. */
export const SEARCH_ROWS_MAX = 5_000;

/** A key begins with its source, so this is the order of sources as well. What was never used comes before what was. */
const ORDERS: Record<Sort, RawBuilder<string>> = {
  key: sql<string>`r.key`,
  source: sql<string>`r.key`,
  firstSeen: sql<string>`((r.data->>'firstSeen') collate "C")`,
  lastUsed: sql<string>`(coalesce(r.data->'attributes'->>'lastUsed', '') collate "C")`,
  label: sql<string>`(lower(left(r.data->>'label', 120)) collate "C")`,
};

/** Keys of everything below `prefix/`. */
const below = (prefix: string): Condition =>
  sql<boolean>`(r.key > ${`${prefix}/`} and r.key < ${`${prefix}0`})`;

const DISPOSITIONS: Record<NonNullable<Filter['disposition']>, (now: string) => Condition> = {
  none: (now) =>
    sql`(r.data->'disposed'->>'disposition' is null or (r.data->'disposed'->>'disposition' = 'dismissed' and r.data->'disposed'->>'until' <= ${now}))`,
  dismissed: (now) =>
    sql`(r.data ? 'disposed' and r.data->'disposed'->>'disposition' = 'dismissed' and r.data->'disposed'->>'until' > ${now})`,
  retire: () => sql`(r.data ? 'disposed' and r.data->'disposed'->>'disposition' = 'retire')`,
};

const ADMINISTRATOR = sql<boolean>`r.data->'attributes'->>'administrator' = 'true'`;
const not = (condition: Condition): Condition => sql<boolean>`(${condition}) is not true`;

/** Each condition of a filter but the search, which looks at more than one row can hold. */
function conditionsOf(filter: Filter, { now }: At): Condition[] {
  const { source, partition, kind, present, registered, disposition, administrator, keys } = filter;
  const all: Array<Condition | undefined> = [
    source === undefined
      ? undefined
      : below(filter.class === undefined ? source : `${source}/${filter.class}`),
    filter.class === undefined ? undefined : sql`r.data->>'class' = ${filter.class}`,
    partition === undefined ? undefined : sql`r.data->>'partition' = ${partition}`,
    partition === undefined || source === undefined ? undefined : sql`r.data->>'source' = ${source}`,
    kind === undefined ? undefined : sql`r.data->'attributes'->>'kind' = ${kind}`,
    present === undefined ? undefined : sql`r.data->>'present' = ${String(present)}`,
    registered === undefined
      ? undefined
      : sql`r.data->>'identity' ${registered ? sql`is not null` : sql`is null`}`,
    disposition && DISPOSITIONS[disposition](now),
    administrator === undefined ? undefined : administrator ? ADMINISTRATOR : not(ADMINISTRATOR),
    keys && sql`r.key = any(${keys}::text[])`,
  ];
  return all.filter((condition) => condition !== undefined);
}

const every = (conditions: Condition[]): Condition => sql.join(conditions, sql` and `) as Condition;

function selection(filter: Filter, at: At, after?: Condition): Condition {
  const standing = stoodAt('observation', 'r', at.known);
  return every([standing, ...conditionsOf(filter, at), ...(after === undefined ? [] : [after])]);
}

function afterOf({ sort, order, after }: PageOf): Condition | undefined {
  if (after === undefined) return undefined;
  const then = order === 'asc' ? sql`>` : sql`<`;
  if (ORDERS[sort] === ORDERS.key) return sql<boolean>`r.key ${then} ${after.key}`;
  return sql<boolean>`(${ORDERS[sort]}, r.key) ${then} (${after.value}::text, ${after.key}::text)`;
}

function orderOf({ sort, order }: PageOf): RawBuilder<unknown> {
  const way = order === 'asc' ? sql`asc` : sql`desc`;
  if (ORDERS[sort] === ORDERS.key) return sql`r.key ${way}`;
  return sql`${ORDERS[sort]} ${way}, r.key ${way}`;
}

/** What `like` takes for itself is meant as it is written. */
const partOf = (q: string): string => `%${q.replaceAll(/[\\%_]/g, '\\$&')}%`;

function mentions(q: string): Condition {
  const part = partOf(q);
  const personal = sql`select from (select w.data->'label' as value union all
      select value from jsonb_each(w.data->'attributes')) as said
    join opening on opening.commitment = said.value->>'commitment' and jsonb_typeof(said.value) = 'object'
    where opening.value ilike ${part}`;
  return sql<boolean>`(w.data->>'label' ilike ${part} or (w.data->'attributes')::text ilike ${part}
    or ((w.data->'label')::text || (w.data->'attributes')::text like '%"commitment"%' and exists (${personal})))`;
}

interface Raw {
  key: string;
  data: Observation;
  at: string;
}

const found = ({ key, data, at }: Raw): Found => ({ row: data, place: { value: at, key } });

/**
 * One page.
 * @returns its rows, and where the next page begins; a page of a search may be short, and have a next one all the same
 */
export async function pageOfObservations(
  db: Db,
  page: PageOf,
): Promise<{ rows: Found[]; next: Place | null }> {
  const { filter, limit, searchRows = SEARCH_ROWS_MAX } = page;
  const where = selection(filter, page, afterOf(page));
  const window = (
    rows: number,
  ) => sql`select r.key, r.data, ${ORDERS[page.sort]} as at from row_observation as r
    where ${where} order by ${orderOf(page)} limit ${rows}`;
  const looked =
    filter.q === undefined
      ? window(limit + 1)
      : sql`select w.* from (${window(searchRows)}) as w where ${mentions(filter.q)} limit ${limit + 1}`;
  const { rows } = await sql<Raw>`${looked}`.execute(db);
  const places = rows.slice(0, limit).map(found);
  if (rows.length > limit) return { rows: places, next: places.at(-1)?.place ?? null };
  return {
    rows: places,
    next: filter.q === undefined ? null : await endOfWindow(db, page, where, searchRows),
  };
}

/** Where a search stopped looking; null where it looked at everything. */
async function endOfWindow(db: Db, page: PageOf, where: Condition, looked: number): Promise<Place | null> {
  const { rows } = await sql<{ key: string; value: string }>`
    select r.key, ${ORDERS[page.sort]} as value from row_observation as r
    where ${where} order by ${orderOf(page)} limit 1 offset ${looked - 1}`.execute(db);
  return rows[0] ?? null;
}

/** How many rows meet a filter; a search is not among what can be counted. */
export async function countObserved(db: Db, filter: Omit<Filter, 'q'>, at: At): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from row_observation as r where ${selection(filter, at)}`.execute(db);
  return rows[0]?.count ?? 0;
}
