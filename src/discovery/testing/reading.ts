/** Reads a source as a sweep does (shape, then map), for tests of one connector, and keeps everything in sight. */
import type { Mapping, Observed, Opening, RawPage, SourceType } from '../contract.ts';
import { marksOf } from '../marks.ts';
import { SourceError } from '../source-error.ts';

const LIMITS: Opening['limits'] = {
  requestMilliseconds: 10_000,
  tries: 3,
  backoffMilliseconds: 5,
  retryAfterMaxMilliseconds: 1_000,
  bodyMaxBytes: 64 * 1024 * 1024,
  pagesMax: 10_000,
};

export interface ReadListing {
  partition: string;
  listing: string;
  pages: RawPage[];
  observed: Observed[];
  /** Why it could not be read to its end. */
  error?: SourceError;
}

export interface Given {
  settings: Record<string, unknown>;
  secrets: Record<string, string>;
  limits?: Partial<Opening['limits']>;
  signal?: AbortSignal;
}

export const openingFor = ({ secrets, limits, signal }: Omit<Given, 'settings'>): Opening => ({
  source: 'test',
  fingerprint: (secret) => `fingerprint of ${secret.length} characters`,
  conceal: (text) => `concealed ${text.length}`,
  async secret(name) {
    const value = secrets[name];
    if (value === undefined) throw new SourceError('denied', `no secret \`${name}\``);
    return value;
  },
  hasSecret: (name) => secrets[name] !== undefined,
  signal: signal ?? new AbortController().signal,
  limits: { ...LIMITS, ...limits },
  now: () => new Date(),
});

/** What items of a listing tell, by their committed form. @throws ZodError for an item that breaks the shape */
export function mapped(
  source: SourceType<never>,
  listing: string,
  items: unknown[],
  partition = 'here',
): Observed[] {
  const found = source.listings.find((one) => one.listing === listing);
  if (found === undefined) throw new Error(`no listing \`${listing}\``);
  const { marks } = marksOf('test', new Uint8Array(32).fill(7));
  const shape = found.shape(marks);
  const mapping: Mapping = {
    source: 'test',
    partition,
    key: (observed, naturalId, other = partition) => `${other}|${observed}|${naturalId}`,
  };
  return items.flatMap((item) => found.map(shape.parse(item) as never, mapping));
}

/** Every listing of every partition; a listing that throws keeps the pages that it gave before. */
export async function readSource(source: SourceType<never>, given: Given): Promise<ReadListing[]> {
  const settings = source.settings.parse(given.settings) as never;
  const session = await source.open(settings, openingFor(given));
  const read: ReadListing[] = [];
  try {
    for (const partition of await session.partitions())
      for (const listing of Object.keys(partition.scope)) {
        if (partition.denied?.[listing] !== undefined) continue;
        const one: ReadListing = { partition: partition.partition, listing, pages: [], observed: [] };
        read.push(one);
        try {
          for await (const page of session.read(partition, listing)) {
            one.pages.push(page);
            one.observed.push(...mapped(source, listing, page.items, partition.partition));
          }
        } catch (error) {
          if (!(error instanceof SourceError)) throw error;
          one.error = error;
        }
      }
  } finally {
    await session.close();
  }
  return read;
}
