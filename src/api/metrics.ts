import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Appended, Log } from '../store/index.ts';

export interface Metrics {
  readonly contentType: string;
  request(operation: string, status: number, seconds: number): void;
  text(): Promise<string>;
  close(): void;
}

const BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** A registry of its own per server: two servers in one process do not add up. */
export function createMetrics(log: Log): Metrics {
  const registers = [new Registry()];
  const registry = registers[0] as Registry;
  const requests = new Histogram({
    name: 'muniment_request_seconds',
    help: 'Requests by operation and status',
    labelNames: ['operation', 'status'],
    buckets: BUCKETS_SECONDS,
    registers,
  });
  const commits = new Counter({
    name: 'muniment_commits_total',
    help: 'Batches written to the log',
    registers,
  });
  const entries = new Counter({
    name: 'muniment_entries_total',
    help: 'Entries written by this process, by kind',
    labelNames: ['kind'],
    registers,
  });
  new Gauge({
    name: 'muniment_log_size',
    help: 'Entries in the log',
    registers,
    async collect() {
      this.set((await log.head()).size);
    },
  });
  const close = log.onAppend((appended) => {
    commits.inc();
    for (const entry of appended) entries.inc({ kind: kindOf(entry) });
  });
  return {
    contentType: registry.contentType,
    request: (operation, status, seconds) => requests.observe({ operation, status }, seconds),
    text: () => registry.metrics(),
    close,
  };
}

export const kindOf = ({ leaf }: Appended): string =>
  (JSON.parse(Buffer.from(leaf).toString('utf8')) as { kind: string }).kind;
