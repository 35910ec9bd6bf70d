import { MunimentError } from '../kernel/index.ts';
import type { Attestor } from './attest-unix.ts';
import type { Bundles, TrustBundle } from './bundles.ts';
import type { HeldCredential } from './cache.ts';
import { isDenial } from './model.ts';
import type { Peer } from './peer.ts';
import { type Standing, standingStream } from './stream.ts';
import type { Svids } from './svids.ts';
import type { Watchers } from './watchers.ts';

/** What callers of the Workload API may have. Every answer rests on an attestation made for it. */
export interface Workloads {
  /** Certificates: the present state, then each new one. */
  x509(peer: Peer, signal: AbortSignal): AsyncIterable<Standing>;
  /** Bundles alone, for as long as the caller has an identity. */
  bundles(peer: Peer, signal: AbortSignal): AsyncIterable<Standing>;
  jwtSvids(peer: Peer, audience: string[]): Promise<HeldCredential[]>;
  bundleFor(peer: Peer): Promise<{ bundle: TrustBundle }>;
}

export interface WorkloadsOptions {
  attestor: Attestor;
  svids: Svids;
  bundles: Bundles;
  watchers: Watchers;
  /** A credential that was already out was handed out again. */
  onDelivered(entry: number, instance: string): void;
}

export function createWorkloads({
  attestor,
  svids,
  bundles,
  watchers,
  onDelivered,
}: WorkloadsOptions): Workloads {
  /**
   * INVARIANT: nothing that waits for input or output may come between this and the message that is made of it, or a lock
   * that arrives there would find nobody to take the credential back from.
   */
  async function obtain(peer: Peer, audience?: string[]) {
    const attestation = await attestor.attest(peer);
    const obtained = await svids.obtain(attestation, audience);
    // The server took its time: the process must still be the one that was looked at.
    if (!peer.lives()) throw new MunimentError('attestation_refused', 'the caller has ended');
    return { attestation, ...obtained };
  }

  async function withSvids(peer: Peer): Promise<Standing> {
    const bundle = await bundles.current();
    const { attestation, holding, granted } = await obtain(peer);
    const { credentials } = holding;
    return {
      instance: attestation.instance,
      credentials,
      holding,
      granted,
      bundle,
      version: JSON.stringify([credentials.map(({ entry }) => entry), bundle.version]),
      renewAt: holding.renewAt,
    };
  }

  /**
   * Bundles go to whoever has an identity. That its profile holds no certificates says that there is one: a program that
   * only uses JWTs has a standing too.
   */
  async function withoutSvids(peer: Peer): Promise<Standing> {
    try {
      const standing = await withSvids(peer);
      return { ...standing, version: standing.bundle.version };
    } catch (error) {
      if (!isDenial(error) || error.code !== 'profile_denied') throw error;
      const bundle = await bundles.current();
      const { instance } = await attestor.attest(peer);
      const never = Number.POSITIVE_INFINITY;
      return {
        instance,
        credentials: [],
        holding: undefined,
        granted: true,
        bundle,
        version: bundle.version,
        renewAt: never,
      };
    }
  }

  return {
    x509: (peer, signal) =>
      standingStream({ look: () => withSvids(peer), watchers, signal, carriesSvids: true, onDelivered }),
    bundles: (peer, signal) =>
      standingStream({ look: () => withoutSvids(peer), watchers, signal, carriesSvids: false }),
    bundleFor: withoutSvids,
    async jwtSvids(peer, audience) {
      const { attestation, holding, granted } = await obtain(peer, audience);
      if (!granted) for (const { entry } of holding.credentials) onDelivered(entry, attestation.instance);
      return holding.credentials;
    },
  };
}
