import { uptime } from 'node:os';
import { type Clock, type ClockStep, timestamp } from './clock.ts';

const SECOND_MILLISECONDS = 1_000;
/** How long readings that agree are reckoned from one anchor: `awake` costs more than the other two together, tenfold. */
const ANCHOR_MILLISECONDS = 1_000;
/** Time services step a little, and that is believed at once. */
const STEP_MAX_MILLISECONDS = 1_000;
/** How long a larger step must stand before it is believed. */
export const STEP_SETTLE_MILLISECONDS = 120_000;

/** Readings in milliseconds: the wall clock, one that nobody sets, and one of those that runs while the machine sleeps. */
export interface TimeSources {
  wall(): number;
  monotonic(): number;
  awake(): number;
}

const SYSTEM: TimeSources = {
  wall: Date.now,
  monotonic: () => performance.now(),
  awake: () => uptime() * SECOND_MILLISECONDS,
};

interface Reading {
  wall: number;
  monotonic: number;
  awake: number;
}

/**
 * The system's clock, without its sudden steps: an hour forward would make credentials that live an hour too long, an hour back
 * would let ended ones in again. A step is told, not followed, until it has stood for two minutes; one that was taken back in that time leaves no trace
 * but its record. Which of two clocks is right cannot be known here, so a step that stands is believed.
 */
export function steadyClock(sources: TimeSources = SYSTEM): Clock {
  return new SteadyClock(sources);
}

class SteadyClock implements Clock {
  readonly #sources: TimeSources;
  #anchor: Reading;
  #step: (ClockStep & { offset: number; since: number }) | undefined;
  #told: ClockStep | undefined;

  constructor(sources: TimeSources) {
    this.#sources = sources;
    this.#anchor = read(sources);
  }

  now(): Date {
    const wall = this.#sources.wall();
    const monotonic = this.#sources.monotonic();
    const expected = this.#anchor.wall + (monotonic - this.#anchor.monotonic);
    if (Math.abs(wall - expected) <= STEP_MAX_MILLISECONDS) {
      const isFresh = monotonic - this.#anchor.monotonic < ANCHOR_MILLISECONDS && this.#step === undefined;
      return isFresh ? new Date(wall) : this.#believe(wall);
    }
    if (this.#slept(wall)) return this.#believe(wall);
    this.#note(wall, expected, monotonic);
    const stood = monotonic - (this.#step?.since ?? monotonic);
    return stood >= STEP_SETTLE_MILLISECONDS ? this.#believe(wall) : new Date(expected);
  }

  step(): ClockStep | undefined {
    return this.#told;
  }

  /** The clock that nobody sets stands still while a machine sleeps; asked only where the readings disagree. */
  #slept(wall: number): boolean {
    const expected = this.#anchor.wall + (this.#sources.awake() - this.#anchor.awake);
    return Math.abs(wall - expected) <= STEP_MAX_MILLISECONDS;
  }

  #believe(wall: number): Date {
    this.#anchor = read(this.#sources);
    this.#step = undefined;
    return new Date(wall);
  }

  #note(wall: number, expected: number, since: number): void {
    const offset = wall - expected;
    if (this.#step !== undefined && Math.abs(this.#step.offset - offset) <= STEP_MAX_MILLISECONDS) return;
    const told = { before: timestamp(new Date(expected)), after: timestamp(new Date(wall)) };
    this.#step = { ...told, offset, since };
    this.#told = told;
  }
}

const read = ({ wall, monotonic, awake }: TimeSources): Reading => ({
  wall: wall(),
  monotonic: monotonic(),
  awake: awake(),
});
