import type { z } from 'zod';
import { canonicalize, hex, sha256, utf8 } from '#verifier';
import { isMunimentError, timestamp } from '../kernel/index.ts';
import { clean, cleanText } from './clean.ts';
import type { Fault, Listing, Mapping, Observed, Opening, Partition, RawPage, Session } from './contract.ts';
import { cut, type Gathered, type Listed, type PageRecord, take } from './gathered.ts';
import { keyOf } from './keys.ts';
import { ATTRIBUTE_MAX_CHARACTERS, FAULTS_TOLD_MAX } from './limits.ts';
import type { Marking } from './marks.ts';
import { toFaults } from './source-error.ts';

/** A committed page: its canonical JSON, kept under the SHA-256 of it. */
export interface Document {
  digest: string;
  text: string;
}

export interface Reading {
  connector: string;
  session: Session;
  marking: Marking;
  opening: Pick<Opening, 'signal' | 'limits' | 'now'>;
  gathered: Gathered;
  /** Takes a committed page to where it is kept. */
  keep(document: Document): Promise<void>;
  /** Told after each page. */
  onPage(listing: string, items: number): void;
}

const PLAIN_NAME = /^[A-Za-z0-9_.$@-]{1,60}$/;
const pathOf = (path: readonly PropertyKey[]): string =>
  path.map((step) => (PLAIN_NAME.test(String(step)) ? String(step) : '?')).join('.');

const digestOf = (text: string): string => hex(sha256(utf8(text)));

function startListing({ gathered }: Reading, { listing, events = false, restsOn = [] }: Listing): Listed {
  const counts = { pages: 0, items: 0, observations: 0, providerCount: null, ended: false };
  const listed: Listed = { listing, ...counts, denied: [], errors: [], events, restsOn };
  gathered.listed.set(listing, listed);
  return listed;
}

/** `what` may hold a name that a provider gave: it must not break the record that tells of the fault. */
const recordable = ({ what, why }: Fault): Fault => ({
  what: cut(cleanText(what), ATTRIBUTE_MAX_CHARACTERS),
  why,
});

/** Told one by one up to a limit, so that a provider's noise does not become our record. */
function tell(faults: Fault[], more: readonly Fault[]): void {
  for (const fault of more.map(recordable)) {
    if (faults.length < FAULTS_TOLD_MAX) faults.push(fault);
    else if (faults.length === FAULTS_TOLD_MAX)
      faults.push({ what: fault.what, why: 'and more of the kind' });
  }
}

/** The committed form of an item, or at which field it is not what it should be. */
function committedForm(schema: z.ZodType, item: unknown): { form: unknown } | { at: string } {
  try {
    const result = schema.safeParse(clean(item));
    return result.success ? { form: result.data } : { at: pathOf(result.error.issues[0]?.path ?? []) };
  } catch {
    // So deep, or of such values, that it has no canonical form: one thing that is named so must not hide the others.
    return { at: '' };
  }
}

/** Items as they may be kept; one that is not what it should be is an error, and the others stand. */
function commitItems(
  page: RawPage,
  { shape, listing }: Listing,
  reading: Reading,
  listed: Listed,
): unknown[] {
  const schema = shape(reading.marking.marks);
  const committed: unknown[] = [];
  for (const item of page.items) {
    const result = committedForm(schema, item);
    if ('form' in result) committed.push(result.form);
    else
      tell(listed.errors, [{ what: listing, why: `an item is not what it should be, at \`${result.at}\`` }]);
  }
  return committed;
}

/** What committed items tell. Pure but for what it takes up; whoever holds the page can do it again. */
export function mapItems(
  items: readonly unknown[],
  { map, listing }: Listing,
  page: PageRecord,
  gathered: Gathered,
): { observations: number; errors: Fault[] } {
  const { source, partition } = gathered;
  const mapping: Mapping = {
    source,
    partition,
    key: (observed, naturalId, other = partition) => keyOf(source, other, observed, naturalId),
  };
  const errors: Fault[] = [];
  let observations = 0;
  for (const item of items) {
    const seen = attempt(() => map(item as never, mapping));
    if (seen === undefined) errors.push({ what: listing, why: 'an item could not be understood' });
    for (const each of seen ?? []) take(gathered, each, page);
    observations += seen?.length ?? 0;
  }
  return { observations, errors };
}

function attempt(make: () => Observed[]): Observed[] | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

/** The page in the one form that its digest is of. The moment is left out: an unchanged page is the same page. */
function documentOf(page: RawPage, listing: string, items: string, connector: string): Document {
  const { operation, request } = page;
  const rest = [connector, listing, operation, request].map((value) => canonicalize(clean(value)));
  const text = `{"connector":${rest[0]},"items":${items},"listing":${rest[1]},"operation":${rest[2]},"request":${rest[3]}}`;
  return { digest: digestOf(text), text };
}

async function takePage(page: RawPage, listing: Listing, reading: Reading, listed: Listed): Promise<string> {
  const { gathered, marking, opening, connector } = reading;
  const now = opening.now();
  const items = commitItems(page, listing, reading, listed);
  const text = canonicalize(items);
  const document = documentOf(page, listing.listing, text, connector);
  const { length } = page.items;
  const record: PageRecord = {
    ...{ listing: listing.listing, operation: page.operation, digest: document.digest },
    ...{ items: length, at: timestamp(now) },
  };
  await reading.keep(document);
  gathered.pages.push(record);
  gathered.calls += page.calls ?? 1;
  for (const each of marking.takeOpenings()) gathered.openings.set(each.commitment, each);
  if (page.providerTime !== undefined)
    gathered.clock ??= { provider: timestamp(page.providerTime), ours: timestamp(now) };
  const { observations, errors } = mapItems(items, listing, record, gathered);
  listed.pages += 1;
  listed.items += length;
  listed.observations += observations;
  tell(listed.errors, [...errors, ...(page.errors ?? [])]);
  tell(listed.denied, page.denied ?? []);
  if (page.providerCount !== undefined) listed.providerCount = page.providerCount;
  return digestOf(text);
}

/** Reads one listing to its end, or to where it breaks off: what was seen stands, and why it ended is told. */
async function readListing(partition: Partition, listing: Listing, reading: Reading): Promise<void> {
  const { session, opening, onPage } = reading;
  const listed = startListing(reading, listing);
  const { listing: name } = listing;
  const before = new Set<string>();
  for await (const page of session.read(partition, name)) {
    opening.signal.throwIfAborted();
    const digest = await takePage(page, listing, reading, listed);
    onPage(name, listed.items);
    // A cursor that leads back, or a provider that gives one page for ever: nothing new will come.
    if (page.items.length > 0 && before.has(digest))
      return tell(listed.errors, [{ what: name, why: 'a page came a second time' }]);
    before.add(digest);
    listed.ended = page.end;
    if (page.end) return;
    if (listed.pages >= opening.limits.pagesMax)
      return tell(listed.denied, [{ what: name, why: `more than ${opening.limits.pagesMax} pages` }]);
  }
  tell(listed.errors, [{ what: name, why: 'broke off before its end' }]);
}

/**
 * Reads every listing of a partition. INVARIANT: nothing that goes wrong is taken for "nothing there".
 * @throws what ended the sweep as a whole, where it was cancelled
 */
export async function readPartition(
  partition: Partition,
  listings: readonly Listing[],
  reading: Reading,
): Promise<void> {
  for (const listing of listings) {
    const name = listing.listing;
    if (partition.scope[name] === undefined) continue;
    const refused = partition.denied?.[name];
    if (refused !== undefined) {
      startListing(reading, listing).denied.push({ what: name, why: refused });
      continue;
    }
    try {
      await readListing(partition, listing, reading);
    } catch (error) {
      if (reading.opening.signal.aborted) throw error;
      const { denied, errors } = isMunimentError(error)
        ? { denied: [], errors: [{ what: name, why: error.code }] }
        : toFaults(name, error);
      const listed = reading.gathered.listed.get(name) ?? startListing(reading, listing);
      listed.ended = false;
      tell(listed.denied, denied);
      tell(listed.errors, errors);
    }
  }
}
