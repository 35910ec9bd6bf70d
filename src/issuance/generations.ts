const DAY_MS = 86_400_000;

/** Keys of one series take turns: each signs for `activeDays`, and the next one is published all that time before. */
export interface Series {
  activeDays: number;
  /** How long after its turn a certificate of the series still holds, for what it signed last. */
  overlapDays: number;
}

/** Number of the generation that signs at `now`: 1 for the first. Pure, so that replicas and restarts agree without a word. */
export const generationAt = (series: Series, start: Date, now: Date): number =>
  Math.max(1, Math.floor((now.getTime() - start.getTime()) / (series.activeDays * DAY_MS)) + 1);

/** From the beginning of its predecessor's turn, in which it is published, to the end of its overlap. */
export function validityOf(
  series: Series,
  start: Date,
  generation: number,
): { notBefore: Date; notAfter: Date } {
  const begins = (number: number): number => start.getTime() + (number - 1) * series.activeDays * DAY_MS;
  return {
    notBefore: new Date(begins(Math.max(1, generation - 1))),
    notAfter: new Date(begins(generation + 1) + series.overlapDays * DAY_MS),
  };
}

/** The one before (what it signed may still be live), the one that signs, the one that will. */
export const publishedAround = (generation: number): number[] =>
  [generation - 1, generation, generation + 1].filter((number) => number >= 1);
