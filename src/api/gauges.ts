import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Gauge, type Registry } from 'prom-client';
import type { House } from '../house.ts';
import { TileFolder } from '../ledger/index.ts';
import type { WitnessStatus } from '../witness/index.ts';
import { countLive } from './read/living/queries.ts';
import { countJobs, countSessions } from './read/queries.ts';
import { momentOf } from './read/when.ts';

const NANOSECONDS = 1e9;
const MILLISECONDS = 1000;
const LAG_PERCENTILE = 99;

/** Labels and a value: one series. */
type Sample = [labels: Record<string, string>, value: number];
type Measure = () => Promise<Sample[]> | Sample[];

/** Read when somebody asks, so a scrape shows what is so now. Hands back how to stop measuring. */
export function addGauges(house: House, registers: Registry[]): () => void {
  for (const [name, help, labelNames, measure] of allOf(house))
    addGauge(registers, { name, help, labelNames }, measure);
  return addLag(registers);
}

const allOf = (house: House): Defined[] => [
  ...ofLog(house),
  ...ofWitnesses(house),
  ...ofRooms(house),
  ...ofProcess(),
];

function addGauge(
  registers: Registry[],
  about: { name: string; help: string; labelNames: string[] },
  measure: Measure,
): void {
  new Gauge({
    ...about,
    registers,
    async collect() {
      this.reset();
      for (const [labels, value] of await measure()) this.set(labels, value);
    },
  });
}

type Defined = [name: string, help: string, labelNames: string[], measure: Measure];

function ofLog({ log, config }: House): Defined[] {
  const published = new TileFolder(join(config.data, 'log'));
  const size = async () => (await log.head()).size;
  return [
    ['muniment_log_size', 'Entries in the log', [], async () => [[{}, await size()]]],
    [
      'muniment_publication_lag_entries',
      'Entries that the published tiles do not hold yet',
      [],
      async () => [[{}, (await size()) - (await published.size())]],
    ],
  ];
}

function ofWitnesses({ witnesses }: House): Defined[] {
  const each = (measure: (status: WitnessStatus) => number) => async () =>
    (await witnesses.status()).map((status): Sample => [{ witness: status.name }, measure(status)]);
  return [
    ['muniment_witness_size', 'Entries that a witness cosigned', ['witness'], each(({ size }) => size)],
    [
      'muniment_witness_lag_entries',
      'Entries that a witness has not cosigned',
      ['witness'],
      each(({ behind }) => behind),
    ],
    [
      'muniment_witness_refuses',
      '1 where a witness saw another log than this one',
      ['witness'],
      each(({ outcome }) => (outcome === 'refused' || outcome === 'ahead' ? 1 : 0)),
    ],
  ];
}

function ofRooms(house: House): Defined[] {
  const { log, clock, database, revocation } = house;
  const now = () => clock.now().getTime();
  const secondsSince = (time: string) => (now() - Date.parse(time)) / MILLISECONDS;
  return [
    [
      'muniment_locks',
      'Locks that stand',
      [],
      async () => [[{}, (await log.rows('lock')).filter(({ lifted }) => lifted === null).length]],
    ],
    [
      'muniment_live_credentials',
      'Credentials that live now',
      [],
      async () => [[{}, await countLive(database.db, await momentOf(log, {}, clock.now()))]],
    ],
    [
      'muniment_crl_age_seconds',
      'Age of each revocation list that this server made',
      ['ca'],
      () => revocation.made().map(({ name, madeAt }) => [{ ca: name }, (now() - madeAt) / MILLISECONDS]),
    ],
    [
      'muniment_sweep_age_seconds',
      'Since the last sweep of each source, by its verdict',
      ['source', 'verdict'],
      async () =>
        (await log.rows('sweep')).map(({ source, verdict, ended }) => [
          { source, verdict },
          secondsSince(ended),
        ]),
    ],
    [
      'muniment_findings_open',
      'Findings that are open, by rule',
      ['rule'],
      async () => tally((await log.rows('finding')).filter(({ closed }) => closed === null)),
    ],
    [
      'muniment_break_glass_unreviewed',
      'Uses of break-glass keys that nobody else has reviewed',
      [],
      async () => [[{}, (await log.rows('breakglass')).filter(({ reviewed }) => reviewed === null).length]],
    ],
    ['muniment_sessions', 'Sessions of people', [], async () => [[{}, await countSessions(database.db)]]],
    [
      'muniment_jobs',
      'Jobs that wait or failed, by queue',
      ['queue', 'state'],
      async () => (await countJobs(database.db)).map(({ queue, state, count }) => [{ queue, state }, count]),
    ],
  ];
}

function tally(findings: Array<{ rule: string }>): Sample[] {
  const counts = new Map<string, number>();
  for (const { rule } of findings) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return [...counts].map(([rule, count]) => [{ rule }, count]);
}

const ofProcess = (): Defined[] => [
  [
    'muniment_process_memory_bytes',
    'Memory of this process: resident, and the heap in use',
    ['of'],
    () => {
      const { rss, heapUsed } = process.memoryUsage();
      return [
        [{ of: 'resident' }, rss],
        [{ of: 'heap' }, heapUsed],
      ];
    },
  ],
];

/** How late timers come, at worst but for one in a hundred, since the last scrape. */
function addLag(registers: Registry[]): () => void {
  const delay = monitorEventLoopDelay();
  delay.enable();
  addGauge(
    registers,
    { name: 'muniment_event_loop_lag_seconds', help: 'Event loop delay, 99th percentile', labelNames: [] },
    () => {
      const lag = delay.count === 0 ? 0 : delay.percentile(LAG_PERCENTILE) / NANOSECONDS;
      delay.reset();
      return [[{}, lag]];
    },
  );
  return () => delay.disable();
}
