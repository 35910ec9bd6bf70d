import { sql } from 'kysely';
import { type Db, type Known, knownOf, stoodAt } from '../../../store/index.ts';
import { isPresent, type Moment } from '../when.ts';

/** How many credentials live at a moment: those that have not ended, less those that a lock had killed. */

const IDENTITY = sql`c.data->'request'->>'identity'`;
const ENDS = sql`(c.data->'credential'->>'notAfter') collate "C"`;

/** Ids of what each lock names; a lock on an owner or an application stands for the identities that are theirs. */
const locked = (known: Known) => sql`
  select r.data->'target'->>'kind' as kind, r.data->'target'->>'id' as id, (r.data->>'entry')::bigint as entry
  from row_lock as r where ${stoodAt('lock', 'r', known)}`;

const heldBy = (field: 'owner' | 'application', known: Known) => sql`
  select i.key as id, locked.entry from locked join row_identity as i
    on locked.kind = ${sql.lit(field)} and i.data->'spec'->>${sql.lit(field)} = locked.id
  where ${stoodAt('identity', 'i', known)}`;

const reachedBy = (kind: 'instance' | 'agent' | 'trust') => sql`
  select c.* from locked join row_credential as c on locked.kind = ${sql.lit(kind)}
    and c.data->'request'->>${sql.lit(kind)} = locked.id and c.known_from < locked.entry`;

const dead = sql`
  select c.* from reached join row_credential as c on ${IDENTITY} = reached.id and c.known_from < reached.entry
  union ${reachedBy('instance')} union ${reachedBy('agent')} union ${reachedBy('trust')}
  union select c.* from locked join row_credential as c on locked.kind = 'credential' and c.key = locked.id`;

function unended(moment: Moment) {
  const { size, now } = moment;
  const until = isPresent(moment) ? sql`` : sql`and c.known_from < ${size} and c.valid_from <= ${now}`;
  return sql`${ENDS} > ${now} ${until}`;
}

const among = (ids: string[] | undefined) =>
  ids === undefined ? sql`` : sql`and ${IDENTITY} = any(${ids}::text[])`;

async function tally(db: Db, moment: Moment, ids?: string[]): Promise<Map<string, number>> {
  const known = await knownOf(db, moment.when);
  const of = ids === undefined ? sql`''` : IDENTITY;
  const { rows } = await sql<{ identity: string; count: number }>`
    with locked as materialized (${locked(known)}),
    reached as materialized (select id, entry from locked where kind = 'identity'
      union all ${heldBy('owner', known)} union all ${heldBy('application', known)})
    select identity, sum(count)::int as count from (
      select ${of} as identity, count(*) as count from row_credential as c
        where ${unended(moment)} ${among(ids)} group by 1
      union all
      select ${of} as identity, -count(*) as count from (${dead}) as c
        where ${unended(moment)} ${among(ids)} group by 1) as counted
    group by identity`.execute(db);
  return new Map(rows.map(({ identity, count }) => [identity, count]));
}

export const countLiveOf = (db: Db, ids: string[], moment: Moment): Promise<Map<string, number>> =>
  tally(db, moment, ids);

export const countLive = async (db: Db, moment: Moment): Promise<number> =>
  (await tally(db, moment)).get('') ?? 0;
