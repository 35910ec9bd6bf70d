import type { Db, Tx } from '../store/index.ts';

/** What a run keeps sealed between its phases, by name. */
export async function getSealed(db: Db, name: string): Promise<Uint8Array | undefined> {
  const row = await db
    .selectFrom('sealed_secret')
    .select('sealed')
    .where('name', '=', name)
    .executeTakeFirst();
  return row?.sealed;
}

export async function putSealed(tx: Tx, name: string, sealed: Uint8Array): Promise<void> {
  await tx
    .insertInto('sealed_secret')
    .values({ name, sealed })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ sealed }))
    .execute();
}

export async function removeSealed(tx: Tx, name: string): Promise<void> {
  await tx.deleteFrom('sealed_secret').where('name', '=', name).execute();
}
