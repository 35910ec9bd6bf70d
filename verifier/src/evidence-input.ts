import type { Entry, State } from './words/index.ts';

/**
 * All that a population or a control test may look at. The server and the offline verifier build the same value from the
 * same entries, so what follows from it must agree byte for byte.
 *
 * INVARIANT: whoever reads this is pure: no clock, no randomness, no locale, and iteration in an order that is fixed by
 * the data (sort what comes out of a Map).
 */
export interface EvidenceInput {
  /** `[from, to)` by knowledge time; RFC 3339, UTC, milliseconds. */
  period: { from: string; to: string };
  /** Live rows before the period's first entry. Events of earlier periods and credentials that ended before are not in it. */
  opening: State;
  /** The entries whose leaf time lies in the period, in order. `body` is null where it is withheld. */
  entries: Entry[];
  /** `opening` with `entries` folded in, and nothing left out: what ended within the period is still there. */
  closing: State;
  /** Older entries, each proven to be in the log, that explain the opening: who approved what was already there. */
  carried: Entry[];
  /** Values of personal fields by commitment (hex), as far as they were handed over. */
  openings: ReadonlyMap<string, string>;
}
