import { fromUtf8, MEMBER, pageName, parsePageList, type Rows, readZip, sha256Hex } from '#verifier';
import { type Catalog, createCatalog } from './catalog.ts';
import { emptyGathering, listDigest } from './gathered.ts';
import { mapItems } from './read.ts';

export interface Remapped {
  source: string;
  partition: string;
  sweep: string;
  /** Whether the pages, mapped again, lead to the list that the sweep recorded. */
  outcome: 'SAME' | 'DIFFERENT' | 'NOT_EVALUABLE';
  why: string;
  observations: number;
}

type Sweep = Pick<Rows['sweep'], 'source' | 'partition' | 'sweep' | 'connector' | 'manifest' | 'listDigest'>;

/** A page by its digest; undefined where it is not there. */
export type PageAt = (digest: string) => Uint8Array | undefined;

interface Page {
  connector: string;
  listing: string;
  items: unknown[];
}

/** @throws what a page that is none throws */
async function again(sweep: Sweep, manifest: string, page: PageAt, catalog: Catalog): Promise<Remapped> {
  const { source, partition } = sweep;
  const told = { source, partition, sweep: sweep.sweep, observations: 0 };
  const cannot = (why: string): Remapped => ({ ...told, outcome: 'NOT_EVALUABLE', why });
  const list = page(manifest);
  if (list === undefined) return cannot('the list of its pages is not there');
  const [word = ''] = sweep.connector.split('/');
  if (!catalog.words().includes(word)) return cannot(`this program has no connector \`${word}\``);
  const type = await catalog.type(word);
  if (sweep.connector !== `${word}/${type.version}`)
    return cannot(`it was read by ${sweep.connector}, and this program has ${word}/${type.version}`);
  const gathered = emptyGathering(source, partition);
  for (const record of parsePageList(list)) {
    const bytes = page(record.digest);
    if (bytes === undefined) return cannot(`page ${record.digest} is not there`);
    const { items, listing: name } = JSON.parse(fromUtf8(bytes)) as Page;
    const listing = type.listings.find((each) => each.listing === name);
    if (listing === undefined) return cannot(`this program has no listing \`${name}\` of \`${word}\``);
    mapItems(items, listing, record, gathered);
  }
  const outcome = listDigest(gathered) === sweep.listDigest ? 'SAME' : 'DIFFERENT';
  const why = outcome === 'SAME' ? 'the pages lead to the recorded list' : 'the pages lead to another list';
  return { ...told, outcome, why, observations: gathered.observations.size };
}

/** Runs the mappings again over committed pages: for whoever wants to see that what was recorded follows from what was read. */
export async function remap(
  sweeps: readonly Sweep[],
  page: PageAt,
  catalog: Catalog = createCatalog(),
): Promise<Remapped[]> {
  const results: Remapped[] = [];
  for (const sweep of sweeps)
    if (sweep.manifest !== null) results.push(await again(sweep, sweep.manifest, page, catalog));
  return results;
}

/**
 * The same over a package that was verified already: the latest sweep of each place at the period's end.
 * @throws FormatError where it is no package
 */
export async function remapPackage(archive: Uint8Array, catalog?: Catalog): Promise<Remapped[]> {
  const members = new Map(readZip(archive).map((member) => [member.name, member]));
  const closing = members.get(MEMBER.closing);
  if (closing === undefined) return [];
  const { tables } = JSON.parse(fromUtf8(closing.bytes)) as { tables: { sweep: Record<string, Sweep> } };
  const page: PageAt = (digest) => {
    const bytes = members.get(pageName(digest))?.bytes;
    return bytes !== undefined && sha256Hex(bytes) === digest ? bytes : undefined;
  };
  return remap(Object.values(tables.sweep), page, catalog);
}
