import { isToken, type Rows } from '#verifier';
import { issueCrl, type RevokedCertificate, serialOf } from '../crypto/index.ts';
import { type Clock, MunimentError, timestamp } from '../kernel/index.ts';
import type { Database, Log, View } from '../store/index.ts';
import { reachOf } from './deaths.ts';
import {
  CRL_REASONS,
  CRL_REFRESH_SECONDS,
  CRL_VALIDITY_SECONDS,
  type CrlIssuer,
  type RevocationAuthority,
} from './model.ts';
import { leafHashes, liveCredentials, oldestLive } from './queries.ts';

/** Readers' clocks may be a little behind ours. Taken off a revocation's date too: none may be after its list's `thisUpdate`. */
const BACKDATE_MS = 10_000;

interface Killed extends RevokedCertificate {
  /** Key id of the CA that signed it. */
  issuer: string;
  notAfter: Date;
}

interface Made {
  der: Uint8Array;
  /** How many locks it knows of: locks are lifted, but never go away. */
  locks: number;
  madeAt: number;
}

export interface Crls {
  /** The CRL of one CA, by its name, DER. Throws `not_found`. */
  crl(name: string): Promise<Uint8Array>;
  /** When this process last made each CRL that it holds, in milliseconds since the epoch. */
  made(): Array<{ name: string; madeAt: number }>;
  /** The CRLs of all published CAs. */
  all(): Promise<Uint8Array[]>;
}

interface CrlOptions {
  database: Database;
  log: Log;
  authority: RevocationAuthority;
  clock: Clock;
}

/**
 * CRLs of every published CA. One is made anew when a lock was placed since, or when it is ten minutes old. What a lock
 * killed never changes, so each lock is looked up once.
 */
export function createCrls({ database, log, authority, clock }: CrlOptions): Crls {
  const made = new Map<string, Made>();
  const killedBy = new Map<string, Promise<Killed[]>>();
  let bound = { oldest: 0, at: Number.NEGATIVE_INFINITY };

  /** It only rises, so an older one still leaves no lock out; to find it costs a walk over all that live. */
  async function oldestBound(now: Date): Promise<number> {
    const age = now.getTime() - bound.at;
    if (age >= 0 && age < CRL_REFRESH_SECONDS * 1000) return bound.oldest;
    const oldest = await oldestLive(database.db, timestamp(now));
    bound = { oldest, at: now.getTime() };
    return oldest;
  }

  async function killed(view: View, now: Date): Promise<Killed[]> {
    const oldest = await oldestBound(now);
    const locks = [...view.rows('lock').values()].filter(({ entry }) => entry > oldest);
    for (const id of killedBy.keys()) if (!locks.some((lock) => lock.id === id)) killedBy.delete(id);
    const lists = await Promise.all(
      locks.map((lock) => remember(killedBy, lock, () => certificatesOf(database, lock, now))),
    );
    return earliestOfEach(lists.flat().filter(({ notAfter }) => notAfter > now));
  }

  async function fresh({ name, issuer }: CrlIssuer): Promise<Uint8Array> {
    const view = await log.view();
    const now = clock.now();
    const locks = view.rows('lock').size;
    const kept = made.get(name);
    const age = now.getTime() - (kept?.madeAt ?? 0);
    if (kept?.locks === locks && age >= 0 && age < CRL_REFRESH_SECONDS * 1000) return kept.der;
    const { keyId } = issuer.signer;
    const revoked = (await killed(view, now)).filter((one) => one.issuer === keyId);
    const der = await issueCrl({ ...validity(now), revoked }, issuer);
    made.set(name, { der, locks, madeAt: now.getTime() });
    return der;
  }

  return {
    async crl(name) {
      const ca = (await authority.published()).find((one) => one.name === name);
      if (ca === undefined) throw new MunimentError('not_found', 'no such revocation list');
      return fresh(ca);
    },
    made: () => [...made].map(([name, { madeAt }]) => ({ name, madeAt })),
    all: async () => Promise.all((await authority.published()).map(fresh)),
  };
}

/** The number is the moment in milliseconds: it rises with every CRL, on every replica, without a counter to keep. */
const validity = (now: Date) => ({
  number: now.getTime(),
  thisUpdate: new Date(now.getTime() - BACKDATE_MS),
  nextUpdate: new Date(now.getTime() + CRL_VALIDITY_SECONDS * 1000),
});

function remember(kept: Map<string, Promise<Killed[]>>, lock: Rows['lock'], look: () => Promise<Killed[]>) {
  const found = kept.get(lock.id) ?? look();
  kept.set(lock.id, found);
  found.catch(() => kept.delete(lock.id));
  return found;
}

async function certificatesOf({ db }: Database, lock: Rows['lock'], now: Date): Promise<Killed[]> {
  const reached = await liveCredentials(db, await reachOf(db, lock), lock.entry, timestamp(now));
  const certificates = reached.filter(({ credential }) => !isToken(credential));
  const hashes = await leafHashes(
    db,
    certificates.map(({ entry }) => entry),
  );
  return certificates.map(({ entry, credential }) => ({
    serial: serialOf(entry, hashes.get(entry) ?? new Uint8Array()),
    revokedAt: new Date(Date.parse(lock.placed) - BACKDATE_MS),
    reason: CRL_REASONS[lock.target.kind],
    issuer: credential.issuer,
    notAfter: new Date(credential.notAfter),
  }));
}

/** A serial stands once in a CRL, with the first lock that killed it. */
function earliestOfEach(killed: Killed[]): Killed[] {
  const first = new Map<string, Killed>();
  for (const one of killed.sort((a, b) => a.revokedAt.getTime() - b.revokedAt.getTime())) {
    const serial = Buffer.from(one.serial).toString('hex');
    if (!first.has(serial)) first.set(serial, one);
  }
  return [...first.values()];
}
