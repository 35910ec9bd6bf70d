import { parseCanonical } from '../canonical.ts';
import { sha256Hex } from '../hash.ts';
import type { State } from '../words/index.ts';
import type { ZipMember } from '../zip.ts';
import { exactly, list, text } from './json.ts';
import type { Manifest, ReadPage } from './model.ts';
import type { Findings, Told } from './report.ts';

export const PAGE = /^pages\/([0-9a-f]{64})\.json$/;

/** A committed page that a sweep read, by the SHA-256 (hex) of its bytes. */
export const pageName = (digest: string): string => `pages/${digest}.json`;

/** What the rows at the period's end rest on: the lists of pages of the latest sweeps, and the pages that fields came from. */
export function pagesNamed({ tables }: State): { lists: Set<string>; pages: Set<string> } {
  const lists = new Set<string>();
  for (const { manifest } of tables.sweep.values()) if (manifest !== null) lists.add(manifest);
  const pages = new Set<string>();
  for (const { present, provenance } of tables.observation.values())
    if (present) for (const { document } of provenance) pages.add(document);
  return { lists, pages };
}

export interface ListedPage {
  listing: string;
  operation: string;
  digest: string;
  items: number;
  at: string;
}

/** The list of pages of one sweep, in the order in which they were read. Throws `package` or `json`. */
export function parsePageList(bytes: Uint8Array): ListedPage[] {
  return list(parseCanonical(bytes), 'list of pages').map((each) => {
    const fields = exactly(each, ['at', 'digest', 'items', 'listing', 'operation'], 'page');
    return {
      listing: text(fields.listing, 'listing'),
      operation: text(fields.operation, 'operation'),
      digest: text(fields.digest, 'digest'),
      items: Number(fields.items),
      at: text(fields.at, 'at'),
    };
  });
}

/** Everything that `pagesNamed` and the lists themselves name, sorted, and which of it cannot be had. */
export async function gatherPages(
  closing: State,
  read: ReadPage,
): Promise<{ digests: string[]; lost: string[] }> {
  const { lists, pages } = pagesNamed(closing);
  const all = new Set([...lists, ...pages]);
  const lost = new Set<string>();
  for (const digest of lists) {
    const bytes = await read(digest);
    if (bytes === null) lost.add(digest);
    else for (const page of parsePageList(bytes)) all.add(page.digest);
  }
  return { digests: [...all].filter((digest) => !lost.has(digest)).sort(), lost: [...lost].sort() };
}

/** Each page is what its name says; none that a sweep rests on is missing unless the manifest lists it; none is there for nothing. */
export function checkPages(
  files: ReadonlyMap<string, ZipMember>,
  manifest: Manifest,
  closing: State,
  findings: Findings,
): Told<true> {
  const present = new Map<string, Uint8Array>();
  for (const [name, { bytes }] of files) {
    const digest = PAGE.exec(name)?.[1];
    if (digest === undefined) continue;
    present.set(digest, bytes);
    if (sha256Hex(bytes) !== digest) findings.problem(name, 'is not the page that its name says');
  }
  const { lists, pages } = pagesNamed(closing);
  const wanted = new Set([...lists, ...pages]);
  for (const digest of lists) {
    const bytes = present.get(digest);
    if (bytes !== undefined) for (const page of parsePageList(bytes)) wanted.add(page.digest);
  }
  const withheld = new Set(manifest.withheld.pages);
  for (const digest of wanted)
    if (present.has(digest) === withheld.has(digest))
      findings.problem(
        pageName(digest),
        present.has(digest) ? 'is there and is listed as withheld' : 'is missing',
      );
  for (const digest of [...present.keys(), ...withheld])
    if (!wanted.has(digest)) findings.problem(pageName(digest), 'belongs to no sweep that the rows rest on');
  return { value: true, detail: `${present.size} pages, ${withheld.size} withheld` };
}
