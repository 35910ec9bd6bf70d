import type { Probe, ProbePoint } from '#verifier';
import { backoffMilliseconds, pause } from './backoff.ts';
import type { DeadCredential } from './cache.ts';
import type { Log } from './log.ts';
import { type LockEvent, Refused, type Upstream } from './model.ts';
import { type Attempt, createProbePoints, type Outcome } from './probe-points.ts';

const RETRY_FIRST_MILLISECONDS = 50;
const RETRY_MAX_MILLISECONDS = 2000;
/** A point that has not refused by then counts as one that accepts. */
const GIVE_UP_MILLISECONDS = 30_000;
/** One lock may reach thousands of credentials; the proof rests on the first ones, and the rest are said to be untried. */
const TRIED_MAX = 64;
const REPORT_ATTEMPTS_MAX = 10;

export interface Prober {
  /** Tries the dead credentials everywhere and reports what happened. `streamed`: entries that an open stream had carried. */
  prove(lock: LockEvent, dead: DeadCredential[], streamed: ReadonlySet<number>): Promise<Probe[]>;
  /** A client was told that it lost this credential. */
  redacted(entry: number, at: Date): void;
  stop(): void;
}

const POINTS = [
  'api-renewal',
  'introspection',
  'agent-stream',
  'crl',
  'openssl',
] as const satisfies ProbePoint[];

/** Proof by refusal: whoever holds the dead credential tries it where it would be used. */
export function createProber(
  upstream: Upstream,
  log: Log,
  giveUpMilliseconds = GIVE_UP_MILLISECONDS,
): Prober {
  const stopping = new AbortController();
  const told = new Map<number, number>();
  const points = createProbePoints(upstream, told);

  async function tryUntilRefused(lock: LockEvent, attempt: Attempt): Promise<Probe> {
    const base = { point: attempt.point, credential: attempt.credential };
    const until = Date.now() + giveUpMilliseconds;
    for (let count = 0; ; count += 1) {
      const { outcome, detail, final, at = Date.now() } = await attempt.ask().catch(failed);
      const latencyMs = outcome === 'REFUSED' ? Math.max(at - Date.parse(lock.placed), 0) : null;
      const over = stopping.signal.aborted || Date.now() >= until;
      if (outcome === 'REFUSED' || final || over) return { ...base, outcome, latencyMs, detail };
      const wait = backoffMilliseconds(count, RETRY_FIRST_MILLISECONDS, RETRY_MAX_MILLISECONDS);
      await pause(Math.min(wait, until - Date.now()), stopping.signal);
    }
  }

  async function report(lock: LockEvent, probes: Probe[]): Promise<void> {
    for (let attempt = 0; attempt < REPORT_ATTEMPTS_MAX && !stopping.signal.aborted; attempt += 1) {
      try {
        await upstream.probe(lock.lock, probes);
        return;
      } catch (error) {
        log.warn({ lock: lock.lock, reason: (error as Error).message }, 'the server did not take the probes');
        if (error instanceof Refused) return;
        await pause(backoffMilliseconds(attempt, 1000, 60_000), stopping.signal);
      }
    }
  }

  return {
    redacted: (entry, at) => {
      if (!told.has(entry)) told.set(entry, at.getTime());
    },
    stop: () => stopping.abort(),
    async prove(lock, dead, streamed) {
      if (dead.length === 0) return [];
      const tried = dead.slice(0, TRIED_MAX);
      const attempts = points.forCredentials(tried, streamed);
      const probes = await Promise.all(attempts.map((attempt) => tryUntilRefused(lock, attempt)));
      const all = [...probes, ...untried(probes, dead.slice(TRIED_MAX))];
      for (const { credential } of dead) told.delete(credential.entry);
      await report(lock, all);
      return all;
    },
  };
}

const failed = (error: unknown): Outcome => ({
  outcome: 'NOT_EVALUABLE',
  detail: `could not be tried: ${(error as Error).message}`,
});

/** Missing data never passes: a point for which nothing was held, and a credential that was not tried, are said. */
function untried(probes: Probe[], rest: DeadCredential[]): Probe[] {
  const seen = new Set(probes.map(({ point }) => point));
  const base = { outcome: 'NOT_EVALUABLE' as const, latencyMs: null };
  const missing = POINTS.filter((point) => !seen.has(point)).map((point) => ({
    ...base,
    point,
    credential: null,
    detail: 'nothing that could be tried here was held',
  }));
  const over = rest.map(({ credential }) => ({
    ...base,
    point: 'api-renewal' as const,
    credential: credential.entry,
    detail: `not tried: more than ${TRIED_MAX} at once`,
  }));
  return [...missing, ...over.slice(0, 500)];
}
