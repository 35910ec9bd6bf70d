import { isMunimentError, MunimentError } from '../kernel/index.ts';
import type { Bundle, Upstream } from './model.ts';

const RETRY_MILLISECONDS = 5000;
const REFRESH_MIN_SECONDS = 5;
const REFRESH_MAX_SECONDS = 3600;

/** The trust domain's bundle in the forms that messages carry. */
export interface TrustBundle {
  /** Changes whenever anything in it does. */
  version: string;
  /** DER certificates, one after the other. */
  x509: Buffer;
  crls: Buffer[];
  /** A JWK Set without the X.509 authorities. */
  jwks: { keys: Array<Record<string, unknown>> };
}

export interface Bundles {
  /** What is held; asks first where nothing is. Throws `server_unreachable`. */
  current(): Promise<TrustBundle>;
  /** Asks now. Never throws: what is held stays. */
  refresh(): Promise<void>;
  stop(): void;
}

/** Keeps the bundle fresh and tells when it changed. */
export function createBundles(upstream: Pick<Upstream, 'bundle'>, onChange: () => void): Bundles {
  let held: TrustBundle | undefined;
  let running: Promise<TrustBundle> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  async function fetchOnce(): Promise<TrustBundle> {
    const bundle = await upstream.bundle();
    const next = toTrustBundle(bundle);
    const changed = held !== undefined && held.version !== next.version;
    held = next;
    schedule(refreshMilliseconds(bundle.refreshSeconds));
    if (changed) onChange();
    return next;
  }

  function fetchNow(): Promise<TrustBundle> {
    running ??= fetchOnce().finally(() => {
      running = undefined;
    });
    return running;
  }

  function schedule(milliseconds: number): void {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(refresh, milliseconds).unref();
  }

  async function refresh(): Promise<void> {
    try {
      await fetchNow();
    } catch {
      schedule(RETRY_MILLISECONDS);
    }
  }

  return {
    refresh,
    async current() {
      if (held) return held;
      try {
        return await fetchNow();
      } catch (cause) {
        if (isMunimentError(cause)) throw cause;
        throw new MunimentError('server_unreachable', 'the server sent no bundle', { cause });
      }
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** Spread by a tenth, so that agents do not come all at once. */
const refreshMilliseconds = (seconds: number): number =>
  Math.min(Math.max(seconds, REFRESH_MIN_SECONDS), REFRESH_MAX_SECONDS) * 1000 * (0.9 + Math.random() * 0.1);

function toTrustBundle({ x509, crls, jwks }: Bundle): TrustBundle {
  const jwtKeys = jwks.keys.filter(({ use }) => use !== 'x509-svid');
  return {
    version: JSON.stringify([x509, crls, jwtKeys]),
    x509: Buffer.concat(x509.map((der) => Buffer.from(der, 'base64'))),
    crls: crls.map((der) => Buffer.from(der, 'base64')),
    jwks: { keys: jwtKeys },
  };
}
