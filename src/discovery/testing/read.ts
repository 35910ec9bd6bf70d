/** Reads a source by the engine's own reader and without a database, for tests of one connector. */
import assert from 'node:assert/strict';
import type {
  Fault,
  Listing,
  Mapping,
  Observed,
  Opening,
  Partition,
  RawPage,
  Session,
  SourceLimits,
  SourceType,
} from '../contract.ts';
import { emptyGathering, type Gathered, type Observation } from '../gathered.ts';
import { SOURCE_LIMITS } from '../limits.ts';
import { marksOf, secretFingerprint } from '../marks.ts';
import { type Document, readPartition } from '../read.ts';
import { asSourceError, SourceError } from '../source-error.ts';

const SOURCE = 'test';
const KEY = new Uint8Array(32).fill(7);

/** A test waits for no provider as long as a sweep does. */
const LIMITS: SourceLimits = {
  ...SOURCE_LIMITS,
  requestMilliseconds: 10_000,
  tries: 3,
  backoffMilliseconds: 5,
  retryAfterMaxMilliseconds: 2_000,
};

interface Circumstances {
  secrets?: Record<string, string>;
  limits?: Partial<SourceLimits>;
  signal?: AbortSignal;
  now?: Date;
}

interface Given extends Circumstances {
  settings: unknown;
}

/** What one listing of one partition came to. */
export interface ReadListing {
  partition: string;
  listing: string;
  /** As the connector gave them. */
  pages: RawPage[];
  /** Items as they would be kept. */
  committed: unknown[];
  /** What they tell; keys are `PARTITION/CLASS/NATURAL-ID`. */
  observed: Observed[];
  /** Items that broke their shape; each is among the errors too. */
  dropped: number;
  /** As a sweep would tell them: what was thrown is among them. */
  denied: Fault[];
  errors: Fault[];
  end: boolean;
  providerCount: number | null;
  /** What broke the listing off. */
  thrown?: SourceError;
}

interface Swept {
  listings: ReadListing[];
  /** By partition, what the engine would compare with what was known. */
  partitions: Gathered[];
  /** The pages that would be kept. */
  documents: Document[];
}

/** An opening with these secrets, and less patience than a sweep has. */
export function openingFor({ secrets = {}, limits, signal, now }: Circumstances): Opening {
  return {
    source: SOURCE,
    fingerprint: (secret) => secretFingerprint(KEY, secret),
    conceal: (text) => secretFingerprint(KEY, `name\0${text}`),
    async secret(name) {
      const value = secrets[name];
      if (value === undefined) throw new SourceError('failed', `no secret \`${name}\``);
      return value;
    },
    hasSecret: (name) => Object.hasOwn(secrets, name),
    signal: signal ?? new AbortController().signal,
    limits: { ...LIMITS, ...limits },
    now: () => now ?? new Date(),
  };
}

/** Keys that can be read: `PARTITION/CLASS/NATURAL-ID`. */
export const testMapping = (partition = 'here'): Mapping => ({
  source: SOURCE,
  partition,
  key: (observed, naturalId, other = partition) => `${other}/${observed}/${naturalId}`,
});

type Listings = Pick<SourceType, 'listings'>;

function listingOf({ listings }: Listings, name: string): Listing {
  const found = listings.find(({ listing }) => listing === name);
  assert.ok(found, `no listing \`${name}\``);
  return found;
}

/** An item as it would be kept. @throws ZodError where it breaks its shape */
export const committedItem = (source: Listings, listing: string, item: unknown): unknown =>
  listingOf(source, listing).shape(marksOf(SOURCE, KEY).marks).parse(item);

/** What items of a listing tell, by their committed form. @throws ZodError for an item that breaks its shape */
export const mapped = (source: Listings, listing: string, items: unknown[], partition?: string): Observed[] =>
  items.flatMap((item) =>
    listingOf(source, listing).map(committedItem(source, listing, item) as never, testMapping(partition)),
  );

const unread = (partition: string, listing: string): ReadListing => ({
  ...{ partition, listing, pages: [], committed: [], observed: [] },
  ...{ dropped: 0, denied: [], errors: [], end: false, providerCount: null },
});

/** The listing as the engine takes it, which also notes what it is given and what it tells. */
const notingListing = (listing: Listing, read: ReadListing): Listing => ({
  ...listing,
  map(item, mapping) {
    read.committed.push(item);
    read.observed.push(...listing.map(item, testMapping(mapping.partition)));
    return listing.map(item, mapping);
  },
});

const notingSession = (session: Session, reads: ReadListing[]): Session => ({
  partitions: () => session.partitions(),
  close: () => session.close(),
  async *read(partition, listing) {
    const read = of(reads, listing);
    try {
      for await (const page of session.read(partition, listing)) {
        read.pages.push(page);
        yield page;
      }
    } catch (error) {
      read.thrown = asSourceError(error);
      throw error;
    }
  },
});

function finish(read: ReadListing, { listed }: Gathered): void {
  const told = listed.get(read.listing);
  assert.ok(told, `\`${read.listing}\` was not read`);
  const { denied, errors, ended: end, providerCount, items } = told;
  Object.assign(read, { denied, errors, end, providerCount, dropped: items - read.committed.length });
}

async function readOne(
  { listings, type, version }: Pick<SourceType, 'listings' | 'type' | 'version'>,
  partition: Partition,
  { session, opening, swept }: { session: Session; opening: Opening; swept: Swept },
): Promise<void> {
  const declared = listings.filter(({ listing }) => partition.scope[listing] !== undefined);
  const reads = declared.map(({ listing }) => unread(partition.partition, listing));
  const noted = declared.map((listing) => notingListing(listing, of(reads, listing.listing)));
  const gathered = emptyGathering(SOURCE, partition.partition);
  await readPartition(partition, noted, {
    ...{ connector: `${type}/${version}`, session: notingSession(session, reads), opening, gathered },
    ...{ marking: marksOf(SOURCE, KEY), onPage: () => {} },
    keep: async (document) => void swept.documents.push(document),
  });
  for (const read of reads) finish(read, gathered);
  swept.listings.push(...reads);
  swept.partitions.push(gathered);
}

/** Reads a whole source as a sweep does, with what a sweep would go on with. @throws what `open` throws, or the end by `signal` */
export async function gather<Settings>(source: SourceType<Settings>, given: Given): Promise<Swept> {
  const opening = openingFor(given);
  const session = await source.open(source.settings.parse(given.settings), opening);
  const swept: Swept = { listings: [], partitions: [], documents: [] };
  try {
    for (const partition of await session.partitions())
      await readOne(source, partition, { session, opening, swept });
  } finally {
    await session.close();
  }
  return swept;
}

/** Every listing of every partition. What it throws, `gather` throws. */
export const readSource = async <Settings>(
  source: SourceType<Settings>,
  given: Given,
): Promise<ReadListing[]> => (await gather(source, given)).listings;

/** The one listing of that name, of one partition where several have it. */
export function of(reads: ReadListing[], listing: string, partition?: string): ReadListing {
  const [found, ...others] = reads.filter(
    (read) => read.listing === listing && (partition === undefined || read.partition === partition),
  );
  assert.ok(found && others.length === 0, `${others.length === 0 ? 'no' : 'several'} \`${listing}\``);
  return found;
}

/** Things of one class by their labels; where several have one label the last stands. */
export function byLabel(gathered: Gathered, observed: Observation['class']): Map<string, Observation> {
  const all = [...gathered.observations.values()].filter((each) => each.class === observed);
  return new Map(
    all.map((each) => [typeof each.label === 'string' ? each.label : each.label.commitment, each]),
  );
}
