import type { Probe, Rows } from '#verifier';
import type { Clock } from '../kernel/index.ts';
import type { Database, Log, Receipt } from '../store/index.ts';
import { type Crls, createCrls } from './crl.ts';
import { deathOf, locksOn, reachOf } from './deaths.ts';
import { createIntrospection } from './introspect.ts';
import { liftLock, placeLock, recordProbes } from './locks.ts';
import {
  checkedReason,
  type Introspection,
  type LockTarget,
  type PlacedLock,
  type RevocationAuthority,
} from './model.ts';
import { type Revoker, revoke } from './revoke.ts';

export interface RevocationOptions {
  database: Database;
  log: Log;
  authority: RevocationAuthority;
  clock: Clock;
}

export interface Revocation extends Crls {
  /** Refuses the target from this entry on, and kills for good all that it was granted before. Throws `not_found`. */
  lock(target: LockTarget, reason: string, actor: string): Promise<PlacedLock>;
  /** Lets new credentials be issued again. Throws `not_found`, or `conflict` where it was lifted before. */
  lift(lock: string, reason: string, actor: string): Promise<{ entry: number; receipt: Receipt }>;
  introspect(token: string): Promise<Introspection>;
  /**
   * Locks the grant that a token names, and tries the token at once (RFC 7009). A token that is unknown, ended or dead needs
   * nothing. Throws `forbidden` where the token is none of theirs.
   */
  revoke(token: string, by: Revoker): Promise<void>;
  /** Where the dead credentials of a lock were tried, told by who held them. Throws `not_found`, `bad_request`. */
  recordProbes(lock: string, probes: Probe[], actor: string): Promise<{ entry: number; receipt: Receipt }>;
  /** The lock that a credential died of; undefined while it lives. */
  death(credential: Rows['credential']): Promise<Rows['lock'] | undefined>;
  /** Every lock after its grant that reaches a credential, in the order of their entries. */
  locksOn(credential: Rows['credential']): Promise<Array<Rows['lock']>>;
  /** Ids of the identities that a lock on an identity, owner or application reached when it was placed. */
  identitiesReached(lock: Rows['lock']): Promise<string[]>;
}

export function createRevocation(options: RevocationOptions): Revocation {
  const { database, log } = options;
  const tokens = createIntrospection(options);
  return {
    ...createCrls(options),
    introspect: tokens.introspect,
    revoke: (token, by) => revoke(options, tokens, token, by),
    locksOn: async (credential) => locksOn(database.db, await log.view(), credential),
    death: async (credential) => deathOf(database.db, await log.view(), credential),
    lock: async (target, reason, actor) => placeLock(log, target, checkedReason(reason), actor),
    lift: async (lock, reason, actor) => liftLock(log, lock, checkedReason(reason), actor),
    recordProbes: (lock, probes, actor) => recordProbes(log, lock, probes, actor),
    async identitiesReached(lock) {
      const reach = await reachOf(database.db, lock);
      return reach.by === 'identity' ? reach.ids : [];
    },
  };
}
