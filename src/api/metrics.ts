import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { EntryData, Kind } from '#verifier';
import type { House } from '../house.ts';
import type { Appended } from '../store/index.ts';
import { type Admission, LANES } from './admission.ts';
import { addGauges } from './gauges.ts';

export interface Metrics {
  readonly contentType: string;
  request(operation: string, status: number, seconds: number): void;
  /** An agent listens from here on; call what comes back once it no longer does. */
  agentConnected(): () => void;
  text(): Promise<string>;
  close(): void;
}

const BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const BATCH_BUCKETS = [1, 2, 5, 10, 25, 50, 100, 250, 500];
const HUNDRED = 100;

/** A registry of its own per server: two servers in one process do not add up. */
export function createMetrics(house: House, admission: Admission): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Histogram({
    name: 'muniment_request_seconds',
    help: 'Requests by operation and status class',
    labelNames: ['operation', 'status'],
    buckets: BUCKETS_SECONDS,
    registers,
  });
  const agents = new Gauge({
    name: 'muniment_agents_connected',
    help: 'Agents that listen to this server now',
    registers,
  });
  const stopCounting = countEntries(house, registers);
  const stopMeasuring = addGauges(house, registers);
  addLanes(admission, registers);
  return {
    contentType: registry.contentType,
    // Status classes and operations are closed sets: nobody makes series by asking for odd paths.
    request: (operation, status, seconds) =>
      requests.observe({ operation, status: `${Math.floor(status / HUNDRED)}xx` }, seconds),
    agentConnected() {
      agents.inc();
      return () => agents.dec();
    },
    text: () => registry.metrics(),
    close() {
      stopCounting();
      stopMeasuring();
    },
  };
}

function addLanes(admission: Admission, registers: Registry[]): void {
  new Gauge({
    name: 'muniment_requests_inside',
    help: 'Requests that are being worked on, by lane',
    labelNames: ['lane'],
    registers,
    collect() {
      for (const lane of LANES) this.set({ lane }, admission.inside(lane));
    },
  });
  new Counter({
    name: 'muniment_shed_total',
    help: 'Requests and connections turned away because there were too many, by lane',
    labelNames: ['lane'],
    registers,
    collect() {
      this.reset();
      for (const lane of LANES) this.inc({ lane }, admission.shed(lane));
    },
  });
}

/** What this process writes or takes up from other replicas, as it is written. */
function countEntries({ log }: House, registers: Registry[]): () => void {
  const commits = new Counter({
    name: 'muniment_commits_total',
    help: 'Batches written to the log',
    registers,
  });
  const batches = new Histogram({
    name: 'muniment_batch_entries',
    help: 'Entries in one batch',
    buckets: BATCH_BUCKETS,
    registers,
  });
  const entries = new Counter({
    name: 'muniment_entries_total',
    help: 'Entries written, by kind',
    labelNames: ['kind'],
    registers,
  });
  const outcomes = countOutcomes(registers);
  return log.onAppend((appended) => {
    commits.inc();
    batches.observe(appended.length);
    for (const entry of appended) {
      entries.inc({ kind: entry.kind });
      outcomes(entry);
    }
  });
}

function countOutcomes(registers: Registry[]): (entry: Appended) => void {
  const grants = new Counter({
    name: 'muniment_grants_total',
    help: 'Credentials granted, by type',
    labelNames: ['type'],
    registers,
  });
  const refusals = new Counter({
    name: 'muniment_refusals_total',
    help: 'Credentials refused, by code',
    labelNames: ['code'],
    registers,
  });
  return (entry) => {
    if (entry.kind === 'credential.granted')
      grants.inc({ type: dataOf<'credential.granted'>(entry).credential.type });
    if (entry.kind === 'credential.refused') refusals.inc({ code: dataOf<'credential.refused'>(entry).code });
  };
}

const dataOf = <K extends Kind>({ body }: Appended): EntryData[K] =>
  JSON.parse(Buffer.from(body).toString('utf8')).data;
