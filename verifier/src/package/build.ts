import { utf8 } from '../bytes.ts';
import { canonicalBytes } from '../canonical.ts';
import { decodeEntry } from '../entry.ts';
import { sha256Hex } from '../hash.ts';
import { formatVerifierKey, verifierKey } from '../note.ts';
import type { Entry } from '../words/index.ts';
import { type ZipMember, zipBytes } from '../zip.ts';
import { bodyBundles, hasBody, leafBundles } from './bundles.ts';
import { derive } from './derive.ts';
import { refuse } from './json.ts';
import { signManifest } from './manifest.ts';
import { encodeCarried, encodeOpenings, encodeProofs, encodeRows } from './members.ts';
import {
  type Derived,
  documentName,
  type Manifest,
  MEMBER,
  type PackageContents,
  type PackageSigner,
  type Pages,
} from './model.ts';
import { commitmentsShown } from './openings.ts';
import { liveState, replay } from './replay.ts';

/** The entries that the package holds, edges without a body. */
function entriesOf({ range, leaves, bodies }: PackageContents): Entry[] {
  return leaves.map((leaf, i) => {
    const index = range.start + i;
    return decodeEntry(index, leaf, hasBody(range, index) ? (bodies[i] ?? null) : null);
  });
}

function snapshotTime(entries: Entry[], { start, snapshot }: PackageContents['range']): string {
  const entry = entries[snapshot - start];
  if (entry?.leaf.kind !== 'snapshot' || entry.body === null)
    return refuse('range does not begin at a snapshot');
  return entry.body.occurred;
}

const withheldBodies = (contents: PackageContents, entries: Entry[]): number[] => [
  ...contents.carried.filter(({ body }) => body === null).map(({ index }) => index),
  ...entries
    .filter(({ index, body }) => body === null && hasBody(contents.range, index))
    .map(({ index }) => index),
];

interface Computed {
  derived: Derived;
  withheld: Manifest['withheld'];
  members: ZipMember[];
}

async function compute(contents: PackageContents): Promise<Computed> {
  const { period, range, openings } = contents;
  const entries = entriesOf(contents);
  const time = snapshotTime(entries, range);
  const snapshotState = liveState(contents.snapshotState, time);
  const carried = contents.carried.map(({ index, leaf, body }) => decodeEntry(index, leaf, body));
  const { opening, closing } = replay(snapshotState, entries, range, period.from);
  const derived = await derive({ period, range, entries, opening, closing, carried, openings });
  const shown = commitmentsShown(snapshotState, [...carried, ...entries]);
  const opened = openings.filter(({ commitment }) => shown.delete(commitment));
  return {
    derived,
    withheld: { bodies: withheldBodies(contents, entries), openings: [...shown].sort() },
    members: [
      { name: MEMBER.snapshot, bytes: encodeRows(snapshotState, time) },
      { name: MEMBER.opening, bytes: encodeRows(opening, period.from) },
      { name: MEMBER.closing, bytes: encodeRows(closing, period.to) },
      { name: MEMBER.carried, bytes: encodeCarried(contents.carried) },
      { name: MEMBER.openings, bytes: encodeOpenings(opened) },
      ...derived.members,
    ],
  };
}

function logMembers({ range, leaves, bodies, ...contents }: PackageContents): ZipMember[] {
  const shown = bodies.map((body, i) => (hasBody(range, range.start + i) ? body : null));
  const { frontier, consistency, since = null } = contents;
  return [
    { name: MEMBER.checkpoint, bytes: contents.checkpoint },
    { name: MEMBER.proofs, bytes: encodeProofs({ frontier, consistency, since }) },
    ...leafBundles(range, leaves),
    ...bodyBundles(range, shown),
  ];
}

const documentMembers = ({ documents = {} }: Pages): ZipMember[] =>
  Object.entries(documents)
    .map(([name, text]) => ({ name: documentName(name), bytes: utf8(text) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

const describe = ({ name, bytes }: ZipMember) => ({ name, size: bytes.length, sha256: sha256Hex(bytes) });

/**
 * Builds the members of a package, in order. Computes opening, closing, populations and tests from the entries that are
 * disclosed, so a withheld body is nowhere in them. Throws `package`, `entry` or `json` on contents that cannot be one; whether
 * its proofs hold is for `verifyPackage` to say, and a builder should ask it before handing anything out.
 */
export async function packageMembers(contents: PackageContents, signer: PackageSigner): Promise<ZipMember[]> {
  const { derived, withheld, members } = await compute(contents);
  const pages = contents.pages(derived);
  const files = [
    ...logMembers(contents),
    ...members,
    ...documentMembers(pages),
    { name: MEMBER.readme, bytes: utf8(pages.readme) },
    { name: MEMBER.index, bytes: utf8(pages.index) },
  ];
  const manifest: Manifest = {
    v: 1,
    origin: signer.origin,
    logKey: formatVerifierKey(verifierKey(signer.origin, signer.publicKey)),
    period: contents.period,
    range: contents.range,
    withheld,
    files: files.map(describe),
  };
  const bytes = canonicalBytes(manifest);
  return [
    { name: MEMBER.manifest, bytes },
    { name: MEMBER.envelope, bytes: signManifest(bytes, signer) },
    ...files,
  ];
}

/** The package as one archive; throws `zip` where it would be too large, and then the period has to be split. */
export const encodePackage = async (contents: PackageContents, signer: PackageSigner): Promise<Uint8Array> =>
  zipBytes(await packageMembers(contents, signer));
