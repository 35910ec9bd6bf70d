import { formatVerifierKey, parseVerifierKey, type VerifierKey } from '../note.ts';
import { memberDigest, type ZipMember } from '../zip.ts';
import { refuse } from './json.ts';
import { checkEnvelope, parseManifest } from './manifest.ts';
import {
  BUNDLE_WIDTH,
  bundleName,
  bundlesOf,
  type Manifest,
  type ManifestFile,
  MEMBER,
  type Range,
} from './model.ts';
import { PAGE } from './pages.ts';
import type { Findings, Told } from './report.ts';

function memberAt(members: ZipMember[], position: number, name: string): Uint8Array {
  const member = members[position];
  return member?.name === name ? member.bytes : refuse(`member ${position} is not \`${name}\``);
}

/** The indices must fit one another and the number of members, before anything is counted by them. */
function checkRange({ start, base, snapshot, first, last }: Range, members: number): void {
  const begin = first === 0 ? 0 : Math.min(base, first - 1);
  if (!(base <= snapshot && snapshot <= first && first <= last && snapshot < last))
    refuse('range is not in order');
  if (start !== begin) refuse(`range starts at ${start}, not at ${begin}`);
  if ((last - start) / BUNDLE_WIDTH > members) refuse('range is longer than the archive could hold');
}

/** The first two members: read strictly, and signed by the key that the manifest names. */
export async function checkManifest(members: ZipMember[]): Promise<Told<Manifest>> {
  const bytes = memberAt(members, 0, MEMBER.manifest);
  const envelope = memberAt(members, 1, MEMBER.envelope);
  const manifest = parseManifest(bytes);
  await checkEnvelope(envelope, bytes, parseVerifierKey(manifest.logKey));
  checkRange(manifest.range, members.length);
  if (manifest.period.from >= manifest.period.to) refuse('period ends before it begins');
  return { value: manifest, detail: manifest.logKey };
}

/** Ties the package to a key that the reader had before. */
export function checkKey(manifest: Manifest, keys: VerifierKey[]): Told<true> {
  if (!keys.some((key) => formatVerifierKey(key) === manifest.logKey)) {
    refuse(`signed by \`${manifest.logKey}\`, which is not a key that was given`);
  }
  return { value: true, detail: manifest.logKey };
}

/** The names that must be there, in order; what lies between is computed and compared on its own. */
function fixedNames(range: Range): { before: string[]; after: string[] } {
  const bundles = bundlesOf(range);
  const { checkpoint, proofs, snapshot, opening, closing, carried, openings, readme, index } = MEMBER;
  return {
    before: [
      checkpoint,
      proofs,
      ...bundles.map((bundle) => bundleName('log', bundle)),
      ...bundles.map((bundle) => bundleName('bodies', bundle)),
      ...[snapshot, opening, closing, carried, openings],
    ],
    after: [readme, index],
  };
}

const COMPUTED = /^(populations|tests)\//;
/** For people: there may be any number, and only their hashes are checked. */
const DOCUMENT = /^documents\/[a-z0-9]+(-[a-z0-9]+)*\.md$/;

function checkNames(manifest: Manifest, names: string[], findings: Findings): void {
  const { before, after } = fixedNames(manifest.range);
  const middle = names.slice(before.length, names.length - after.length);
  const computed = middle.filter((name) => COMPUTED.test(name));
  const documents = middle.filter((name) => DOCUMENT.test(name)).sort();
  const pages = middle.filter((name) => PAGE.test(name)).sort();
  const expected = [...before, ...computed, ...documents, ...pages, ...after];
  const [present, wanted] = [new Set(names), new Set(expected)];
  for (const name of expected) if (!present.has(name)) findings.problem(name, 'member is missing');
  for (const name of names) if (!wanted.has(name)) findings.problem(name, 'member does not belong here');
  if (findings.count() === 0 && names.join('\n') !== expected.join('\n'))
    findings.problem('', 'members are not in order');
}

/** Names of the listed files that are not there, or not with the bytes that were signed. */
export function wrongFiles(manifest: Manifest, files: ZipMember[]): string[] {
  const byName = new Map(files.map((file) => [file.name, file]));
  const isRight = ({ name, size, sha256 }: ManifestFile) => {
    const file = byName.get(name);
    const found = file && memberDigest(file);
    return found?.size === size && found.sha256 === sha256;
  };
  return manifest.files.filter((file) => !isRight(file)).map(({ name }) => name);
}

/** Members and manifest name the same files, in the one order, with the same bytes. */
export function checkFiles(
  manifest: Manifest,
  members: ZipMember[],
  findings: Findings,
): Told<ReadonlyMap<string, ZipMember>> {
  const files = members.slice(2);
  checkNames(
    manifest,
    files.map(({ name }) => name),
    findings,
  );
  const listed = manifest.files.map(({ name }) => name).join('\n');
  if (listed !== files.map(({ name }) => name).join('\n'))
    findings.problem(MEMBER.manifest, 'lists other members');
  const byName = new Map(files.map((file) => [file.name, file]));
  for (const name of wrongFiles(manifest, files)) findings.problem(name, 'is not the file that was signed');
  return { value: byName, detail: `${files.length} files` };
}
