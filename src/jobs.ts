import { adoptions } from './discovery/index.ts';
import type { House } from './house.ts';
import { isMunimentError, timestamp } from './kernel/index.ts';
import { follow } from './monitoring/index.ts';
import { CRL_REFRESH_SECONDS } from './revocation/index.ts';
import { scheduleRotation } from './rotation/index.ts';

const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3_600;
/** Of one server. */
const SWEEPS_AT_ONCE = 2;
const SWEEPS_LOOK_SECONDS = 60;
const VERDICTS = 'verdicts';
const VERDICTS_EVERY_SECONDS = DAY_SECONDS;
/** Changes come in rows: so long after one of them the controls are judged, once. */
const VERDICTS_SETTLE_SECONDS = 10;

/** What the house does by itself, once among all replicas. Hands back how to stop what is not a job. */
export async function startJobs(
  house: House,
  onFault: (error: unknown) => void,
): Promise<() => Promise<void>> {
  const { jobs, log, revocation, registry, config, clock } = house;
  jobs.handle('snapshot', async () => void (await log.snapshot()));
  await jobs.every('snapshot', DAY_SECONDS);
  jobs.handle('revocation-lists', async () => void (await revocation.all()));
  await jobs.every('revocation-lists', CRL_REFRESH_SECONDS);
  jobs.handle('owner-findings', async () => void (await registry.reconcileOwnerFindings()));
  await jobs.every('owner-findings', HOUR_SECONDS);
  await scheduleRotation(jobs, house.rotation, () => clock.now());
  jobs.handle('canary', async () => void (await house.issuance.plantCanary()));
  await jobs.every('canary', DAY_SECONDS);
  jobs.handle('detector-tests', () => house.monitoring.drill());
  await jobs.every('detector-tests', DAY_SECONDS);
  const stops = [
    await scheduleVerdicts(house, onFault),
    registry.watchOwners(onFault),
    house.monitoring.start(onFault),
    house.witnesses.start(onFault),
    house.exporter.start(config.exports ?? [], onFault),
    await house.notifier.start(config.notify ?? [], onFault),
    follow(house, adoptions(log), onFault),
  ];
  const stop = async () => {
    for (const each of stops) await each();
  };
  await scheduleSweeps(house, onFault);
  return stop;
}

/** That another replica is at it is no fault: until it has recorded its sweep, this one sees the source as due. */
const unlessRunning = (onFault: (error: unknown) => void) => (error: unknown) => {
  if (!isMunimentError(error) || error.code !== 'sweep_running') onFault(error);
};

/** Sweeps run beside the other jobs, for they may take long; a few at once, so that none of them starves the server. */
async function scheduleSweeps({ jobs, discovery, clock }: House, onFault: (error: unknown) => void) {
  const started = clock.now().getTime();
  // Whoever starts the server sweeps its host first and shows what was found; two at once would be in each other's way.
  const isEarly = () => clock.now().getTime() - started < HOUR_SECONDS * 1000;
  jobs.handle('sweeps', async () => {
    const now = timestamp(clock.now());
    const due = (await discovery.sources())
      .filter(({ declared }) => declared || !isEarly())
      .filter(({ next, running }) => running === null && next !== null && next <= now);
    const free = SWEEPS_AT_ONCE - discovery.running().length;
    for (const { source } of due.slice(0, Math.max(0, free)))
      discovery.sweep(source, 'sys').catch(unlessRunning(onFault));
  });
  await jobs.every('sweeps', SWEEPS_LOOK_SECONDS);
  jobs.handle('discovery-findings', () => discovery.judge());
  await jobs.every('discovery-findings', HOUR_SECONDS);
}

/** Judges the controls each day, and soon after what is declared has changed. */
async function scheduleVerdicts(
  { jobs, log, evidence, clock }: House,
  onFault: (error: unknown) => void,
): Promise<() => void> {
  jobs.handle(VERDICTS, async () => void (await evidence.judge()));
  await jobs.every(VERDICTS, VERDICTS_EVERY_SECONDS);
  return log.onAppend((entries) => {
    if (!entries.some(({ kind }) => kind === 'change.applied')) return;
    const due = new Date(clock.now().getTime() + VERDICTS_SETTLE_SECONDS * 1000);
    jobs.put(VERDICTS, { dedupe: 'change', due }).catch(onFault);
  });
}
