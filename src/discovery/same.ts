import { type EntryData, joinKey, type Rows } from '#verifier';
import type { Draft } from '../store/index.ts';
import type { Observation } from './gathered.ts';

type Row = Rows['observation'];
type Join = Rows['join'];

/** Two things of one name are one if they are of one class and were seen from two sides. */
const isOtherSide = (seen: Observation, other: Row): boolean =>
  other.class === seen.class && (other.source !== seen.source || other.partition !== seen.partition);

const ordered = (a: string, b: string): { a: string; b: string } => (a < b ? { a, b } : { a: b, b: a });

/** Rows by each name that they go by, in the order given. */
function byName(rows: readonly Row[]): Map<string, Row[]> {
  const named = new Map<string, Row[]>();
  for (const row of rows)
    for (const name of row.joins) {
      const known = named.get(name);
      if (known === undefined) named.set(name, [row]);
      else known.push(row);
    }
  return named;
}

/** The first that is the same thing, by any of its names, and why. */
function firstSame(seen: Observation, named: ReadonlyMap<string, Row[]>) {
  for (const name of seen.joins)
    for (const other of named.get(name) ?? [])
      if (isOtherSide(seen, other)) return { key: other.key, reason: `both go by \`${name}\`` };
  return undefined;
}

/**
 * Joins to be recorded for what a sweep saw anew. A thing is joined to the first that shares a name with it, so that what a
 * hundred places share takes a hundred joins and not five thousand; whatever a person split is never joined again.
 * @param others present observations that share a name with any of `seen`, by key
 * @param known joins there are, split ones too, by their key
 */
export function joinsFor(
  seen: readonly Observation[],
  others: readonly Row[],
  known: ReadonlyMap<string, Join>,
): Array<EntryData['observation.joined']> {
  const named = byName(others);
  const made = new Map<string, EntryData['observation.joined']>();
  for (const each of seen) {
    const same = firstSame(each, named);
    if (same === undefined) continue;
    const pair = { ...ordered(each.key, same.key), reason: same.reason };
    if (!known.has(joinKey(pair))) made.set(joinKey(pair), pair);
  }
  return [...made.values()];
}

export const joinDraft = (data: EntryData['observation.joined'], actor: string): Draft => ({
  kind: 'observation.joined',
  subject: '',
  actor,
  data,
});

/**
 * What hangs together by joins. Made once for any number of questions.
 * @returns for a key: those of everything that is one with it, itself included, each with the reason by which it was reached
 */
export function groupsOf(joins: Iterable<Join>): (key: string) => Map<string, string> {
  const near = new Map<string, Array<{ key: string; reason: string }>>();
  const put = (from: string, to: string, reason: string) => {
    const known = near.get(from);
    if (known === undefined) near.set(from, [{ key: to, reason }]);
    else known.push({ key: to, reason });
  };
  for (const { a, b, reason, split } of joins) {
    if (split) continue;
    put(a, b, reason);
    put(b, a, reason);
  }
  return (key) => {
    const group = new Map([[key, '']]);
    const queue = [key];
    for (let at = queue.pop(); at !== undefined; at = queue.pop())
      for (const next of near.get(at) ?? []) {
        if (group.has(next.key)) continue;
        group.set(next.key, next.reason);
        queue.push(next.key);
      }
    return group;
  };
}
