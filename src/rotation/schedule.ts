import type { Jobs } from '../store/index.ts';
import type { Rotation } from './service.ts';

const DUE_SECONDS = 60;
const DUE_QUEUE = 'rotations-due';
const RUNS_QUEUE = 'rotation-runs';

/** Has the runs looked at now; of unfinished calls for one `cause`, e.g. the run that was just started, there is one. */
export const wakeRotation = (jobs: Jobs, cause: string): Promise<void> =>
  jobs.put(RUNS_QUEUE, { dedupe: cause });

/**
 * Starts what is due each minute, and carries on what is under way, once among all replicas. A round that leaves runs under
 * way puts the next; the two keys take turns, since a running job holds its own.
 */
export async function scheduleRotation(jobs: Jobs, rotation: Rotation, now: () => Date): Promise<void> {
  jobs.handle(DUE_QUEUE, async () => {
    await rotation.startDue();
    await jobs.put(RUNS_QUEUE, { dedupe: 'even' });
  });
  jobs.handle(RUNS_QUEUE, async ({ payload }) => {
    const pause = await rotation.round();
    if (pause === null) return;
    const odd = payload.odd !== true;
    const due = new Date(now().getTime() + pause);
    await jobs.put(RUNS_QUEUE, { dedupe: odd ? 'odd' : 'even', payload: { odd }, due });
  });
  await jobs.every(DUE_QUEUE, DUE_SECONDS);
  // What a killed server left under way is not held up by the lease of the job that died with it.
  await wakeRotation(jobs, 'start');
}
