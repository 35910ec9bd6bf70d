import { type Digest, digestOf } from '../digest.ts';
import { stateDigest } from '../entry.ts';
import type { Entry, EntryData, State } from '../words/index.ts';
import { refuse } from './json.ts';
import { decodeRows, encodeRows } from './members.ts';
import type { Manifest } from './model.ts';
import type { Visit } from './replay.ts';
import type { Findings, Told } from './report.ts';

type Snapshot = Entry<'snapshot'>;

const isSnapshot = (entry: Entry | undefined): entry is Snapshot => entry?.leaf.kind === 'snapshot';

/** `snapshot.json` has the digest that the snapshot's entry holds, and no later snapshot lies before the period. */
export function checkSnapshot({ range }: Manifest, entries: Entry[], bytes: Uint8Array): State {
  const { start, snapshot, first, last } = range;
  const entry = entries[snapshot - start];
  if (!isSnapshot(entry) || entry.body === null)
    return refuse(`entry ${snapshot} is no snapshot that can be read`);
  const later = entries.slice(snapshot + 1 - start, Math.min(first + 1, last) - start).find(isSnapshot);
  if (later) refuse(`entry ${later.index} is a later snapshot before the period`);
  const { state, time } = decodeRows(bytes);
  const { data, occurred } = entry.body;
  if (time !== occurred) refuse('`snapshot.json` is of another time than its entry');
  if (state.size !== snapshot || data.size !== snapshot)
    refuse('`snapshot.json` is of another size than its entry');
  if (stateDigest(state, time) !== data.state)
    refuse(`\`snapshot.json\` is not what entry ${snapshot} digests`);
  if (!isDigest(digestOf([bytes]), digestOf(encodeRows(state, time))))
    refuse('`snapshot.json` holds rows that were not live');
  return state;
}

/** Compares each later snapshot with the fold; one behind a withheld body cannot be told. */
export function snapshotVisitor(snapshot: number, findings: Findings): { visit: Visit; count(): number } {
  let withheld: number | undefined;
  let count = 0;
  const visit: Visit = (entry, before) => {
    if (entry.body === null) withheld ??= entry.index;
    if (entry.index === snapshot || !isSnapshot(entry) || entry.body === null) return;
    count += 1;
    const { occurred } = entry.body;
    const { size, state } = entry.body.data as EntryData['snapshot'];
    if (size === entry.index && stateDigest(before, occurred) === state) return;
    const where = `entry ${entry.index}`;
    if (withheld === undefined) findings.problem(where, 'snapshot is not the fold of the entries before it');
    else findings.unknown(where, `snapshot rests on entry ${withheld}, whose body is withheld`);
  };
  return { visit, count: () => count };
}

const isDigest = (a: Digest, b: Digest): boolean => a.size === b.size && a.sha256 === b.sha256;

/** `opening.json` or `closing.json` is exactly what was folded: `file` is its digest. */
export function checkRows(name: string, file: Digest, state: State, time: string): Told<true> {
  if (!isDigest(file, digestOf(encodeRows(state, time))))
    refuse(`\`${name}\` is not what the entries lead to`);
  return { value: true, detail: `live rows of ${state.size} entries at ${time}` };
}
