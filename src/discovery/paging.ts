import { createHash } from 'node:crypto';
import type { DeniedRange } from '#verifier';
import type { Fault, RawPage, SourceLimits } from './contract.ts';
import { asSourceError, SourceError, toFaults } from './source-error.ts';

/** One answer, and the provider's word for where the next one is: undefined is its own end mark. */
export interface Step {
  page: Omit<RawPage, 'end'>;
  next: string | undefined;
}

/** A cursor or a page that comes again would be read for ever, or counted twice. */
function repeats(): (step: Step) => void {
  const seen = new Set<string>();
  const once = (value: string, what: string) => {
    const digest = createHash('sha256').update(value).digest('base64');
    if (seen.has(digest)) throw new SourceError('failed', `the provider gives the same ${what} again`);
    seen.add(digest);
  };
  return ({ page, next }) => {
    if (page.items.length > 0) once(`page\0${JSON.stringify(page.items)}`, 'page');
    if (next !== undefined) once(`next\0${next}`, 'cursor');
  };
}

/**
 * Follows a listing from cursor to cursor until the provider says that it ends.
 * @param ask reads the page at a cursor; the first is asked for with undefined
 * @throws SourceError `failed` where a page or cursor comes again, `denied` where there are more pages than `limits.pagesMax`
 */
export async function* follow(
  limits: Pick<SourceLimits, 'pagesMax'>,
  ask: (cursor: string | undefined) => Promise<Step>,
): AsyncGenerator<RawPage> {
  const check = repeats();
  let cursor: string | undefined;
  for (let pages = 1; ; pages += 1) {
    if (pages > limits.pagesMax) throw new SourceError('denied', `more than ${limits.pagesMax} pages`);
    const step = await ask(cursor);
    check(step);
    yield { ...step.page, end: step.next === undefined };
    if (step.next === undefined) return;
    cursor = step.next;
  }
}

/** What a page of things that were read one by one for each parent comes to. */
interface Bundle {
  items: unknown[];
  calls: number;
  denied: DeniedRange[];
  errors: Fault[];
  providerTime?: Date;
}

export interface EachOptions<Parent> {
  operation: string;
  parents: Parent[];
  /** Goes with a denied range: an id, never a name of a person. */
  nameOf(parent: Parent): string;
  /** Every page that one parent has. */
  read(parent: Parent): AsyncIterable<RawPage>;
  /** One parent's raw items as items of this listing; items that do not say whose they are get their parent here. */
  itemsOf(parent: Parent, raw: unknown[]): unknown[];
}

/** Parents whose things make one page: few documents, and little lost where a sweep is cut off. */
const PARENTS_PER_PAGE = 50;

/** Parents that are asked about at once: each takes a round trip, and there may be thousands. */
const PARENTS_AT_ONCE = 4;

/**
 * The pages of a list that is read for one parent of many, where what single pages tell of themselves has no place of its own: one
 * that was refused in part, contradicts itself by its pages or by the provider's count, or breaks off ends the list.
 * @throws SourceError
 */
export async function* sound(pages: AsyncIterable<RawPage>): AsyncGenerator<RawPage> {
  let items = 0;
  let ended = false;
  for await (const page of pages) {
    const [denied, error] = [page.denied?.[0], page.errors?.[0]];
    if (denied !== undefined) throw new SourceError('denied', denied.why);
    if (error !== undefined) throw new SourceError('failed', error.why);
    items += page.items.length;
    ended = page.end;
    if (page.end && (page.providerCount ?? items) !== items)
      throw new SourceError('failed', `the provider counts ${page.providerCount}, ${items} were given`);
    yield page;
  }
  if (!ended) throw new SourceError('failed', 'broke off before its end');
}

async function readParent<Parent>(parent: Parent, options: EachOptions<Parent>): Promise<Bundle> {
  const bundle: Bundle = { items: [], calls: 0, denied: [], errors: [] };
  const raw: unknown[] = [];
  try {
    for await (const page of sound(options.read(parent))) {
      raw.push(...page.items);
      bundle.calls += page.calls ?? 1;
      if (page.providerTime !== undefined) bundle.providerTime = page.providerTime;
    }
    return { ...bundle, items: options.itemsOf(parent, raw) };
  } catch (error) {
    // Whoever was asked to wait longer than we will is not asked for all the others.
    if (asSourceError(error).kind === 'limited') throw error;
    return { ...bundle, ...toFaults(options.nameOf(parent), error) };
  }
}

const together = (one: Bundle, more: Bundle): Bundle => ({
  ...one,
  ...more,
  items: [...one.items, ...more.items],
  calls: one.calls + more.calls,
  denied: [...one.denied, ...more.denied],
  errors: [...one.errors, ...more.errors],
});

/** In the order of the parents, whichever answers first. */
async function readParents<Parent>(parents: Parent[], options: EachOptions<Parent>): Promise<Bundle> {
  let bundle: Bundle = { items: [], calls: 0, denied: [], errors: [] };
  for (let from = 0; from < parents.length; from += PARENTS_AT_ONCE) {
    const some = parents.slice(from, from + PARENTS_AT_ONCE);
    const read = await Promise.all(some.map((parent) => readParent(parent, options)));
    bundle = read.reduce(together, bundle);
  }
  return bundle;
}

/**
 * Things that a provider lists for one parent at a time. What is refused or fails for one parent is told and the rest stands; a
 * parent's things are taken whole or not at all.
 */
export async function* forEachParent<Parent>(options: EachOptions<Parent>): AsyncGenerator<RawPage> {
  const { parents, operation } = options;
  for (let from = 0; from === 0 || from < parents.length; from += PARENTS_PER_PAGE) {
    const some = parents.slice(from, from + PARENTS_PER_PAGE);
    const bundle = await readParents(some, options);
    const request = { from, parents: some.length, of: parents.length };
    yield { operation, request, ...bundle, end: from + PARENTS_PER_PAGE >= parents.length };
  }
}

export interface Remembered<Kept> {
  /** The listing's pages. */
  pages(): AsyncIterable<RawPage>;
  /** What was kept of them; reads the listing where it has not been read to its end yet, but never again after it failed. */
  all(): Promise<Kept[]>;
}

/** A listing whose items others hang on: it is read once for both. */
export function remembering<Kept>(
  read: () => AsyncIterable<RawPage>,
  keep: (item: unknown) => Kept | undefined,
): Remembered<Kept> {
  let known: Kept[] | undefined;
  let failure: unknown;
  async function* pages(): AsyncGenerator<RawPage> {
    const kept: Kept[] = [];
    try {
      for await (const page of read()) {
        kept.push(...page.items.map(keep).filter((item) => item !== undefined));
        if (page.end) known = kept;
        yield page;
      }
    } catch (error) {
      failure = error;
      throw error;
    }
  }
  return {
    pages,
    async all() {
      if (failure !== undefined) throw failure;
      if (known === undefined) for await (const _ of pages());
      return known ?? [];
    },
  };
}
