/** Where time comes from; tests hand in one that they move themselves. */
export interface Clock {
  now(): Date;
  /** The last sudden step that the system's clock made, where this clock looks for them. */
  step?(): ClockStep | undefined;
}

/** RFC 3339: what the clock would have shown, and what it showed. */
export interface ClockStep {
  before: string;
  after: string;
}

export const systemClock: Clock = { now: () => new Date() };

export function manualClock(start: Date | string): Clock & { advance(milliseconds: number): void } {
  let at = new Date(start).getTime();
  return {
    now: () => new Date(at),
    advance: (milliseconds) => {
      at += milliseconds;
    },
  };
}

/** RFC 3339 in UTC with milliseconds: the one form that entries carry. */
export const timestamp = (at: Date): string => at.toISOString();
