import { createHash } from 'node:crypto';
import type { Mapping, Observed, Opening, RawPage, SourceLimits, SourceType } from '../contract.ts';
import { type Marking, marksOf, secretFingerprint } from '../marks.ts';
import { asSourceError, SourceError } from '../source-error.ts';

const KEY = Buffer.alloc(32, 7);

export const TEST_LIMITS: SourceLimits = {
  requestMilliseconds: 2_000,
  tries: 3,
  backoffMilliseconds: 5,
  retryAfterMaxMilliseconds: 2_000,
  bodyMaxBytes: 16 * 1024 * 1024,
  pagesMax: 1_000,
};

export const openingWith = (
  secrets: Record<string, string>,
  limits: Partial<SourceLimits> = {},
): Opening => ({
  source: 'test',
  fingerprint: (secret) => secretFingerprint(KEY, secret),
  conceal: (text) => secretFingerprint(KEY, `name ${text}`),
  async secret(name) {
    const value = secrets[name];
    if (value === undefined) throw new SourceError('failed', `no secret \`${name}\``);
    return value;
  },
  hasSecret: (name) => secrets[name] !== undefined,
  signal: AbortSignal.timeout(60_000),
  limits: { ...TEST_LIMITS, ...limits },
  now: () => new Date(),
});

export const testMarking = (source = 'test'): Marking => marksOf(source, KEY);

export const testMapping = (partition = 'part'): Mapping => ({
  source: 'test',
  partition,
  key: (observed, naturalId, other = partition) => `test/${observed}/${other}/${naturalId}`,
});

/** What reading a source came to, by the connector alone: no engine between. */
export interface Read {
  pages: Array<RawPage & { partition: string; listing: string }>;
  observed: Observed[];
  /** Items that broke their shape: listing and the path of the field. */
  broken: string[];
  /** `partition/listing` to what was thrown. */
  thrown: Record<string, SourceError>;
}

/** Commits and maps one raw item as a sweep does. Throws where it breaks its shape. */
export function mapItem(
  source: SourceType<never> | SourceType,
  listing: string,
  item: unknown,
  partition = 'part',
): Observed[] {
  const found = source.listings.find((one) => one.listing === listing);
  if (found === undefined) throw new Error(`no listing ${listing}`);
  const committed = found.shape(testMarking().marks).parse(item);
  return found.map(committed as never, testMapping(partition));
}

/** Every page of every listing of every partition, committed and mapped. */
export async function readAll<Settings>(
  source: SourceType<Settings>,
  given: { settings: unknown; secrets: Record<string, string> },
  limits: Partial<SourceLimits> = {},
): Promise<Read> {
  const session = await source.open(
    source.settings.parse(given.settings),
    openingWith(given.secrets, limits),
  );
  const read: Read = { pages: [], observed: [], broken: [], thrown: {} };
  for (const partition of await session.partitions())
    for (const listing of Object.keys(partition.scope)) {
      if (partition.denied?.[listing] !== undefined) continue;
      try {
        for await (const page of session.read(partition, listing)) {
          read.pages.push({ ...page, partition: partition.partition, listing });
          mapPage(source as SourceType, read, listing, page, partition.partition);
        }
      } catch (error) {
        read.thrown[`${partition.partition}/${listing}`] = asSourceError(error);
      }
    }
  await session.close();
  return read;
}

function mapPage(source: SourceType, read: Read, listing: string, page: RawPage, partition: string): void {
  for (const item of page.items) {
    try {
      read.observed.push(...mapItem(source, listing, item, partition));
    } catch {
      read.broken.push(listing);
    }
  }
}

/** A made-up id in the form of a UUID: the same for the same words. */
export function uuidOf(words: string): string {
  const hex = createHash('sha256').update(words).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
