import { type Digest, digestOf } from '../digest.ts';
import { isSnapshotOf } from '../entry.ts';
import type { Entry, State } from '../words/index.ts';
import { refuse } from './json.ts';
import { decodeRows, encodeRows } from './members.ts';
import type { Manifest, Range } from './model.ts';
import type { Visit } from './replay.ts';
import type { Findings, Told } from './report.ts';

type Snapshot = Entry<'snapshot'>;

const isSnapshot = (entry: Entry | undefined): entry is Snapshot => entry?.leaf.kind === 'snapshot';

/** `snapshot.json` has the digest that the snapshot's entry holds, and no later snapshot lies before the period. */
export function checkSnapshot({ range }: Manifest, entries: Entry[], bytes: Uint8Array): State {
  const { start, base, snapshot, first, last } = range;
  const entry = entries[snapshot - start];
  if (!isSnapshot(entry) || entry.body === null)
    return refuse(`entry ${snapshot} is no snapshot that can be read`);
  const later = entries.slice(snapshot + 1 - start, Math.min(first + 1, last) - start).find(isSnapshot);
  if (later) refuse(`entry ${later.index} is a later snapshot before the period`);
  const { state, time } = decodeRows(bytes);
  const { data, occurred } = entry.body;
  if (time !== occurred) refuse('`snapshot.json` is of another time than its entry');
  if (state.size !== base || data.size !== base) refuse('`snapshot.json` is of another size than its entry');
  if (!isSnapshotOf(data, state, time)) refuse(`\`snapshot.json\` is not what entry ${snapshot} digests`);
  if (!isDigest(digestOf([bytes]), digestOf(encodeRows(state, time))))
    refuse('`snapshot.json` holds rows that were not live');
  return state;
}

/** Each snapshot after the package's own, by the size that it is of: beyond the snapshot before it, and not beyond itself. */
function laterSnapshots(snapshot: number, entries: Entry[], findings: Findings): Map<number, Snapshot> {
  const bySize = new Map<number, Snapshot>();
  let before = snapshot;
  for (const entry of entries.filter(isSnapshot)) {
    if (entry.index <= snapshot || entry.body === null) continue;
    const { size } = entry.body.data;
    if (Number.isInteger(size) && size > before && size <= entry.index) bySize.set(size, entry);
    else
      findings.problem(
        `entry ${entry.index}`,
        `snapshot is of ${size} entries, which does not fit its place`,
      );
    before = entry.index;
  }
  return bySize;
}

/** Compares each later snapshot with the fold; one behind a withheld body cannot be told. */
export function snapshotVisitor(
  { start, snapshot, last }: Range,
  entries: Entry[],
  findings: Findings,
): { visit: Visit; count: number } {
  const bySize = laterSnapshots(snapshot, entries.slice(0, last - start), findings);
  let withheld: number | undefined;
  const visit: Visit = (entry, before) => {
    const found = bySize.get(entry.index);
    if (found?.body && !isSnapshotOf(found.body.data, before, found.body.occurred)) {
      const where = `entry ${found.index}`;
      if (withheld === undefined)
        findings.problem(where, 'snapshot is not the fold of the entries that it is of');
      else findings.unknown(where, `snapshot rests on entry ${withheld}, whose body is withheld`);
    }
    if (entry.body === null) withheld ??= entry.index;
  };
  return { visit, count: bySize.size };
}

const isDigest = (a: Digest, b: Digest): boolean => a.size === b.size && a.sha256 === b.sha256;

/** `opening.json` or `closing.json` is exactly what was folded: `file` is its digest. */
export function checkRows(name: string, file: Digest, state: State, time: string): Told<true> {
  if (!isDigest(file, digestOf(encodeRows(state, time))))
    refuse(`\`${name}\` is not what the entries lead to`);
  return { value: true, detail: `live rows of ${state.size} entries at ${time}` };
}
