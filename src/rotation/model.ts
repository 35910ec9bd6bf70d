import { ROTATION_PHASES, type RotationPhase, type RotationRun, type Rows } from '#verifier';

const DAY_MILLISECONDS = 86_400_000;
const HOUR_MILLISECONDS = 3_600_000;
const RETRY_FIRST_MILLISECONDS = 1_000;
const RETRY_MAX_MILLISECONDS = 5 * 60_000;
const LOOK_MIN_MILLISECONDS = 1_000;
const LOOK_MAX_MILLISECONDS = 60_000;
/** A wait is looked at again after this part of the time that it has lasted. */
const LOOK_SHARE = 10;
/** Failures in a row before a person is asked: one is often the network's. */
export const FAILURES_MAX = 3;

/** The phases that a rotator's runs go through, in order. */
export const phasesOf = ({ steps }: { steps: object }): RotationPhase[] =>
  ROTATION_PHASES.filter(
    (phase) => phase === 'started' || phase === 'made' || phase === 'completed' || phase in steps,
  );

/** Undefined where the run is over. INVARIANT: no phase is passed over, so nothing is removed that was not replaced. */
export function nextPhase(run: RotationRun, phases: readonly RotationPhase[]): RotationPhase | undefined {
  if (run.ended !== null) return undefined;
  return phases[phases.indexOf(run.phase) + 1];
}

/** A run may be undone until the old secret is gone for good. */
export const mayAbandon = ({ ended, phase }: RotationRun): boolean =>
  ended === null && ROTATION_PHASES.indexOf(phase) < ROTATION_PHASES.indexOf('removed');

type Rotation = Rows['rotation'];

/** When the secret is due: an interval after it was last replaced, or after it was put under rotation. RFC 3339. */
export function dueAt({ spec, since, rotated }: Rotation): string {
  const from = Date.parse(rotated ?? since);
  return new Date(from + spec.intervalDays * DAY_MILLISECONDS).toISOString();
}

export const isDue = (rotation: Rotation, now: Date): boolean => Date.parse(dueAt(rotation)) <= now.getTime();

/** From when on a finding says that it will be due. */
export const isNoticed = (rotation: Rotation, now: Date): boolean =>
  Date.parse(dueAt(rotation)) - rotation.spec.noticeDays * DAY_MILLISECONDS <= now.getTime();

const reachedAt = ({ phases }: RotationRun): number => Date.parse(phases.at(-1)?.time ?? '');

export const graceEnd = (run: RotationRun): string =>
  new Date(reachedAt(run) + run.spec.graceHours * HOUR_MILLISECONDS).toISOString();

/** A clock that jumped makes this true too early, which asks a person too early and removes nothing. */
export const isGraceOver = (run: RotationRun, now: Date): boolean =>
  Date.parse(graceEnd(run)) <= now.getTime();

/** How long to wait before a failing step is tried again, in milliseconds. */
export const retryPause = (failures: number): number =>
  Math.min(RETRY_FIRST_MILLISECONDS * 2 ** Math.min(failures - 1, 30), RETRY_MAX_MILLISECONDS);

/** How long to wait before looking for the consumer again: often at first, once a minute in the end. */
export function lookPause(run: RotationRun, now: Date): number {
  const waited = Math.max(0, now.getTime() - reachedAt(run));
  return Math.min(Math.max(waited / LOOK_SHARE, LOOK_MIN_MILLISECONDS), LOOK_MAX_MILLISECONDS);
}
