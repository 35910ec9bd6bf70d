/** `[from, to)`; RFC 3339 in UTC with milliseconds, so that times compare as text. */
export interface Interval {
  from: string;
  to: string;
}

const isEmpty = ({ from, to }: Interval): boolean => from >= to;

const later = (a: string, b: string): string => (a > b ? a : b);
const earlier = (a: string, b: string): string => (a < b ? a : b);

/** The one instant that a time in the log names. */
export const instant = (time: string): Interval => ({
  from: time,
  to: new Date(Date.parse(time) + 1).toISOString(),
});

/** What two intervals share; undefined where nothing. */
export function overlap(a: Interval, b: Interval): Interval | undefined {
  const shared = { from: later(a.from, b.from), to: earlier(a.to, b.to) };
  return isEmpty(shared) ? undefined : shared;
}

/** The same instants in order, as few intervals as possible. */
export function union(intervals: Interval[]): Interval[] {
  const merged: Interval[] = [];
  for (const { from, to } of intervals
    .filter((each) => !isEmpty(each))
    .sort((a, b) => (a.from < b.from ? -1 : 1))) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last.to) last.to = later(last.to, to);
    else merged.push({ from, to });
  }
  return merged;
}

/** The instants of `whole` that none of `parts` holds. */
export function without(whole: Interval, parts: Interval[]): Interval[] {
  const gaps: Interval[] = [];
  let from = whole.from;
  for (const part of union(parts)) {
    if (part.from >= whole.to) break;
    if (part.from > from) gaps.push({ from, to: part.from });
    from = later(from, part.to);
  }
  if (from < whole.to) gaps.push({ from, to: whole.to });
  return gaps;
}

export const told = (intervals: Interval[]): string =>
  intervals.map(({ from, to }) => `[${from}, ${to})`).join(', ');
