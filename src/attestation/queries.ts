import type { Db, Tx } from '../store/index.ts';

/** The id of the token with this hash, whatever its state. */
export async function findTokenId(db: Db, hash: Uint8Array): Promise<string | undefined> {
  const row = await db.selectFrom('join_token').select('id').where('hash', '=', hash).executeTakeFirst();
  return row?.id;
}

export async function insertToken(tx: Tx, id: string, hash: Uint8Array): Promise<void> {
  await tx.insertInto('join_token').values({ id, hash, used_at: null }).execute();
}

/** INVARIANT: one statement uses a token up. False where it was used before; of two at once, one gets false. */
export async function useToken(tx: Tx, id: string, usedAt: string): Promise<boolean> {
  const result = await tx
    .updateTable('join_token')
    .set({ used_at: usedAt })
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/**
 * INVARIANT: one statement uses an assertion up. False where it was shown before; of two at once, one gets false. Names of
 * assertions that have ended are let go in passing: the end alone refuses those.
 */
export async function useAssertion(
  tx: Tx,
  { hash, ends }: { hash: Uint8Array; ends: string },
  now: string,
): Promise<boolean> {
  await tx.deleteFrom('client_assertion').where('ends', '<', now).execute();
  const result = await tx
    .insertInto('client_assertion')
    .values({ hash, ends })
    .onConflict((conflict) => conflict.column('hash').doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}
