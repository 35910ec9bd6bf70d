import { MunimentError } from '../kernel/index.ts';
import { type People, readPeople } from '../registry/index.ts';
import type { Committed, Decided, Log, View } from '../store/index.ts';

/** Each try needs somebody enrolled in the moment between reading names and deciding. */
const TRIES_MAX = 8;
const STALE = Symbol('names are stale');

/**
 * Commits a decision that needs names of persons, which are read beside the log. A decision over a view with a person
 * whose name was not read writes nothing, and is taken again with the names read afresh.
 */
export async function commitWithPeople<T>(
  log: Log,
  decide: (view: View, people: People, now: Date) => Decided<T>,
): Promise<Committed<T>> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const people = await readPeople(log, await log.view());
    const committed = await log.commit<T | typeof STALE>({
      decide: (view, now) =>
        people.covers(view) ? decide(view, people, now) : { drafts: [], result: STALE },
    });
    if (committed.result !== STALE) return committed as Committed<T>;
  }
  throw new MunimentError('conflict', 'people are being enrolled at this moment: try again');
}
