import { equalBytes, hex } from '../bytes.ts';
import { decodeEntry } from '../entry.ts';
import {
  checkFrontier,
  extendFrontier,
  type Frontier,
  frontierRoot,
  leafHash,
  verifyConsistency,
} from '../merkle.ts';
import {
  type Checkpoint,
  formatNote,
  parseCheckpoint,
  parseNote,
  parseVerifierKey,
  verifyNote,
} from '../note.ts';
import { createSharing } from '../sharing.ts';
import type { Entry } from '../words/index.ts';
import { hasBody, readBodies, readLeaves } from './bundles.ts';
import { refuse } from './json.ts';
import type { Proofs } from './members.ts';
import type { Manifest, Range } from './model.ts';
import type { Findings, Told } from './report.ts';

/** A checkpoint that the log's key signed, in its one encoding. */
async function openCheckpoint(bytes: Uint8Array, logKey: string): Promise<Checkpoint> {
  const note = parseNote(bytes);
  if (!equalBytes(formatNote(note), bytes)) refuse('checkpoint is not in its one encoding');
  const key = parseVerifierKey(logKey);
  const signers = await verifyNote(note, [key]);
  if (signers.length === 0) refuse('checkpoint is not signed by the log’s key');
  const checkpoint = parseCheckpoint(note.text);
  return checkpoint.origin === key.name
    ? checkpoint
    : refuse(`checkpoint is of another log, \`${checkpoint.origin}\``);
}

export async function checkCheckpoint(manifest: Manifest, bytes: Uint8Array): Promise<Told<Checkpoint>> {
  const checkpoint = await openCheckpoint(bytes, manifest.logKey);
  if (manifest.range.last >= checkpoint.size)
    refuse(`checkpoint of ${checkpoint.size} entries does not cover the range`);
  return { value: checkpoint, detail: `${checkpoint.size} entries, root ${hex(checkpoint.root)}` };
}

/** Roots of the trees that the package can compute: of `start` leaves, and of every size up to `last` + 1. */
export type RootAt = (size: number) => Uint8Array | undefined;

function rootsFrom(start: Frontier, hashes: Uint8Array[]): RootAt {
  return (size) => {
    if (size < start.size || size > start.size + hashes.length) return undefined;
    let frontier = start;
    for (const hash of hashes.slice(0, size - start.size)) frontier = extendFrontier(frontier, hash);
    return frontierRoot(frontier);
  };
}

/**
 * Frontier and leaves give the root of the tree that ends with the range; the consistency proof ties it to the checkpoint.
 * INVARIANT: so each leaf has its index in this log, and no leaf between is missing.
 */
export function checkLog(
  range: Range,
  leaves: Iterable<Uint8Array>,
  proofs: Proofs,
  checkpoint: Checkpoint,
): Told<RootAt> {
  const start: Frontier = { size: range.start, hashes: proofs.frontier };
  checkFrontier(start);
  const rootAt = rootsFrom(start, Array.from(leaves, leafHash));
  const size = range.last + 1;
  const root = rootAt(size) ?? refuse('the range has no root');
  if (!verifyConsistency(size, checkpoint.size, proofs.consistency, root, checkpoint.root)) {
    refuse(`entries ${range.start} to ${range.last} are not those of the log under the checkpoint`);
  }
  return { value: rootAt, detail: `entries ${range.start} to ${range.last}` };
}

/** The log under this package goes on from a checkpoint that the reader kept. */
export async function checkSince(
  manifest: Manifest,
  sinceBytes: Uint8Array,
  now: Checkpoint,
  proofs: Proofs,
  rootAt: RootAt,
): Promise<Told<true>> {
  const earlier = await openCheckpoint(sinceBytes, manifest.logKey);
  if (earlier.size > now.size)
    refuse(`the checkpoint given has ${earlier.size} entries, the package only ${now.size}`);
  const told = { value: true as const, detail: `continues the tree of ${earlier.size} entries` };
  const root = rootAt(earlier.size) ?? (earlier.size === now.size ? now.root : undefined);
  if (root !== undefined)
    return equalBytes(root, earlier.root) ? told : refuse('the log was rewritten since that checkpoint');
  if (proofs.since?.size !== earlier.size)
    refuse(`the package holds no proof from a tree of ${earlier.size} entries`);
  const proof = proofs.since?.proof ?? [];
  return verifyConsistency(earlier.size, now.size, proof, earlier.root, now.root)
    ? told
    : refuse('the log was rewritten since that checkpoint');
}

function decodeOne(
  index: number,
  leaf: Uint8Array,
  body: Uint8Array | null,
  findings: Findings,
): Entry | null {
  try {
    return decodeEntry(index, leaf, body);
  } catch (error) {
    findings.problem(`entry ${index}`, error instanceof Error ? error.message : String(error));
    return null;
  }
}

/** Tells where a body is there and should not be, or the other way round. */
function bodyChecker({ range, withheld }: Manifest, findings: Findings) {
  const listed = new Set(withheld.bodies);
  return (index: number, body: Uint8Array | null): void => {
    const belongs = hasBody(range, index);
    if (!belongs && body !== null)
      findings.problem(`entry ${index}`, 'body of an entry outside the range is there');
    if (belongs && body === null && !listed.has(index))
      findings.problem(`entry ${index}`, 'body is missing and not listed as withheld');
    if (body !== null && listed.has(index))
      findings.problem(`entry ${index}`, 'body is there although listed as withheld');
  };
}

function checkOrder(entries: Entry[], findings: Findings): void {
  for (const [i, { index, leaf }] of entries.entries()) {
    const before = entries[i - 1];
    if (before !== undefined && before.leaf.time > leaf.time)
      findings.problem(`entry ${index}`, 'time goes back');
  }
}

/** Leaves and bodies, each strictly; times that never go back; bodies missing only where the signed manifest says so. */
export function checkEntries(
  manifest: Manifest,
  read: (name: string) => Uint8Array,
  findings: Findings,
): Told<Entry[]> {
  const { range, withheld } = manifest;
  const checkBody = bodyChecker(manifest, findings);
  const bodies = readBodies(range, read);
  const share = createSharing();
  const entries: Entry[] = [];
  let index = range.start;
  for (const leaf of readLeaves(range, read)) {
    const body = bodies.next().value ?? null;
    checkBody(index, body);
    const entry = decodeOne(index, leaf, body, findings);
    if (entry !== null) {
      share(entry);
      entries.push(entry);
    }
    index += 1;
  }
  checkOrder(entries, findings);
  for (const beyond of withheld.bodies.filter((index) => index >= range.last))
    findings.problem(`entry ${beyond}`, 'is listed as withheld and lies after the range');
  return {
    value: entries,
    detail: `${entries.length} entries, ${withheld.bodies.length} bodies withheld`,
  };
}

/** The leaves on either side prove that `[first, last)` is the whole period by knowledge time. */
export function checkPeriod({ period, range }: Manifest, entries: Entry[]): Told<true> {
  const timeAt = (index: number): string =>
    entries[index - range.start]?.leaf.time ?? refuse(`entry ${index} is not there`);
  const { first, last } = range;
  if (first > 0 && timeAt(first - 1) >= period.from)
    refuse(`entry ${first - 1} lies in the period and is left out`);
  if (timeAt(first) < period.from) refuse(`entry ${first} lies before the period`);
  if (timeAt(last) < period.to) refuse(`entry ${last} lies in the period and is left out`);
  if (last > first && timeAt(last - 1) >= period.to) refuse(`entry ${last - 1} lies after the period`);
  return { value: true, detail: `entries ${first} to ${last - 1} are ${period.from} to ${period.to}` };
}
