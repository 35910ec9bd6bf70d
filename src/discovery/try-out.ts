import type { Listing, Opening, Partition, Session } from './contract.ts';
import { marksOf } from './marks.ts';
import { asSourceError } from './source-error.ts';
import type { Configured } from './sources.ts';

export interface ListingTest {
  listing: string;
  /** Operations that reading it takes. */
  operations: string[];
  ok: boolean;
  /** What is wrong; empty where nothing is. */
  why: string;
  /** On the first page. */
  items: number;
}

export interface SourceTest {
  /** Why it could not be opened or say what it has; null where it could. */
  failed: string | null;
  partitions: Array<{ partition: string; listings: ListingTest[] }>;
}

async function tryListing(
  session: Session,
  partition: Partition,
  { listing, operations, shape }: Listing,
  marking: ReturnType<typeof marksOf>,
): Promise<ListingTest> {
  const told = { listing, operations };
  const refused = partition.denied?.[listing];
  if (refused !== undefined) return { ...told, ok: false, why: refused, items: 0 };
  try {
    for await (const { items, denied = [], errors = [] } of session.read(partition, listing)) {
      const schema = shape(marking.marks);
      const broken = items.filter((item) => !schema.safeParse(item).success).length;
      const whys = [...denied, ...errors].map(({ what, why }) => `${what}: ${why}`);
      if (broken > 0) whys.push(`${broken} items are not what they should be`);
      return { ...told, ok: whys.length === 0, why: whys.join('; '), items: items.length };
    }
    return { ...told, ok: false, why: 'broke off before its end', items: 0 };
  } catch (error) {
    return { ...told, ok: false, why: asSourceError(error).message, items: 0 };
  }
}

/** Reads the first page of each listing of each partition. Records nothing, keeps nothing. */
export async function testSource(
  { source, type, spec }: Configured,
  opening: Opening,
  fingerprintKey: Uint8Array,
): Promise<SourceTest> {
  let session: Session | undefined;
  const partitions: SourceTest['partitions'] = [];
  try {
    session = await type.open(type.settings.parse(spec.settings), opening);
    for (const partition of await session.partitions()) {
      const listings: ListingTest[] = [];
      for (const listing of type.listings)
        if (partition.scope[listing.listing] !== undefined)
          listings.push(await tryListing(session, partition, listing, marksOf(source, fingerprintKey)));
      partitions.push({ partition: partition.partition, listings });
    }
    return { failed: null, partitions };
  } catch (error) {
    return { failed: asSourceError(error).message, partitions };
  } finally {
    await session?.close().catch(() => undefined);
  }
}
