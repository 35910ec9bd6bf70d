import type { Db } from '../store/index.ts';
import { PACKAGE_PAGES_MAX_BYTES } from './model.ts';
import { pageAt } from './queries.ts';

/**
 * Pages for one package, as long as they are not too much together; what is left out is listed as withheld. One that was handed
 * out costs nothing the second time, for the list of a sweep's pages is read before it is written.
 */
export function pageReader(db: Db, maxBytes = PACKAGE_PAGES_MAX_BYTES) {
  const taken = new Set<string>();
  let left = maxBytes;
  return async (digest: string): Promise<Uint8Array | null> => {
    const page = await pageAt(db, digest, taken.has(digest) ? maxBytes : left);
    if (page === undefined) return null;
    if (!taken.has(digest)) left -= page.length;
    taken.add(digest);
    return page;
  };
}
