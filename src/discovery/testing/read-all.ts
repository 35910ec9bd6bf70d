import type { Fault, Observed, Opening, RawPage, Session, SourceType } from '../contract.ts';
import { marksOf, secretFingerprint } from '../marks.ts';
import { toFaults } from '../source-error.ts';

const KEY = new Uint8Array(32).fill(7);

/** In a hurry: nothing here is worth waiting for. */
const LIMITS: Opening['limits'] = {
  requestMilliseconds: 5_000,
  tries: 3,
  backoffMilliseconds: 1,
  retryAfterMaxMilliseconds: 2_000,
  bodyMaxBytes: 8 * 1024 * 1024,
  pagesMax: 1_000,
};

/** What one listing of one partition came to. */
export interface ListingRead {
  pages: RawPage[];
  /** As they would be kept. */
  committed: unknown[];
  observed: Observed[];
  denied: Fault[];
  errors: Fault[];
}

export interface Given {
  settings: Record<string, unknown>;
  secrets: Record<string, string>;
  now?: Date;
  limits?: Partial<Opening['limits']>;
}

export function openingOf({ secrets, now, limits }: Given): Opening {
  return {
    source: 'test',
    fingerprint: (secret) => secretFingerprint(KEY, secret),
    conceal: (text) => secretFingerprint(KEY, `name ${text}`),
    secret: async (name) => {
      const secret = secrets[name];
      if (secret === undefined) throw new Error(`no secret \`${name}\``);
      return secret;
    },
    hasSecret: (name) => Object.hasOwn(secrets, name),
    signal: new AbortController().signal,
    limits: { ...LIMITS, ...limits },
    now: () => now ?? new Date(),
  };
}

async function readListing(
  session: Session,
  { source, partition, listing }: { source: SourceType; partition: string; listing: string },
): Promise<ListingRead> {
  const read: ListingRead = { pages: [], committed: [], observed: [], denied: [], errors: [] };
  const found = source.listings.find((each) => each.listing === listing);
  if (found === undefined) throw new Error(`no listing \`${listing}\``);
  const schema = found.shape(marksOf(source.type, KEY).marks);
  const key = (observed: string, naturalId: string, other = partition) => `${other}/${observed}/${naturalId}`;
  try {
    for await (const page of session.read({ partition, scope: {} }, listing)) {
      const items = page.items.map((item) => schema.parse(item));
      read.pages.push(page);
      read.committed.push(...items);
      for (const item of items)
        read.observed.push(...found.map(item as never, { source: source.type, partition, key }));
      read.denied.push(...(page.denied ?? []));
      read.errors.push(...(page.errors ?? []));
    }
  } catch (error) {
    const { denied, errors } = toFaults(listing, error);
    read.denied.push(...denied);
    read.errors.push(...errors);
  }
  return read;
}

/**
 * Reads a source as a sweep does, without keeping anything: for tests of one connector. Keys are readable here
 * (`PARTITION/CLASS/ID`). An item that breaks its shape ends its listing with an error.
 * @returns by listing; a listing of several partitions is under `PARTITION/LISTING`
 */
export async function readAll<Settings>(
  source: SourceType<Settings>,
  given: Given,
): Promise<Record<string, ListingRead>> {
  const session = await source.open(source.settings.parse(given.settings), openingOf(given));
  const partitions = await session.partitions();
  const read: Record<string, ListingRead> = {};
  for (const { partition, scope } of partitions)
    for (const listing of Object.keys(scope))
      read[partitions.length > 1 ? `${partition}/${listing}` : listing] = await readListing(session, {
        source: source as SourceType,
        partition,
        listing,
      });
  await session.close();
  return read;
}
