import type { IssuedItem, IssueRequest, LockEvent } from './model.ts';

const HOLDINGS_MAX = 4096;
const SUPERSEDED_MAX = 1024;

/** One credential that the agent holds for a caller. */
export interface HeldCredential {
  /** The entry that granted it. */
  entry: number;
  /** The running process that it was granted to; others of the same facts may have been given it since. */
  instance: string;
  spiffeId: string;
  hint: string;
  /** DER, the leaf first; empty for a JWT. */
  chain: Buffer[];
  jwt: string;
  /** Milliseconds since 1970. */
  notAfter: number;
  /** Whose it is, as its receipt says; null where the receipt cannot be read, and then every lock is taken to reach it. */
  origin: { identity: string | null; trust: string | null } | null;
}

/** Everything that one request was given. */
export interface Holding {
  key: string;
  request: Omit<IssueRequest, 'csr'>;
  credentials: HeldCredential[];
  /** PKCS #8, DER; empty for JWTs. */
  privateKey: Buffer;
  /** Milliseconds since 1970: asked for again from here on, and not handed out from there on. */
  renewAt: number;
  endsAt: number;
}

/** A credential that a lock killed, kept for one purpose: to be tried where it would be used. */
export interface DeadCredential {
  credential: HeldCredential;
  holding: Holding;
  /** False for one that was superseded before, and that only a relying party could still be shown. */
  current: boolean;
}

/**
 * Same program, same user, same question. The number of the process is left out of the comparison, so that another run of
 * the program finds what the first one was given.
 */
export function holdingKey({
  action,
  attested,
  audience,
}: Pick<IssueRequest, 'action' | 'attested' | 'audience'>): string {
  const facts = Object.entries(attested)
    .filter(([name]) => name !== 'pid')
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([action, facts, audience ?? []]);
}

/**
 * What the agent may hand out again. A key holds the freshly attested facts, so a caller whose facts changed finds nothing.
 * Private keys live here and nowhere else; nothing of it touches a disk.
 */
export class Holdings {
  readonly #byKey = new Map<string, Holding>();
  /** By entry: no longer handed out and not at its end, kept without its key to be tried when a lock kills it. */
  readonly #superseded = new Map<number, DeadCredential>();

  get size(): number {
    return this.#byKey.size;
  }

  get(key: string, now: number): Holding | undefined {
    const holding = this.#byKey.get(key);
    if (holding === undefined || now < holding.endsAt) return holding;
    this.drop(key);
    return undefined;
  }

  /** Keeps the most recent 4,096. */
  put(holding: Holding): void {
    this.drop(holding.key);
    this.#byKey.set(holding.key, holding);
    const oldest = this.#byKey.keys().next().value;
    if (this.#byKey.size > HOLDINGS_MAX && oldest !== undefined) this.drop(oldest);
  }

  drop(key: string): void {
    const holding = this.#byKey.get(key);
    if (holding) this.#supersede(holding);
    this.#byKey.delete(key);
  }

  dropAll(): void {
    for (const key of [...this.#byKey.keys()]) this.drop(key);
  }

  /**
   * Takes out every holding of which the lock reaches anything (the rest of it has to be asked for again as well) and
   * answers with all that died, current ones first.
   */
  dropReached(lock: LockEvent, agent: string, now: number): DeadCredential[] {
    const dead: DeadCredential[] = [];
    for (const [key, holding] of this.#byKey) {
      const reached = holding.credentials.filter((one) => reaches(lock, one, one.instance, agent));
      if (reached.length === 0) continue;
      this.#byKey.delete(key);
      dead.push(...reached.map((credential) => ({ credential, holding, current: true })));
    }
    for (const [entry, one] of this.#superseded) {
      if (one.credential.notAfter > now && !reaches(lock, one.credential, one.credential.instance, agent))
        continue;
      this.#superseded.delete(entry);
      if (one.credential.notAfter > now) dead.push(one);
    }
    return dead;
  }

  #supersede(holding: Holding): void {
    const keyless = { ...holding, privateKey: Buffer.alloc(0) };
    for (const credential of holding.credentials) {
      this.#superseded.set(credential.entry, { credential, holding: keyless, current: false });
    }
    while (this.#superseded.size > SUPERSEDED_MAX) {
      this.#superseded.delete(this.#superseded.keys().next().value as number);
    }
  }
}

/**
 * True where a lock takes a credential from its `holder`, a running process.
 * INVARIANT: in doubt it does. A credential too many that is asked for again costs a round trip.
 */
export function reaches(
  { target, identities }: LockEvent,
  { entry, origin, instance }: HeldCredential,
  holder: string,
  agent: string,
): boolean {
  if (origin === null) return true;
  if (origin.identity !== null && identities.includes(origin.identity)) return true;
  switch (target.kind) {
    case 'credential':
      return target.id === String(entry);
    case 'identity':
      return target.id === origin.identity;
    case 'trust':
      return target.id === origin.trust;
    case 'instance':
      return target.id === instance || target.id === holder;
    case 'agent':
      return target.id === agent;
    case 'owner':
    case 'application':
      return identities.length === 0;
  }
}

/** Reads whose a credential is from the body in its receipt. */
export function originOf(item: IssuedItem): HeldCredential['origin'] {
  try {
    const body = JSON.parse(Buffer.from(item.receipt.body, 'base64').toString());
    const { identity, trust } = body.data.request;
    return { identity: identity ?? null, trust: trust ?? null };
  } catch {
    return null;
  }
}
