import { sql } from 'kysely';
import type { Rows } from '#verifier';
import type { Db } from '../../../store/index.ts';

/**
 * When all of a source was last known whole: the oldest among its partitions' last complete sweeps.
 * @param last the latest sweep of each partition
 * @returns RFC 3339; null where a partition was never read whole
 */
export async function lastComplete(db: Db, last: Array<Rows['sweep']>): Promise<string | null> {
  const keys = last.map(({ source, partition }) => `${source}/${partition}`);
  const { rows } = await sql<{ ended: string | null }>`
    select whole.ended from unnest(${keys}::text[]) as swept(key) left join lateral (
      select data->>'ended' as ended from row_sweep as r
      where r.key = swept.key and r.data->>'verdict' = 'COMPLETE' order by r.known_from desc limit 1) as whole on true`.execute(
    db,
  );
  const times = rows.map(({ ended }) => ended);
  if (times.length === 0 || times.includes(null)) return null;
  return times.reduce((oldest, time) => ((time ?? '') < (oldest ?? '') ? time : oldest), times[0] ?? null);
}
