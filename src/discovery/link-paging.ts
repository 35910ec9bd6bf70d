import type { Fault, RawPage } from './contract.ts';
import { SourceError } from './source-error.ts';

/** `<URI>; parameters`, one after the other. */
const LINK = /<([^<>]*)>([^<>]*)/g;
const IS_NEXT = /;\s*rel="?next"?\s*(?:[;,]|$)/;

/**
 * The next page by an answer's `Link: <…>; rel="next"` (RFC 8288): the query alone, without `?`; undefined where none is named.
 * Host and path of the link are left aside: where the credential goes is ours to say, not the answer's.
 */
export function nextQuery(headers: Headers, base: string): string | undefined {
  for (const [, target = '', parameters = ''] of (headers.get('link') ?? '').matchAll(LINK))
    if (IS_NEXT.test(parameters) && URL.canParse(target, base)) return new URL(target, base).search.slice(1);
  return undefined;
}

/** A provider that fills its pages and yet gives a short one before the last has left something out. */
export const shortPage = (items: unknown[], pageSize: number, next: string | undefined): Fault[] =>
  next !== undefined && items.length < pageSize
    ? [{ what: 'a page', why: `${items.length} of ${pageSize} items, and yet it is not the last` }]
    : [];

/** The member of an answer that holds the list, or the answer itself. @throws SourceError where there is none */
export function listOf(body: unknown, member?: string): unknown[] {
  const found = member === undefined ? body : (body as Record<string, unknown> | null)?.[member];
  if (!Array.isArray(found)) throw new SourceError('failed', 'the answer holds no list');
  return found;
}

/**
 * The pages of a list that is read for one parent of many, where faults of single pages have no place of their own: one that
 * contradicts itself, by its pages or by the provider's count, ends the list.
 * @throws SourceError
 */
export async function* sound(pages: AsyncIterable<RawPage>): AsyncGenerator<RawPage> {
  let items = 0;
  for await (const page of pages) {
    const [fault] = page.errors ?? [];
    if (fault !== undefined) throw new SourceError('failed', fault.why);
    items += page.items.length;
    if (page.end && (page.providerCount ?? items) !== items)
      throw new SourceError('failed', `the provider counts ${page.providerCount}, ${items} were given`);
    yield page;
  }
}
