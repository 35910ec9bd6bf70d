import type { Facts } from '#verifier';
import type { IssuedItem, IssueRequest, LockEvent, SvidAction } from './model.ts';

const HOLDINGS_MAX = 4096;

/** One credential that the agent holds for a caller. */
export interface HeldCredential {
  /** The entry that granted it. */
  entry: number;
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

/** Everything that one decision gave to one running process. */
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

/** Same process, same facts, same question: anything else is another holding. */
export function holdingKey(request: {
  action: SvidAction;
  instance: string;
  attested: Facts;
  audience?: string[];
}): string {
  const facts = Object.entries(request.attested).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([request.action, request.instance, facts, request.audience ?? []]);
}

/**
 * What the agent may hand out again. A key holds the freshly attested facts, so a caller whose facts changed finds nothing.
 * Private keys live here and nowhere else; nothing of it touches a disk.
 */
export class Holdings {
  readonly #byKey = new Map<string, Holding>();

  get size(): number {
    return this.#byKey.size;
  }

  get(key: string, now: number): Holding | undefined {
    const holding = this.#byKey.get(key);
    if (holding === undefined || now < holding.endsAt) return holding;
    this.#byKey.delete(key);
    return undefined;
  }

  /** Keeps the most recent 4,096. */
  put(holding: Holding): void {
    this.#byKey.delete(holding.key);
    this.#byKey.set(holding.key, holding);
    const oldest = this.#byKey.keys().next().value;
    if (this.#byKey.size > HOLDINGS_MAX && oldest !== undefined) this.#byKey.delete(oldest);
  }

  drop(key: string): void {
    this.#byKey.delete(key);
  }

  /** Empties it and hands back what was in it. */
  dropAll(): Holding[] {
    const all = [...this.#byKey.values()];
    this.#byKey.clear();
    return all;
  }

  /** Takes out every holding of which the lock reaches anything; the rest of it has to be asked for again as well. */
  dropReached(lock: LockEvent, agent: string): Holding[] {
    const reached = [...this.#byKey.values()].filter((holding) =>
      holding.credentials.some((credential) => reaches(lock, credential, holding.request.instance, agent)),
    );
    for (const holding of reached) this.#byKey.delete(holding.key);
    return reached;
  }
}

/** INVARIANT: in doubt it is reached. A credential too many that is asked for again costs a round trip. */
export function reaches(
  { target, identities }: LockEvent,
  { entry, origin }: HeldCredential,
  instance: string,
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
      return target.id === instance;
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
