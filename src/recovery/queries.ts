import type { Database, Tx } from '../store/index.ts';

/** C2SP verifier key of the log in the database; null where it was never opened. */
export async function standingKey({ db }: Database): Promise<string | null> {
  const row = await db.selectFrom('log_head').select('verifier_key').executeTakeFirstOrThrow();
  return row.verifier_key;
}

/** Whatever lets somebody in and could have been used up, or ended, in the entries that are lost. */
export async function closeDoors(tx: Tx, now: string): Promise<void> {
  await tx.updateTable('join_token').set({ used_at: now }).where('used_at', 'is', null).execute();
  await tx.deleteFrom('session').execute();
  await tx.deleteFrom('sign_in_token').execute();
}
