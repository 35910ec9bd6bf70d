import type { Db, Tx } from '../../store/index.ts';

/** All SQL of sessions and sign-in tokens. Times are RFC 3339 text in UTC, so they compare as moments. */

export interface SessionRecord {
  hash: Uint8Array;
  id: string;
  /** Null in a house that has no people yet. */
  person: string | null;
  method: string;
  csrf: string;
  created: string;
  last_used: string;
  /** The absolute end. */
  ends: string;
}

export async function insertSession(tx: Tx, session: SessionRecord): Promise<void> {
  await tx.insertInto('session').values(session).execute();
}

export const findSession = (db: Db, hash: Uint8Array): Promise<SessionRecord | undefined> =>
  db.selectFrom('session').selectAll().where('hash', '=', hash).executeTakeFirst();

export async function touchSession(db: Db, hash: Uint8Array, now: string): Promise<void> {
  await db.updateTable('session').set({ last_used: now }).where('hash', '=', hash).execute();
}

/** Binds a session of the bootstrap to the first person; a session that has one already keeps it. */
export async function bindSession(db: Db, id: string, person: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('session')
    .set({ person })
    .where('id', '=', id)
    .where('person', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** True for the one caller that took it away: of two, one writes the entry. */
export async function deleteSession(tx: Tx, id: string): Promise<boolean> {
  const { numDeletedRows } = await tx.deleteFrom('session').where('id', '=', id).executeTakeFirst();
  return numDeletedRows === 1n;
}

/** Sessions that ended by themselves. */
export const findEnded = (db: Db, now: string, idleSince: string): Promise<SessionRecord[]> =>
  db
    .selectFrom('session')
    .selectAll()
    .where((where) => where.or([where('ends', '<=', now), where('last_used', '<=', idleSince)]))
    .execute();

/** Sessions of people, whoever they are. */
export const sessionsOfPeople = (db: Db): Promise<Array<{ id: string; person: string | null }>> =>
  db.selectFrom('session').select(['id', 'person']).where('person', 'is not', null).execute();

export async function insertToken(
  db: Db,
  token: { hash: Uint8Array; person: string | null; created: string; ends: string },
): Promise<void> {
  await db
    .insertInto('sign_in_token')
    .values({ ...token, used_at: null })
    .execute();
}

/** Uses a token up: of any number at the same moment, one gets its person, the rest get undefined. */
export async function useToken(
  tx: Tx,
  hash: Uint8Array,
  now: string,
): Promise<{ person: string | null } | undefined> {
  return tx
    .updateTable('sign_in_token')
    .set({ used_at: now })
    .where('hash', '=', hash)
    .where('used_at', 'is', null)
    .where('ends', '>', now)
    .returning('person')
    .executeTakeFirst();
}

export const findToken = (db: Db, hash: Uint8Array): Promise<{ person: string | null } | undefined> =>
  db.selectFrom('sign_in_token').select('person').where('hash', '=', hash).executeTakeFirst();

export async function deleteOldTokens(db: Db, before: string): Promise<void> {
  await db.deleteFrom('sign_in_token').where('ends', '<', before).execute();
}
