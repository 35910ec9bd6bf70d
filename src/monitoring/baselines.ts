import type { Use } from './model.ts';

export const HOURS_PER_WEEK = 168;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** 1 January 1970 was a Thursday: four days after a Sunday. */
const EPOCH_DAY_OF_WEEK = 4;
/** Of each first-seen set; a thing with more of them than this has no habit to depart from. */
const SET_MAX = 64;

/** What is normal for one identity. Follows from its uses alone, in the order of the log. */
export interface Baseline {
  /** RFC 3339; null before the first use. */
  first: string | null;
  last: string | null;
  /** Uses in each hour of the week, UTC, Sunday midnight first. */
  hours: number[];
  actions: string[];
  addresses: string[];
  instances: string[];
}

export const emptyBaseline = (): Baseline => ({
  first: null,
  last: null,
  hours: Array.from({ length: HOURS_PER_WEEK }, () => 0),
  actions: [],
  addresses: [],
  instances: [],
});

/** 0 to 167, in UTC. */
export function hourOfWeek(at: string): number {
  const hours = Math.floor(Date.parse(at) / HOUR_MS) + EPOCH_DAY_OF_WEEK * 24;
  return ((hours % HOURS_PER_WEEK) + HOURS_PER_WEEK) % HOURS_PER_WEEK;
}

/** Days between the first known use and `at`; 0 where there is none before. */
export const historyDays = ({ first }: Baseline, at: string): number =>
  first === null ? 0 : Math.max(0, (Date.parse(at) - Date.parse(first)) / DAY_MS);

const withOne = (set: string[], value: string | null): string[] =>
  value === null || set.includes(value) || set.length >= SET_MAX ? set : [...set, value];

const earlier = (a: string | null, b: string): string => (a === null || b < a ? b : a);
const later = (a: string | null, b: string): string => (a === null || b > a ? b : a);

/** The baseline with one use more; a failed attempt is no habit and leaves it as it was. */
export function learn(baseline: Baseline, use: Use): Baseline {
  if (use.outcome !== 'success') return baseline;
  const bin = hourOfWeek(use.at);
  return {
    first: earlier(baseline.first, use.at),
    last: later(baseline.last, use.at),
    hours: baseline.hours.map((count, at) => (at === bin ? count + 1 : count)),
    actions: withOne(baseline.actions, use.action),
    addresses: withOne(baseline.addresses, use.address),
    instances: withOne(baseline.instances, use.instance),
  };
}
