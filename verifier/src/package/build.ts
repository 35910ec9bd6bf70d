import { concatBytes, utf8 } from '../bytes.ts';
import { canonicalBytes } from '../canonical.ts';
import type { CommitmentOpening } from '../commitment.ts';
import { digestOf } from '../digest.ts';
import { decodeEntry } from '../entry.ts';
import type { EvidenceInput } from '../evidence-input.ts';
import { formatVerifierKey, verifierKey } from '../note.ts';
import { createSharing } from '../sharing.ts';
import type { Entry, State } from '../words/index.ts';
import { type ZipMember, zipBytes } from '../zip.ts';
import { bodyBundles, hasBody, leafBundles } from './bundles.ts';
import { derive, evidenceInput, type Made } from './derive.ts';
import { refuse } from './json.ts';
import { encodeEnvelope, manifestMessage } from './manifest.ts';
import { encodeCarried, encodeOpenings, encodeProofs, encodeRows } from './members.ts';
import {
  documentName,
  type Manifest,
  type ManifestFile,
  MEMBER,
  type OpenContents,
  type PackageContents,
  type PackageSigner,
  type Pages,
  type ReadPage,
  type RemoteSigner,
} from './model.ts';
import { commitmentsShown } from './openings.ts';
import { gatherPages, pageName } from './pages.ts';
import { liveState, replay } from './replay.ts';

/** The entries that the package holds, edges without a body. */
function entriesOf({ range, leaves, bodies }: OpenContents): Entry[] {
  const share = createSharing();
  return leaves.map((leaf, i) => {
    const index = range.start + i;
    const entry = decodeEntry(index, leaf, hasBody(range, index) ? (bodies[i] ?? null) : null);
    share(entry);
    return entry;
  });
}

function snapshotTime(entries: Entry[], { start, snapshot }: OpenContents['range']): string {
  const entry = entries[snapshot - start];
  if (entry?.leaf.kind !== 'snapshot' || entry.body === null)
    return refuse('range does not begin at a snapshot');
  return entry.body.occurred;
}

const withheldBodies = (contents: OpenContents, entries: Entry[]): number[] => [
  ...contents.carried.filter(({ body }) => body === null).map(({ index }) => index),
  ...entries
    .filter(({ index, body }) => body === null && hasBody(contents.range, index))
    .map(({ index }) => index),
];

/** What the entries lead to, and what of it is disclosed. */
interface Replayed {
  input: EvidenceInput;
  snapshotState: State;
  time: string;
  opened: CommitmentOpening[];
  withheld: Omit<Manifest['withheld'], 'pages'>;
}

const openingsOf = async ({ openings }: OpenContents, state: State, entries: Entry[]) =>
  typeof openings === 'function' ? openings(state, entries) : openings;

async function replayed(contents: OpenContents): Promise<Replayed> {
  const { period, range } = contents;
  const entries = entriesOf(contents);
  const time = snapshotTime(entries, range);
  const snapshotState = liveState(contents.snapshotState, time);
  const carried = contents.carried.map(({ index, leaf, body }) => decodeEntry(index, leaf, body));
  const openings = await openingsOf(contents, snapshotState, [...carried, ...entries]);
  const { opening, closing } = replay(snapshotState, entries, range, period.from);
  const input = evidenceInput({ period, range, entries, opening, closing, carried, openings });
  const shown = commitmentsShown(snapshotState, [...carried, ...entries]);
  const opened = openings.filter(({ commitment }) => shown.delete(commitment));
  const withheld = { bodies: withheldBodies(contents, entries), openings: [...shown].sort() };
  return { input, snapshotState, time, opened, withheld };
}

function* rowFiles(
  { input, snapshotState, time, opened }: Replayed,
  contents: OpenContents,
): Generator<Made> {
  const { from, to } = contents.period;
  yield { name: MEMBER.snapshot, pieces: encodeRows(snapshotState, time) };
  yield { name: MEMBER.opening, pieces: encodeRows(input.opening, from) };
  yield { name: MEMBER.closing, pieces: encodeRows(input.closing, to) };
  yield { name: MEMBER.carried, pieces: encodeCarried(contents.carried) };
  yield { name: MEMBER.openings, pieces: encodeOpenings(opened) };
}

const made = ({ name, bytes }: ZipMember): Made => ({ name, pieces: [bytes] });
const text = (name: string, content: string): Made => ({ name, pieces: [utf8(content)] });

function* logFiles({ range, leaves, bodies, ...contents }: OpenContents): Generator<Made> {
  const shown = bodies.map((body, i) => (hasBody(range, range.start + i) ? body : null));
  const { frontier, consistency, since = null } = contents;
  yield { name: MEMBER.checkpoint, pieces: [contents.checkpoint] };
  yield { name: MEMBER.proofs, pieces: [encodeProofs({ frontier, consistency, since })] };
  for (const member of leafBundles(range, leaves)) yield made(member);
  for (const member of bodyBundles(range, shown)) yield made(member);
}

function writtenFiles({ documents = {}, readme, index }: Pages): { documents: Made[]; last: Made[] } {
  const names = Object.keys(documents).sort();
  return {
    documents: names.map((name) => text(documentName(name), documents[name] ?? '')),
    last: [text(MEMBER.readme, readme), text(MEMBER.index, index)],
  };
}

const NONE_KEPT: ReadPage = async () => null;

/** What sweeps read, page by page. @returns digests of those that cannot be had, sorted */
async function takePages(
  { readPage = NONE_KEPT }: OpenContents,
  { closing }: EvidenceInput,
  take: (file: Made) => Promise<void>,
): Promise<string[]> {
  const { digests, lost } = await gatherPages(closing, readPage);
  for (const digest of digests) {
    const bytes = await readPage(digest);
    if (bytes === null) lost.push(digest);
    else await take({ name: pageName(digest), pieces: [bytes] });
  }
  return lost.sort();
}

/** Where the files of a package go as they are made. @returns what the manifest says of each */
export type Take = (file: Made) => ManifestFile | Promise<ManifestFile>;

/**
 * Makes every file of a package in its order and hands it to `take`, one at a time, so that none has to be kept; then answers with the two
 * members that go before them. Computes opening, closing, populations and tests from the entries that are disclosed, so a withheld
 * body is nowhere in them. Throws `package`, `entry` or `json` on contents that cannot be one; whether its proofs hold is for
 * `verifyPackage` to say, and a builder should ask it before handing anything out.
 */
export async function makePackage(
  contents: OpenContents,
  signer: RemoteSigner,
  take: Take,
): Promise<ZipMember[]> {
  const files: ManifestFile[] = [];
  const all = async (made: Iterable<Made>) => {
    for (const file of made) files.push(await take(file));
  };
  await all(logFiles(contents));
  const state = await replayed(contents);
  await all(rowFiles(state, contents));
  const computed = derive(state.input);
  let next = await computed.next();
  for (; !next.done; next = await computed.next()) files.push(await take(next.value));
  const { documents, last } = writtenFiles(contents.pages({ input: state.input, results: next.value }));
  await all(documents);
  const pages = await takePages(contents, state.input, async (file) => void files.push(await take(file)));
  await all(last);
  return manifestMembers({ contents, signer, withheld: { ...state.withheld, pages }, files });
}

interface Described {
  contents: OpenContents;
  signer: RemoteSigner;
  withheld: Manifest['withheld'];
  files: ManifestFile[];
}

async function manifestMembers({ contents, signer, withheld, files }: Described): Promise<ZipMember[]> {
  const key = verifierKey(signer.origin, signer.publicKey);
  const manifest: Manifest = {
    v: 1,
    origin: signer.origin,
    logKey: formatVerifierKey(key),
    period: contents.period,
    range: contents.range,
    withheld,
    files,
  };
  const bytes = canonicalBytes(manifest);
  const signature = await signer.sign(manifestMessage(bytes));
  return [
    { name: MEMBER.manifest, bytes },
    { name: MEMBER.envelope, bytes: encodeEnvelope(bytes, key, signature) },
  ];
}

/** As `makePackage`, with every member at hand, in order: for packages that are small. */
export async function packageMembers(contents: PackageContents, signer: PackageSigner): Promise<ZipMember[]> {
  const members: ZipMember[] = [];
  const first = await makePackage(contents, signer, ({ name, pieces }) => {
    const bytes = concatBytes(...pieces);
    members.push({ name, bytes });
    return { name, ...digestOf([bytes]) };
  });
  return [...first, ...members];
}

/** The package as one archive; throws `zip` where it would be too large, and then the period has to be split. */
export const encodePackage = async (contents: PackageContents, signer: PackageSigner): Promise<Uint8Array> =>
  zipBytes(await packageMembers(contents, signer));
