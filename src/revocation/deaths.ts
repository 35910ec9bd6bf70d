import { killedBy, type Rows } from '#verifier';
import type { Db, View } from '../store/index.ts';
import { identitiesOf, identityAt, type Reach } from './queries.ts';

type Lock = Rows['lock'];

/** The lock that a credential died of, lifted since or not; undefined while it lives. */
export async function deathOf(db: Db, view: View, credential: Rows['credential']): Promise<Lock | undefined> {
  for (const lock of view.rows('lock').values()) {
    if (lock.entry <= credential.entry) continue;
    if (killedBy(credential, [lock], await heldThen(db, lock, credential))) return lock;
  }
  return undefined;
}

/** Only a lock on an owner or an application asks who belonged to it then. */
async function heldThen(
  db: Db,
  lock: Lock,
  { request }: Rows['credential'],
): Promise<Rows['identity'] | undefined> {
  const asks = lock.target.kind === 'owner' || lock.target.kind === 'application';
  return asks && request.identity !== null ? identityAt(db, request.identity, lock.entry) : undefined;
}

/** What a lock reaches, as it stood when it was placed. */
export async function reachOf(db: Db, { target, entry }: Lock): Promise<Reach> {
  switch (target.kind) {
    case 'credential':
      return { by: 'entry', entry: Number(target.id) };
    case 'identity':
      return { by: 'identity', ids: [target.id] };
    case 'owner':
    case 'application':
      return { by: 'identity', ids: await identitiesOf(db, target.kind, target.id, entry) };
    default:
      return { by: target.kind, id: target.id };
  }
}
