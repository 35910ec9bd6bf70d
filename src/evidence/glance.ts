import type { Verdicts } from './model.ts';

/** A log of no more entries is judged anew for each look: it takes no time. */
export const GLANCE_FRESH_ENTRIES = 2_000;
/** Over a longer log the verdicts are computed at most so often, beside the requests that ask for them. */
export const GLANCE_REFRESH_MS = 10_000;

export interface GlanceOptions {
  /** Entries in the log. */
  size(): Promise<number>;
  /** Computes the verdicts at the log's end. */
  compute(): Promise<Verdicts>;
  /** Milliseconds that only go forward. */
  now(): number;
}

/**
 * The latest verdicts that are known, for pages. Over a long log they may be behind by `GLANCE_REFRESH_MS` and the time that computing
 * takes; `size` and `period` say as of when they are. The first look waits for them.
 */
export function createGlance({ size, compute, now }: GlanceOptions): () => Promise<Verdicts> {
  let latest: Promise<Verdicts> | undefined;
  let begun = 0;
  let refreshing = false;
  const begin = (): Promise<Verdicts> => {
    begun = now();
    latest = compute();
    return latest;
  };
  const refresh = async (): Promise<void> => {
    refreshing = true;
    begun = now();
    const next = compute();
    try {
      await next;
      latest = next;
    } catch {
      // What was true before does not cover it up: the next look computes, and is told why.
      latest = undefined;
    }
    refreshing = false;
  };
  return async () => {
    const entries = await size();
    const known = await latest?.catch(() => undefined);
    if (known === undefined || entries <= GLANCE_FRESH_ENTRIES) return begin();
    if (known.size !== entries && !refreshing && now() - begun >= GLANCE_REFRESH_MS) void refresh();
    return known;
  };
}
