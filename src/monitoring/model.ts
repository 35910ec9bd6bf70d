import type { DetectorName, UseRecord } from '#verifier';

/** One use or attempted use, in the order of the log, with what had to be looked up. */
export interface Use extends UseRecord {
  /** The entry that tells of it. */
  entry: number;
  /** The lock that the presented credential had died of when it was used; null where it lived or is not known. */
  dead: string | null;
}

/** What a detector has to say: what would have been normal, and what was seen instead. */
export interface Departure {
  expected: string;
  seen: string;
  /** Oldest first. */
  entries: number[];
}

export interface Step<S> {
  state: S;
  departure?: Departure;
}

/** A pure state machine for each thing that it watches. `S` is plain JSON: it is kept between batches. */
export interface Detector<S> {
  name: DetectorName;
  /** What the state belongs to, an id; undefined where this use is none of its business. */
  about(use: Use): string | undefined;
  start(): S;
  step(state: S, use: Use): Step<S>;
  /** Made-up uses up to `now` that must wake it exactly once. */
  drill(now: Date): UseRecord[];
}

/** Ids of what does not exist, for drills. */
export const DRILL_IDENTITY = 'idn_drill';
export const DRILL_INSTANCE = 'ins_drill';

export const madeUpUse = (at: Date, more: Partial<UseRecord> = {}): UseRecord => ({
  at: at.toISOString(),
  identity: DRILL_IDENTITY,
  instance: DRILL_INSTANCE,
  credential: null,
  action: 'drill',
  outcome: 'success',
  address: null,
  ...more,
});
