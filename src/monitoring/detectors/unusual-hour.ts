import { type Baseline, emptyBaseline, historyDays, hourOfWeek, learn } from '../baselines.ts';
import { type Detector, madeUpUse, type Use } from '../model.ts';

/** Before this much is known of an identity, no hour is unusual for it. */
export const HISTORY_MIN_DAYS = 14;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const DRILL_DAYS = HISTORY_MIN_DAYS + 1;
const DRILL_SHIFT_HOURS = 6;

const nameOf = (hour: number): string =>
  `${DAYS[Math.floor(hour / 24)]} ${String(hour % 24).padStart(2, '0')}:00 UTC`;

/** A late account of the past says nothing about now: only what comes after all that is known can be a first. */
function isFirst(baseline: Baseline, use: Use): boolean {
  if (use.outcome !== 'success' || baseline.last === null || use.at < baseline.last) return false;
  return baseline.hours[hourOfWeek(use.at)] === 0 && historyDays(baseline, use.at) >= HISTORY_MIN_DAYS;
}

/** An identity's first use in an hour of the week in which it was never seen, once two weeks of it are known. */
export const unusualHour: Detector<Baseline> = {
  name: 'unusual-hour',
  about: (use) => use.identity ?? undefined,
  start: emptyBaseline,
  step(baseline, use) {
    const state = learn(baseline, use);
    if (!isFirst(baseline, use)) return { state };
    const hours = baseline.hours.filter((count) => count > 0).length;
    const days = Math.floor(historyDays(baseline, use.at));
    const departure = {
      expected: `use in one of the ${hours} hours of the week seen in ${days} days`,
      seen: `first use on a ${nameOf(hourOfWeek(use.at))}: \`${use.action}\` at ${use.at}`,
      entries: [use.entry],
    };
    return { state, departure };
  },
  /** Each day at one hour, every hour of the week that this touches but the last. */
  drill(now) {
    const daily = Array.from({ length: DRILL_DAYS }, (_, day) =>
      madeUpUse(new Date(now.getTime() - (DRILL_DAYS - day) * DAY_MS)),
    );
    return [...daily, madeUpUse(new Date(now.getTime() - DRILL_SHIFT_HOURS * HOUR_MS))];
  },
};
