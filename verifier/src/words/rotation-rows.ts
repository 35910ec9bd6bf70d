import type { RotationEntries, RotationPhase, RotationRun } from './rotation.ts';

interface Place {
  index: number;
  time: string;
}

const step = (phase: RotationPhase, { index, time }: Place, detail: string) => ({
  phase,
  time,
  entry: index,
  detail,
});

/** The row that a run begins with. */
export function begun(data: RotationEntries['rotation.started'], place: Place): RotationRun {
  const { run, rotation, spec, target, cause, due, old } = data;
  return {
    id: run,
    rotation,
    identity: spec.identity,
    spec,
    target,
    cause,
    due,
    old,
    new: null,
    phase: 'started',
    phases: [step('started', place, '')],
    stalled: null,
    ended: null,
    outcome: null,
    entry: place.index,
  };
}

/** What the run's row holds otherwise once a phase is reached: whatever stalled it is over. */
export const reached = (
  before: RotationRun | undefined,
  data: RotationEntries['rotation.phase'],
  place: Place,
): Partial<RotationRun> => ({
  phase: data.phase,
  new: data.new,
  phases: [...(before?.phases ?? []), step(data.phase, place, data.detail)],
  stalled: null,
});

export const stopped = (
  { cause, detail, finding }: RotationEntries['rotation.stalled'],
  { time }: Place,
): Partial<RotationRun> => ({ stalled: { cause, detail, time, finding } });

export const over = (
  before: RotationRun | undefined,
  { outcome, detail }: RotationEntries['rotation.ended'],
  place: Place,
): Partial<RotationRun> => ({
  ended: place.time,
  outcome,
  stalled: null,
  ...(outcome === 'completed'
    ? { phase: 'completed', phases: [...(before?.phases ?? []), step('completed', place, detail)] }
    : {}),
});
