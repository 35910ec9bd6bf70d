import { isMunimentError } from '../kernel/index.ts';
import { backoffMilliseconds } from './backoff.ts';
import type { TrustBundle } from './bundles.ts';
import type { HeldCredential, Holding } from './cache.ts';
import { isDenial } from './model.ts';
import { toStatus, unavailable } from './status.ts';
import type { Watcher, Watchers } from './watchers.ts';

const RETRY_MIN_MILLISECONDS = 500;
const RETRY_MAX_MILLISECONDS = 30_000;

/** Everything that one message is made of: always the whole state, so that what is missing is taken back. */
export interface Standing {
  instance: string;
  credentials: HeldCredential[];
  holding: Holding | undefined;
  /** False where it came from the cache. */
  granted: boolean;
  bundle: TrustBundle;
  /** Changes whenever a client has to be told. */
  version: string;
  /** Milliseconds since 1970. */
  renewAt: number;
}

export interface StreamOptions {
  /** Attests the caller afresh and finds what it may have now. */
  look(): Promise<Standing>;
  watchers: Watchers;
  signal: AbortSignal;
  /** True where messages hold credentials, so that one that was taken back has to be told. */
  carriesSvids: boolean;
  onDelivered?(entry: number, instance: string): void;
}

/**
 * Yields the caller's standing at once and again whenever it changes: at renewal, when the bundle changes, when something
 * is locked. Ends by throwing: a denial ends every stream of that process.
 */
export async function* standingStream(options: StreamOptions): AsyncGenerator<Standing> {
  const { watchers, signal } = options;
  let last = await options.look();
  const watcher = watchers.open(last.instance);
  try {
    let next: Standing | undefined = last;
    let version = '';
    let retries = 0;
    while (!signal.aborted) {
      if (next && next.version !== version) {
        last = next;
        version = next.version;
        watcher.holds = next.credentials;
        tell(options, next);
        yield next;
      }
      retries = next && next.renewAt > Date.now() ? 0 : retries + 1;
      await watcher.wait(lookingAgainAt(next, retries, watcher), signal);
      if (watcher.ended) throw watcher.ended;
      if (options.carriesSvids && watcher.redacted.length > 0) {
        version = '';
        yield { ...last, credentials: watcher.holds };
        watchers.told(watcher);
      }
      if (!signal.aborted) next = await lookAgain(options, watcher);
    }
    throw signal.reason;
  } finally {
    watchers.close(watcher);
  }
}

/** Undefined where the server is silent and what the client holds is still good: it keeps that. */
async function lookAgain({ look, watchers }: StreamOptions, watcher: Watcher): Promise<Standing | undefined> {
  try {
    return await look();
  } catch (error) {
    const silent = isMunimentError(error) && error.code === 'server_unreachable';
    if (silent && watcher.holds.some(({ notAfter }) => notAfter > Date.now())) return undefined;
    if (silent) throw unavailable('server is not reachable and nothing held is still good');
    if (isDenial(error)) watchers.end(watcher.instance, toStatus(error));
    throw error;
  }
}

function tell({ onDelivered }: StreamOptions, { granted, credentials, instance }: Standing): void {
  if (granted || !onDelivered) return;
  for (const { entry } of credentials) onDelivered(entry, instance);
}

/** At renewal; while the server is silent after a growing while, and at the end of what the client holds at the latest. */
function lookingAgainAt(next: Standing | undefined, retries: number, { holds }: Watcher): number {
  if (next && retries === 0) return next.renewAt;
  const now = Date.now();
  const ends = holds.map(({ notAfter }) => notAfter).filter((end) => end > now);
  const retryAt = now + backoffMilliseconds(retries, RETRY_MIN_MILLISECONDS, RETRY_MAX_MILLISECONDS);
  return Math.min(retryAt, ...ends);
}
