import type { DeniedRange } from '#verifier';
import type { RawPage, SourceLimits } from '../../contract.ts';
import { follow, type Step } from '../../paging.ts';
import { SourceError } from '../../source-error.ts';
import type { Directory, Search, Values } from './client.ts';

const PAGE_ENTRIES = 500;
const NO_SUCH_OBJECT = /\(32\)$/;
/** Partitions of a forest that hold settings and names of hosts, and by their rules no account: every domain points to them. */
const WITHOUT_ACCOUNTS = /^ldaps?:\/\/[^/]*\/(CN=Configuration|DC=DomainDnsZones|DC=ForestDnsZones),/i;

export const ANY_ENTRY = '(objectClass=*)';

/** RFC 4515, section 3: what would end or widen a filter is written as hex. */
export const escaped = (value: string) =>
  value.replace(/[\\*()\0]/g, (found) => `\\${found.charCodeAt(0).toString(16).padStart(2, '0')}`);

/** Items of an entry; none, one or more. */
export type ItemsOf = (entry: Values) => object[];

function elsewhere({ base }: Search, referrals: string[]): DeniedRange[] {
  const parts = referrals.filter((url) => !WITHOUT_ACCOUNTS.test(url));
  return parts.length > 0 ? [{ what: base, why: `${parts.length} parts are on other servers` }] : [];
}

/**
 * What a search finds, page by page. A page that comes again is an error. A cookie may: it means what the server likes, and Samba
 * gives the same one for every page.
 * @throws SourceError
 */
export async function* pagesOf(
  directory: Directory,
  limits: Pick<SourceLimits, 'pagesMax'>,
  search: Search,
  itemsOf: ItemsOf = (entry) => [entry],
): AsyncGenerator<RawPage> {
  let cookie: Buffer | undefined;
  let pages = 0;
  const ask = async (): Promise<Step> => {
    const { entries, referrals, cookie: next } = await directory.page(search, cookie, PAGE_ENTRIES);
    cookie = next;
    pages += 1;
    const page = {
      operation: 'search',
      request: { base: search.base, filter: search.filter },
      items: entries.flatMap(itemsOf),
      denied: elsewhere(search, referrals),
    };
    return { page, next: next && String(pages) };
  };
  yield* follow(limits, ask);
}

/** Every entry that a search finds. @throws SourceError */
export async function allOf(
  directory: Directory,
  limits: Pick<SourceLimits, 'pagesMax'>,
  search: Search,
): Promise<Values[]> {
  const entries: Values[] = [];
  for await (const { items } of pagesOf(directory, limits, search)) entries.push(...(items as Values[]));
  return entries;
}

/**
 * A server finds nothing below a base that it does not show, and calls that success; or it says that there is no such base. So what
 * shows nothing of itself is a denied range and not an empty one.
 * @throws SourceError
 */
export async function mustShow(directory: Directory, base: string): Promise<void> {
  const search = { base, scope: 'base' as const, filter: ANY_ENTRY, attributes: ['objectClass'] };
  const [entry] = await directory.search(search).catch((error: unknown) => {
    if (error instanceof SourceError && NO_SUCH_OBJECT.test(error.message)) return [];
    throw error;
  });
  if ((entry?.objectclass ?? []).length === 0)
    throw new SourceError('denied', 'the base is not there, or is not shown to this account');
}
