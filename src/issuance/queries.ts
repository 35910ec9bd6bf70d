import { sql } from 'kysely';
import type { SecretStore } from '../crypto/index.ts';
import type { Database, Db } from '../store/index.ts';

/** Sealed secrets in the database: what the key store keeps. */
export const sealedSecrets = ({ db }: Database): SecretStore => ({
  async get(name) {
    const row = await db
      .selectFrom('sealed_secret')
      .select('sealed')
      .where('name', '=', name)
      .executeTakeFirst();
    return row?.sealed;
  },
  async putIfAbsent(name, sealed) {
    await db
      .insertInto('sealed_secret')
      .values({ name, sealed })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute();
  },
});

/** True if the identity ever had a credential. */
export async function everHeld(db: Db, identity: string): Promise<boolean> {
  const row = await db
    .selectFrom('row_credential')
    .select('key')
    .where(sql<boolean>`data->'request'->>'identity' = ${identity}`)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
