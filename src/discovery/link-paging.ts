import type { Fault } from './contract.ts';
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
