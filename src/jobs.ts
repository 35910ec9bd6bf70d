import type { House } from './house.ts';
import { CRL_REFRESH_SECONDS } from './revocation/index.ts';

const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3_600;
const SOURCE = 'host';

/** What the house does by itself, once among all replicas. */
export async function startJobs(house: House): Promise<void> {
  const { jobs, log, revocation, registry, config } = house;
  jobs.handle('snapshot', async () => void (await log.snapshot()));
  await jobs.every('snapshot', DAY_SECONDS);
  jobs.handle('revocation-lists', async () => void (await revocation.all()));
  await jobs.every('revocation-lists', CRL_REFRESH_SECONDS);
  jobs.handle('owner-findings', async () => void (await registry.reconcileOwnerFindings()));
  await jobs.every('owner-findings', HOUR_SECONDS);
  if (!config.sweep) return;
  jobs.handle('sweep', () => sweepIfOld(house));
  await jobs.every('sweep', HOUR_SECONDS);
}

/** Sweeps this host unless the last sweep is less than a day old. */
export async function sweepIfOld({ log, discovery, clock }: House): Promise<void> {
  const last = (await log.rows('sweep'))
    .filter(({ source }) => source === SOURCE)
    .map(({ ended }) => Date.parse(ended));
  const age = clock.now().getTime() - Math.max(0, ...last);
  if (age >= DAY_SECONDS * 1000) await discovery.sweep(SOURCE, 'sys');
}
