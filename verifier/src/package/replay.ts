import { type Entry, emptyState, fold, liveRows, ROW_TABLES, type State, stateFrom } from '../words/index.ts';
import type { Range } from './model.ts';

/** Sees each entry with the state that stood before it. */
export type Visit = (entry: Entry, before: State) => void;

interface Replay {
  /** Live rows at the period's start. */
  opening: State;
  closing: State;
}

/** A state that can be folded further without changing this one; rows are never changed in place. */
function copyOf(state: State): State {
  const copy = emptyState();
  copy.size = state.size;
  for (const table of ROW_TABLES) copy.tables[table] = new Map<string, unknown>(state.tables[table]) as never;
  return copy;
}

/** What of a state is still live at `time`, rows in the order of their keys. */
export const liveState = (state: State, time: string): State => stateFrom(state.size, liveRows(state, time));

function foldRange(state: State, entries: Entry[], visit: Visit): State {
  for (const entry of entries) {
    visit(entry, state);
    fold(state, entry);
  }
  return state;
}

/**
 * Folds on from the snapshot's state: to the period's start, where what has ended is dropped, then to its end. `entries` are
 * those of `[start, last]`.
 */
export function replay(
  snapshotState: State,
  entries: Entry[],
  range: Range,
  from: string,
  visit: Visit = () => undefined,
): Replay {
  const { start, base, first, last } = range;
  const standing = foldRange(copyOf(snapshotState), entries.slice(base - start, first - start), visit);
  const opening = liveState(standing, from);
  // A snapshot of just what stood before the period is of a time before it: the period's first entry is seen over all that stood.
  const within = entries.slice(first - start, last - start);
  const closing = foldRange(copyOf(opening), within, (entry, before) =>
    visit(entry, entry.index === first ? standing : before),
  );
  return { opening, closing };
}
