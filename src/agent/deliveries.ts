import type { Clock } from '../kernel/index.ts';
import type { Log } from './log.ts';
import type { Delivery, Upstream } from './model.ts';

const REPORT_EVERY_MILLISECONDS = 30_000;
const BATCH_MAX = 1000;
const COUNTED_MAX = 10_000;

export interface Deliveries {
  count(credential: number, instance: string): void;
  /** Reports what was counted. What the server did not take is kept for the next time. */
  report(): Promise<void>;
  stop(): Promise<void>;
}

/** Counts how often a credential that was already out was handed out again, and reports it in batches. */
export function countDeliveries(upstream: Pick<Upstream, 'deliver'>, clock: Clock, log: Log): Deliveries {
  let counted = new Map<string, Delivery>();
  let from = clock.now();
  const timer = setInterval(() => void report(), REPORT_EVERY_MILLISECONDS).unref();

  function add({ credential, instance, count }: Delivery): void {
    const key = `${credential} ${instance}`;
    const known = counted.get(key);
    if (known) known.count += count;
    else if (counted.size < COUNTED_MAX) counted.set(key, { credential, instance, count });
    else
      log.warn({ credential, instance, count }, 'a delivery is not reported: too many wait for the server');
  }

  async function report(): Promise<void> {
    const all = [...counted.values()];
    const since = from;
    counted = new Map();
    from = clock.now();
    for (let start = 0; start < all.length; start += BATCH_MAX) {
      try {
        await upstream.deliver(since.toISOString(), from.toISOString(), all.slice(start, start + BATCH_MAX));
      } catch (error) {
        log.warn({ reason: (error as Error).message }, 'deliveries wait for the server');
        for (const delivery of all.slice(start)) add(delivery);
        from = since;
        return;
      }
    }
  }

  return {
    count: (credential, instance) => add({ credential, instance, count: 1 }),
    report,
    async stop() {
      clearInterval(timer);
      await report();
    },
  };
}
