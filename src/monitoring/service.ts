import type { AlertOutcome, Rows } from '#verifier';
import type { Clock } from '../kernel/index.ts';
import type { Database, Log, Receipt } from '../store/index.ts';
import { acknowledge, type Handled, type Handler, resolve } from './alerts.ts';
import { drill, reconcileDetectorFindings } from './drills.ts';
import { type EventSource, ingest, type SignedBatch } from './ingest.ts';
import { USE_KINDS } from './uses.ts';
import { recompute, watch } from './watch.ts';

export interface MonitoringOptions {
  database: Database;
  log: Log;
  clock: Clock;
  /** The lock that a credential died of; undefined while it lives. */
  death(credential: Rows['credential']): Promise<Rows['lock'] | undefined>;
  sources: readonly EventSource[];
}

export interface Monitoring {
  /** Takes in what a source tells under its signature. */
  ingest(batch: SignedBatch): Promise<{ entry: number; receipt: Receipt }>;
  /** Shows the detectors what was appended since the last time. @returns how many alerts were raised */
  watch(): Promise<{ raised: number }>;
  /** Watches after every entry that tells of a use. Hands back how to stop. */
  start(onFault: (error: unknown) => void): () => void;
  /** Fires a test event at every detector. */
  drill(): Promise<void>;
  /** Computes again what detectors remember, from the entries. */
  recompute(): Promise<void>;
  acknowledge(alert: string, by: Handler): Promise<Handled>;
  resolve(alert: string, how: { outcome: AlertOutcome; reason: string }, by: Handler): Promise<Handled>;
}

/** A round is a transaction of its own: under load one is made of what came in this time, not one after every batch. */
const GATHER_MS = 200;

export function createMonitoring(options: MonitoringOptions): Monitoring {
  const { log, sources } = options;
  let round: Promise<unknown> = Promise.resolve();

  /** One round at a time in this process; another replica's is kept apart by the place in the log. */
  function watchInTurn(): Promise<{ raised: number }> {
    const next = round.then(async () => {
      const { raised } = await watch(options);
      await reconcileDetectorFindings(options);
      return { raised };
    });
    round = next.catch(() => undefined);
    return next;
  }

  return {
    ingest: (batch) => ingest(log, sources, batch),
    watch: watchInTurn,
    start(onFault) {
      const look = () => void watchInTurn().catch(onFault);
      let timer: NodeJS.Timeout | undefined;
      const stop = log.onAppend((entries) => {
        if (timer !== undefined || !entries.some(({ kind }) => USE_KINDS.has(kind))) return;
        timer = setTimeout(() => {
          timer = undefined;
          look();
        }, GATHER_MS).unref();
      });
      look();
      return () => {
        clearTimeout(timer);
        stop();
      };
    },
    drill: () => drill(options),
    recompute: () => recompute(options),
    acknowledge: (alert, by) => acknowledge(log, alert, by),
    resolve: (alert, how, by) => resolve(log, alert, how, by),
  };
}
