import type { DetectorName } from '#verifier';
import { type AnyDetector, DETECTORS } from './detectors/index.ts';
import type { Departure, Use } from './model.ts';

/** A departure, with whom it is about. */
export interface Raised extends Departure {
  detector: DetectorName;
  about: string;
  identity: string | null;
  instance: string | null;
}

/** What detectors remember, by detector and thing; filled before it is asked, changed as uses are judged. */
export class Memory {
  readonly #states = new Map<string, { detector: DetectorName; about: string; data: unknown }>();

  get(detector: DetectorName, about: string): unknown {
    return this.#states.get(`${detector}\n${about}`)?.data;
  }

  set(detector: DetectorName, about: string, data: unknown): void {
    this.#states.set(`${detector}\n${about}`, { detector, about, data });
  }

  all(): Array<{ detector: DetectorName; about: string; data: unknown }> {
    return [...this.#states.values()];
  }
}

/** What of the memory a use needs. */
export const needsOf = (use: Use): Array<{ detector: DetectorName; about: string }> =>
  Object.values(DETECTORS).flatMap((detector) => {
    const about = detector.about(use);
    return about === undefined ? [] : [{ detector: detector.name, about }];
  });

/** Shows one use to one detector. */
export function judgeBy(detector: AnyDetector, memory: Memory, use: Use): Raised[] {
  const about = detector.about(use);
  if (about === undefined) return [];
  const { state, departure } = detector.step(memory.get(detector.name, about) ?? detector.start(), use);
  memory.set(detector.name, about, state);
  if (departure === undefined) return [];
  const { identity, instance } = use;
  // A batch of events is one entry, however many of them show it.
  const entries = [...new Set(departure.entries)];
  return [{ ...departure, entries, detector: detector.name, about, identity, instance }];
}

/** Shows uses to every detector, in order. */
export const judge = (memory: Memory, uses: readonly Use[]): Raised[] =>
  uses.flatMap((use) => Object.values(DETECTORS).flatMap((detector) => judgeBy(detector, memory, use)));
