import type { House } from './house.ts';
import { CRL_REFRESH_SECONDS } from './revocation/index.ts';
import { scheduleRotation } from './rotation/index.ts';

const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3_600;
const SOURCE = 'host';
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
  ];
  const stop = async () => {
    for (const each of stops) await each();
  };
  if (!config.sweep) return stop;
  const started = clock.now().getTime();
  // Whoever starts the server sweeps first and shows what was found; two at once would be in each other's way.
  const isEarly = () => clock.now().getTime() - started < HOUR_SECONDS * 1000;
  jobs.handle('sweep', async () => (isEarly() ? undefined : sweepIfOld(house)));
  await jobs.every('sweep', HOUR_SECONDS);
  return stop;
}

/** Sweeps this host unless the last sweep is less than a day old. */
async function sweepIfOld({ log, discovery, clock }: House): Promise<void> {
  const sweeps = (await log.rows('sweep')).filter(({ source }) => source === SOURCE);
  const age = clock.now().getTime() - Math.max(0, ...sweeps.map(({ ended }) => Date.parse(ended)));
  if (age >= DAY_SECONDS * 1000) await discovery.sweep(SOURCE, 'sys');
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
