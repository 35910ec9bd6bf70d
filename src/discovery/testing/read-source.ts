import { canonicalize } from '#verifier';
import type { Fault, Mapping, Observed, Opening, Partition, RawPage, SourceType } from '../contract.ts';
import { type Marking, marksOf, secretFingerprint } from '../marks.ts';
import { asSourceError, SourceError, type SourceErrorKind } from '../source-error.ts';

/** What one listing of one partition came to, without an engine: everything that a verdict is made of. */
export interface Read {
  observed: Observed[];
  pages: number;
  end: boolean;
  denied: Fault[];
  errors: Fault[];
  /** Items that broke their shape. */
  dropped: number;
  items: number;
  providerCount?: number;
  /** What broke the listing off. */
  broke?: { kind: SourceErrorKind; message: string };
  /** The committed items as they would be kept. */
  kept: string;
}

const KEY = new Uint8Array(32).fill(7);

const LIMITS = {
  requestMilliseconds: 2_000,
  tries: 3,
  backoffMilliseconds: 10,
  retryAfterMaxMilliseconds: 2_000,
  bodyMaxBytes: 64 * 1024 * 1024,
  pagesMax: 10_000,
};

export function openingFor(secrets: Record<string, string> = {}): Opening {
  return {
    source: 'test',
    fingerprint: (secret) => secretFingerprint(KEY, secret),
    conceal: (text) => secretFingerprint(KEY, `concealed ${text}`),
    async secret(name) {
      const value = secrets[name];
      if (value === undefined) throw new SourceError('failed', `no secret \`${name}\``);
      return value;
    },
    hasSecret: (name) => name in secrets,
    signal: new AbortController().signal,
    limits: LIMITS,
    now: () => new Date(),
  };
}

function take(
  read: Read,
  source: SourceType,
  listing: string,
  page: RawPage,
  marking: Marking,
  map: Mapping,
) {
  const described = source.listings.find((each) => each.listing === listing);
  if (described === undefined) throw new Error(`there is no listing ${listing}`);
  const shape = described.shape(marking.marks);
  read.pages += 1;
  read.items += page.items.length;
  read.end ||= page.end;
  read.denied.push(...(page.denied ?? []));
  read.errors.push(...(page.errors ?? []));
  if (page.providerCount !== undefined) read.providerCount = page.providerCount;
  for (const item of page.items) {
    const { data, success } = shape.safeParse(item);
    if (!success) read.dropped += 1;
    else {
      read.observed.push(...described.map(data as never, map));
      read.kept += canonicalize(data);
    }
  }
}

const mappingFor = (partition: Partition): Mapping => ({
  source: 'test',
  partition: partition.partition,
  key: (observed, naturalId, at = partition.partition) => `${at}/${observed}/${naturalId}`,
});

/** Reads all of a source. Keys are `PARTITION LISTING`; a name that a mapping refers to stands in clear as `PARTITION/CLASS/NATURAL-ID`. */
export async function readSource(
  source: SourceType<never>,
  settings: unknown,
  secrets: Record<string, string> = {},
): Promise<Map<string, Read>> {
  const type = source as unknown as SourceType;
  const session = await type.open(type.settings.parse(settings), openingFor(secrets));
  const marking = marksOf('test', KEY);
  const all = new Map<string, Read>();
  try {
    for (const partition of await session.partitions()) {
      for (const listing of Object.keys(partition.scope)) {
        const read: Read = {
          observed: [],
          pages: 0,
          end: false,
          denied: [],
          errors: [],
          dropped: 0,
          items: 0,
          kept: '',
        };
        all.set(`${partition.partition} ${listing}`, read);
        try {
          for await (const page of session.read(partition, listing))
            take(read, type, listing, page, marking, mappingFor(partition));
        } catch (error) {
          const { kind, message } = asSourceError(error);
          read.broke = { kind, message };
        }
      }
    }
  } finally {
    await session.close();
  }
  return all;
}
