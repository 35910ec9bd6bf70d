/** Questions a second, unless the agent was told otherwise. */
export const USER_RATE = 20;
/** How many seconds' worth may come at once. */
const BURST_SECONDS = 5;
const USERS_MAX = 10_000;

interface Bucket {
  left: number;
  /** Milliseconds since 1970. */
  at: number;
}

/**
 * How often one user of this host may make the agent ask the server. Every question becomes an entry, a refusal too, so
 * that without this any local program could fill the log, or use up what the server grants the whole agent.
 */
export class Budget {
  readonly #users = new Map<number, Bucket>();
  readonly #perSecond: number;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** False where this user has to come back later. */
  take(uid: number, now: number): boolean {
    const known = this.#users.get(uid) ?? { left: this.#perSecond * BURST_SECONDS, at: now };
    const refilled = known.left + (Math.max(now - known.at, 0) / 1000) * this.#perSecond;
    const left = Math.min(refilled, this.#perSecond * BURST_SECONDS);
    this.#remember(uid, { left: left < 1 ? left : left - 1, at: now });
    return left >= 1;
  }

  #remember(uid: number, bucket: Bucket): void {
    this.#users.delete(uid);
    this.#users.set(uid, bucket);
    const oldest = this.#users.keys().next().value;
    if (this.#users.size > USERS_MAX && oldest !== undefined) this.#users.delete(oldest);
  }
}
