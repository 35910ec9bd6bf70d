import { killedBy, type LockTargetKind, type Rows } from '#verifier';
import type { Db, View } from '../store/index.ts';
import { identitiesOf, identityAt, type Reach } from './queries.ts';

type Lock = Rows['lock'];
type Credential = Rows['credential'];

/** Locks by kind and target, lifted ones too: what they killed stays dead. A view never changes, so neither does this. */
const byTarget = new WeakMap<View, Map<LockTargetKind, Map<string, Lock[]>>>();

function locksOf(view: View, kind: LockTargetKind): Map<string, Lock[]> {
  let kinds = byTarget.get(view);
  if (kinds === undefined) {
    const locks = Map.groupBy(view.rows('lock').values(), ({ target }) => target.kind);
    kinds = new Map([...locks].map(([of, those]) => [of, Map.groupBy(those, ({ target }) => target.id)]));
    byTarget.set(view, kinds);
  }
  return kinds.get(kind) ?? new Map();
}

/** Locks that name something which the credential says of itself. */
function namedLocks(view: View, { entry, request }: Credential): Lock[] {
  const { identity, instance, agent, trust } = request;
  const targets = { credential: String(entry), identity, instance, agent, trust };
  return Object.entries(targets).flatMap(
    ([kind, id]) => locksOf(view, kind as LockTargetKind).get(id ?? '') ?? [],
  );
}

/** The lock that a credential died of, lifted since or not; undefined while it lives. */
export async function deathOf(db: Db, view: View, credential: Credential): Promise<Lock | undefined> {
  return (
    killedBy(credential, namedLocks(view, credential), undefined) ??
    (await deathByOwner(db, view, credential))
  );
}

/** A lock on an owner or an application reached the identities that were theirs when it was placed, whoever has them now. */
async function deathByOwner(db: Db, view: View, credential: Credential): Promise<Lock | undefined> {
  const { identity } = credential.request;
  if (identity === null) return undefined;
  const locks = [...locksOf(view, 'owner').values(), ...locksOf(view, 'application').values()].flat();
  for (const lock of locks.filter(({ entry }) => entry > credential.entry)) {
    if (killedBy(credential, [lock], await identityAt(db, identity, lock.entry))) return lock;
  }
  return undefined;
}

/** Every lock after the grant that reaches a credential, in order: the first killed it, and whether it was lifted is no matter. */
export async function locksOn(db: Db, view: View, credential: Credential): Promise<Lock[]> {
  const later = (lock: Lock): boolean => lock.entry > credential.entry;
  const found = namedLocks(view, credential).filter(later);
  const { identity } = credential.request;
  const owned = [...locksOf(view, 'owner').values(), ...locksOf(view, 'application').values()]
    .flat()
    .filter(later);
  for (const lock of identity === null ? [] : owned) {
    if (killedBy(credential, [lock], await identityAt(db, identity ?? '', lock.entry))) found.push(lock);
  }
  return found.sort((a, b) => a.entry - b.entry);
}

/** What can be said at once, inside a decision: whose the identity is now stands for whose it was. */
export const deathInView = (view: View, credential: Credential): Lock | undefined => {
  const identity = view.rows('identity').get(credential.request.identity ?? '');
  const { owner = '', application = '' } = identity?.spec ?? {};
  const owners = locksOf(view, 'owner').get(owner) ?? [];
  const applications = locksOf(view, 'application').get(application) ?? [];
  return killedBy(credential, [...namedLocks(view, credential), ...owners, ...applications], identity);
};

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
