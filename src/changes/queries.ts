import type { Rows } from '#verifier';
import type { Tx } from '../store/index.ts';

/** The change as it stands under the lock on the log's head, whatever another replica wrote since it was read. */
export async function changeUnderLock(tx: Tx, id: string): Promise<Rows['change'] | undefined> {
  const row = await tx
    .selectFrom('row_change')
    .select('data')
    .where('key', '=', id)
    .where('known_to', 'is', null)
    .executeTakeFirst();
  return row?.data;
}
