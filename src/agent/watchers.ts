import type { ConnectError } from '@connectrpc/connect';
import type { HeldCredential } from './cache.ts';
import { denied } from './status.ts';

const WAIT_MAX_MILLISECONDS = 60 * 60 * 1000;

/** One open stream: what its client holds by now, and a way to wake it. */
export class Watcher {
  readonly instance: string;
  /** What was last sent and not taken back. */
  holds: HeldCredential[] = [];
  /** Set when the stream is over for good. */
  ended: ConnectError | undefined;
  /** Entries that were taken back and whose client has not been told yet. */
  redacted: number[] = [];
  #wake: (() => void) | undefined;
  #awake = false;

  constructor(instance: string) {
    this.instance = instance;
  }

  wake(): void {
    this.#awake = true;
    this.#wake?.();
  }

  /** Returns when woken, at `until` (milliseconds since 1970), or when the client has gone. */
  async wait(until: number, signal: AbortSignal): Promise<void> {
    if (this.#awake || signal.aborted) {
      this.#awake = false;
      return;
    }
    const milliseconds = Math.min(Math.max(until - Date.now(), 0), WAIT_MAX_MILLISECONDS);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      signal.addEventListener('abort', this.#wake, { once: true });
    });
    if (this.#wake) signal.removeEventListener('abort', this.#wake);
    this.#wake = undefined;
    this.#awake = false;
  }
}

/** All open streams. */
export class Watchers {
  readonly #open = new Set<Watcher>();
  readonly #onRedacted: (entry: number, at: Date) => void;

  /** `onRedacted` hears when a client was told that it lost a credential. */
  constructor(onRedacted: (entry: number, at: Date) => void = () => {}) {
    this.#onRedacted = onRedacted;
  }

  get size(): number {
    return this.#open.size;
  }

  open(instance: string): Watcher {
    const watcher = new Watcher(instance);
    this.#open.add(watcher);
    return watcher;
  }

  close(watcher: Watcher): void {
    this.told(watcher);
    this.#open.delete(watcher);
  }

  told(watcher: Watcher): void {
    for (const entry of watcher.redacted.splice(0)) this.#onRedacted(entry, new Date());
  }

  /**
   * Something that decisions or messages rest on changed: every stream looks again, spread over `spreadMilliseconds` so that
   * programs that reload on each message do not all reload at once.
   */
  wakeAll(spreadMilliseconds = 0): void {
    for (const watcher of this.#open) {
      if (spreadMilliseconds === 0) watcher.wake();
      else setTimeout(() => watcher.wake(), Math.random() * spreadMilliseconds).unref();
    }
  }

  /** Ends every stream of a process, those that carry only bundles too. */
  end(instance: string, error: ConnectError): void {
    for (const watcher of this.#open) {
      if (watcher.instance !== instance) continue;
      watcher.ended = error;
      watcher.wake();
    }
  }

  /**
   * Takes credentials back at once, before anyone is asked; a process that has none left loses all of its streams. Answers
   * which entries a stream held.
   */
  redact(isDead: (credential: HeldCredential, instance: string) => boolean): Set<number> {
    const taken = new Set<number>();
    for (const watcher of this.#open) {
      const lost = watcher.holds.filter((credential) => isDead(credential, watcher.instance));
      if (lost.length === 0) continue;
      for (const { entry } of lost) taken.add(entry);
      watcher.redacted.push(...lost.map(({ entry }) => entry));
      watcher.holds = watcher.holds.filter((credential) => !lost.includes(credential));
      watcher.wake();
      if (watcher.holds.length === 0) this.end(watcher.instance, denied());
    }
    return taken;
  }

  endAll(error: ConnectError): void {
    for (const { instance } of this.#open) this.end(instance, error);
  }
}
