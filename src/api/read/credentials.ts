import { killedBy, type Rows } from '#verifier';
import { type Names, refOrNull } from './names.ts';
import type { Locks } from './when.ts';

export type CredentialState = 'live' | 'expired' | 'dead' | 'unknown';

type CredentialRow = Rows['credential'];

/** Locks by the id of their target. A table of rows never changes, so neither does this. */
const byTarget = new WeakMap<ReadonlyMap<string, unknown>, Map<string, Array<Rows['lock']>>>();

function locksOn(ids: Array<string | null | undefined>, locks: Locks): Array<Rows['lock']> {
  const table = locks.rows('lock');
  let targets = byTarget.get(table);
  if (targets === undefined) {
    targets = Map.groupBy(table.values(), ({ target }) => target.id);
    byTarget.set(table, targets);
  }
  return ids.flatMap((id) => targets.get(id ?? '') ?? []).sort((a, b) => a.entry - b.entry);
}

/** Why a credential is what it is at a moment: a lock kills for good, an end only ends. */
export function stateOf(
  row: CredentialRow,
  locks: Locks,
  now: string,
): { state: CredentialState; lock: Rows['lock'] | undefined } {
  const { identity: id, instance, agent, trust } = row.request;
  const identity = locks.rows('identity').get(id ?? '');
  const { owner, application } = identity?.spec ?? {};
  const ids = [String(row.entry), id, instance, agent, trust, owner, application];
  const lock = killedBy(row, locksOn(ids, locks), identity);
  if (lock !== undefined) return { state: 'dead', lock };
  return { state: row.credential.notAfter <= now ? 'expired' : 'live', lock };
}

export function viewCredential(row: CredentialRow, locks: Locks, names: Names, now: string) {
  const { credential, request } = row;
  const { state, lock } = stateOf(row, locks, now);
  return {
    entry: row.entry,
    type: credential.type,
    subject: credential.subject,
    identity: refOrNull(names, request.identity),
    agent: refOrNull(names, request.agent),
    instance: request.instance,
    granted: row.granted,
    notBefore: credential.notBefore,
    notAfter: credential.notAfter,
    ttlSeconds: credential.ttlSeconds,
    shortened: credential.shortened,
    audience: credential.audience,
    scope: credential.scope ?? [],
    keyHash: credential.keyHash,
    state,
    lock: lock?.id ?? null,
  };
}

/** Ids in a grant or a refusal that have names. */
export const idsOf = ({ request }: CredentialRow | Rows['refusal']): string[] =>
  [request.identity, request.agent, request.trust].filter((id) => id !== null);

/** A grant or a refusal, in one shape. */
export function viewDecision(row: CredentialRow | Rows['refusal'], locks: Locks, names: Names, now: string) {
  const { request, decision } = row;
  const isGrant = 'credential' in row;
  return {
    entry: row.entry,
    outcome: isGrant ? ('granted' as const) : ('refused' as const),
    time: isGrant ? row.granted : row.refused,
    code: isGrant ? null : row.code,
    request: {
      ...request,
      identity: refOrNull(names, request.identity),
      trust: refOrNull(names, request.trust),
      agent: refOrNull(names, request.agent),
    },
    decision,
    credential: isGrant ? viewCredential(row, locks, names, now) : null,
  };
}
