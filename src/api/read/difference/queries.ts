import { sql } from 'kysely';
import type { Rows } from '#verifier';
import { type Db, stoodAt } from '../../../store/index.ts';

/** What changed between two moments, by the versions that stood at each. */

type Observation = Rows['observation'];
export type Change = 'new' | 'gone' | 'changed';

export interface DifferenceOf {
  /** Tree sizes. */
  from: number;
  to: number;
  source?: string | undefined;
  class?: Observation['class'] | undefined;
  change?: Change | undefined;
  /** Only keys after this one. */
  after: string;
  limit: number;
}

export interface DifferenceRow {
  key: string;
  change: Change;
  before: Observation | null;
  after: Observation | null;
}

const CHANGE = sql<Change>`case
  when b.data is not null and a.data is null then 'new' when b.data is null and a.data is not null then 'gone'
  when a.data->'attributes' <> b.data->'attributes' or a.data->'label' <> b.data->'label' then 'changed' end`;

/** By key. A claim or a decision is no difference in what was seen. */
export async function pageOfDifferences(db: Db, asked: DifferenceOf): Promise<DifferenceRow[]> {
  const { from, to, source, after, limit } = asked;
  const stood = (alias: string, size: number) => stoodAt('observation', alias, { size });
  const under = source === undefined ? sql`true` : sql`(t.key > ${`${source}/`} and t.key < ${`${source}0`})`;
  const version = (size: number) => sql`(select r.data from row_observation as r
    where r.key = t.key and ${stood('r', size)} and r.data->>'present' = 'true')`;
  const { rows } = await sql<DifferenceRow>`
    select found.key, found.change, found.before, found.after from (
      select t.key, a.data as before, b.data as after, ${CHANGE} as change
      from (select distinct key from row_observation where known_from >= ${from} and known_from < ${to}) as t
        left join lateral ${version(from)} as a on true left join lateral ${version(to)} as b on true
      where ${under} and t.key > ${after}) as found
    where found.change is not null
      and ${asked.change === undefined ? sql`true` : sql`found.change = ${asked.change}`}
      and ${asked.class === undefined ? sql`true` : sql`coalesce(found.after, found.before)->>'class' = ${asked.class}`}
    order by found.key limit ${limit}`.execute(db);
  return rows;
}
