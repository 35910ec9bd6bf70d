import type { Probe, Rows } from '#verifier';
import { isId, MunimentError, newId } from '../kernel/index.ts';
import type { Log, View } from '../store/index.ts';
import { checkedProbe, LOCK_TARGETS, type LockTarget, type PlacedLock, PROBES_MAX } from './model.ts';

export async function placeLock(
  log: Log,
  { kind, id }: LockTarget,
  reason: string,
  actor: string,
): Promise<PlacedLock> {
  if (!LOCK_TARGETS.includes(kind)) throw new MunimentError('bad_request', 'no such kind of lock');
  const credential = kind === 'credential' ? await log.row('credential', id) : undefined;
  const lock = newId('lock');
  const { appended, receipt } = await log.commit({
    decide(view) {
      if (credential === undefined && !exists(view, { kind, id })) {
        throw new MunimentError('not_found', `there is no such ${kind} to lock`);
      }
      const data = { lock, target: { kind, id }, reason };
      return { drafts: [{ kind: 'lock.placed', subject: lock, actor, data }], result: undefined };
    },
  });
  const entry = appended[0];
  if (entry === undefined) throw new MunimentError('internal', 'the lock has no entry');
  return { lock, placed: entry.time, entry: entry.index, receipt: receipt(0) };
}

/** An instance has no row of its own: any id of that form may be locked, before it asks for the first time too. */
function exists(view: View, { kind, id }: LockTarget): boolean {
  switch (kind) {
    case 'instance':
      return isId('instance', id);
    case 'owner':
      return view.rows('person').has(id);
    case 'credential':
      return false;
    default:
      return view.rows(kind).has(id);
  }
}

export async function liftLock(log: Log, lock: string, reason: string, actor: string) {
  const { appended, receipt } = await log.commit({
    decide(view) {
      if (standing(view, lock).lifted !== null)
        throw new MunimentError('conflict', 'the lock was lifted before');
      const data = { lock, reason };
      return { drafts: [{ kind: 'lock.lifted', subject: lock, actor, data }], result: undefined };
    },
  });
  return { entry: appended[0]?.index ?? -1, receipt: receipt(0) };
}

function standing(view: View, id: string): Rows['lock'] {
  const lock = view.rows('lock').get(id);
  if (lock === undefined) throw new MunimentError('not_found', 'there is no such lock');
  return lock;
}

export async function recordProbes(log: Log, lock: string, probes: Probe[], actor: string) {
  if (probes.length === 0 || probes.length > PROBES_MAX)
    throw new MunimentError('bad_request', 'no probes, or too many');
  standing(await log.view(), lock);
  const data = { lock, probes: probes.map(checkedProbe) };
  const { appended, receipt } = await log.append([{ kind: 'probe.recorded', subject: lock, actor, data }]);
  return { entry: appended[0]?.index ?? -1, receipt: receipt(0) };
}
