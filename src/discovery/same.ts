import { type EntryData, joinKey, type Rows } from '#verifier';
import type { Draft } from '../store/index.ts';
import type { Observation } from './gathered.ts';

type Row = Rows['observation'];
type Join = Rows['join'];

/** What makes two things one: they go by one name, are of one class, and were seen from two sides. */
function reasonOf(seen: Observation, other: Row): string | undefined {
  if (other.key === seen.key || other.class !== seen.class) return undefined;
  if (other.source === seen.source && other.partition === seen.partition) return undefined;
  const shared = seen.joins.find((name) => other.joins.includes(name));
  return shared && `both go by \`${shared}\``;
}

const ordered = (a: string, b: string): { a: string; b: string } => (a < b ? { a, b } : { a: b, b: a });

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
  const made = new Map<string, EntryData['observation.joined']>();
  for (const each of seen) {
    for (const other of others) {
      const reason = reasonOf(each, other);
      if (reason === undefined) continue;
      const pair = { ...ordered(each.key, other.key), reason };
      if (!known.has(joinKey(pair))) made.set(joinKey(pair), pair);
      break;
    }
  }
  return [...made.values()];
}

export const joinDraft = (data: EntryData['observation.joined'], actor: string): Draft => ({
  kind: 'observation.joined',
  subject: '',
  actor,
  data,
});

/** Keys of everything that is one with `key`, itself included, each with the reason by which it was reached. */
export function groupOf(key: string, joins: Iterable<Join>): Map<string, string> {
  const near = new Map<string, Array<{ key: string; reason: string }>>();
  const put = (from: string, to: string, reason: string) =>
    near.set(from, [...(near.get(from) ?? []), { key: to, reason }]);
  for (const { a, b, reason, split } of joins) {
    if (split) continue;
    put(a, b, reason);
    put(b, a, reason);
  }
  const group = new Map([[key, '']]);
  const queue = [key];
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    for (const next of near.get(at) ?? []) {
      if (group.has(next.key)) continue;
      group.set(next.key, next.reason);
      queue.push(next.key);
    }
  }
  return group;
}
