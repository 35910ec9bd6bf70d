import type { RawPage, SourceLimits } from '../../contract.ts';
import type { Answer, Http } from '../../http.ts';
import { SourceError } from '../../source-error.ts';
import { operationOf, type Resource } from './operations.ts';

const HTTP_GONE = 410;

/** What an object of the API has in any case. */
export interface ApiObject {
  metadata?: { uid?: string; name?: string; namespace?: string };
  [field: string]: unknown;
}

interface ApiList {
  kind?: string;
  metadata?: { continue?: string; remainingItemCount?: number };
  items?: ApiObject[] | null;
}

/** Where a listing stands: it may have to start over once, and what it gave before must not be given again. */
interface Progress {
  continueWith: string | undefined;
  /** `continue` tokens of this attempt. */
  tokens: Set<string>;
  /** uids that were given, in any attempt. */
  given: Set<string>;
  /** uids that this attempt saw. */
  seen: Set<string>;
  restarted: boolean;
  /** What the server counted when this attempt began. */
  counted: number | undefined;
}

const asStarted = (given: Set<string>, restarted: boolean): Progress => ({
  continueWith: undefined,
  tokens: new Set(),
  given,
  seen: new Set(),
  restarted,
  counted: undefined,
});

async function ask(http: Http, resource: Resource, limit: number, progress: Progress) {
  const query = new URLSearchParams({ ...resource.query, limit: String(limit) });
  if (progress.continueWith !== undefined) query.set('continue', progress.continueWith);
  return http.json<ApiList>({
    operation: operationOf(resource),
    url: `.${resource.path}?${query}`,
    accept: [HTTP_GONE],
    ...(resource.accept === undefined ? {} : { headers: { accept: resource.accept } }),
  });
}

/** A list of the API, or an error: an answer of another kind is not an empty list. */
function listOf(body: ApiList | null): Required<Pick<ApiList, 'metadata'>> & { items: ApiObject[] } {
  const { kind, metadata = {}, items } = body ?? {};
  if (typeof kind !== 'string' || !kind.endsWith('List') || (!Array.isArray(items) && items !== null))
    throw new SourceError('failed', 'the answer is no list');
  return { metadata, items: items ?? [] };
}

/** Items whose uid was not given yet. One that comes twice in one attempt means that the server goes round in circles. */
function unseen(items: ApiObject[], { seen, given }: Progress): ApiObject[] {
  return items.filter((item) => {
    const uid = item.metadata?.uid;
    if (typeof uid !== 'string') return true;
    if (seen.has(uid)) throw new SourceError('failed', 'an object came a second time');
    seen.add(uid);
    if (given.has(uid)) return false;
    given.add(uid);
    return true;
  });
}

/** The next `continue`; none where the list ends. */
function nextOf(token: string | undefined, { tokens }: Progress): string | undefined {
  if (token === undefined || token === '') return undefined;
  if (tokens.has(token)) throw new SourceError('failed', 'a page token came a second time');
  tokens.add(token);
  return token;
}

/** The server leaves its count out where it lists by a selector; else the first page has it. */
function countOf({ items, metadata }: ReturnType<typeof listOf>): number | undefined {
  if (metadata.remainingItemCount !== undefined) return items.length + metadata.remainingItemCount;
  return metadata.continue ? undefined : items.length;
}

/** After a fresh start what was given before may be gone from the list by its end: it counts as given all the same. */
function countAll({ counted, given, seen, restarted }: Progress, end: boolean): number | undefined {
  if (counted === undefined || !restarted) return counted;
  return end ? counted + [...given].filter((uid) => !seen.has(uid)).length : undefined;
}

/**
 * One list, page by page, as of one moment of the server (https://kubernetes.io/docs/reference/using-api/api-concepts/): its end is
 * a page without `continue`. Where the server no longer holds that moment (410) it starts over, once; what was given is not given again.
 * @throws SourceError
 */
export async function* listPages(
  http: Http,
  resource: Resource,
  limit: number,
  enrich: (item: ApiObject) => unknown = (item) => item,
): AsyncIterable<RawPage> {
  let progress = asStarted(new Set(), false);
  for (;;) {
    const answer = await ask(http, resource, limit, progress);
    if (answer.status === HTTP_GONE) {
      if (progress.restarted)
        throw new SourceError('failed', 'the list changes faster than it can be read (410)');
      progress = asStarted(progress.given, true);
      continue;
    }
    const page = pageOf(answer, resource, limit, progress);
    yield { ...page, items: page.items.map(enrich) };
    if (page.end) return;
  }
}

function pageOf(
  answer: Answer<ApiList>,
  resource: Resource,
  limit: number,
  progress: Progress,
): Omit<RawPage, 'items'> & { items: ApiObject[] } {
  const list = listOf(answer.body);
  const next = nextOf(list.metadata.continue, progress);
  const isSelected = resource.query?.fieldSelector !== undefined;
  if (next !== undefined && !isSelected && list.items.length < limit)
    throw new SourceError('failed', 'a page is shorter than it should be');
  if (progress.continueWith === undefined) progress.counted = countOf(list);
  const request = {
    limit,
    page: progress.tokens.size + (next === undefined ? 1 : 0),
    restarted: progress.restarted,
  };
  progress.continueWith = next;
  const items = unseen(list.items, progress);
  const providerCount = countAll(progress, next === undefined);
  return {
    operation: operationOf(resource),
    request,
    items,
    calls: answer.calls,
    end: next === undefined,
    ...(answer.providerTime === undefined ? {} : { providerTime: answer.providerTime }),
    ...(providerCount === undefined ? {} : { providerCount }),
  };
}

/** Everything of one list. For what has to be known before something else can be told. */
export async function listAll(
  http: Http,
  resource: Resource,
  limit: number,
  { pagesMax }: Pick<SourceLimits, 'pagesMax'>,
): Promise<ApiObject[]> {
  const all: ApiObject[] = [];
  let pages = 0;
  for await (const page of listPages(http, resource, limit)) {
    all.push(...(page.items as ApiObject[]));
    pages += 1;
    if (pages >= pagesMax && !page.end) throw new SourceError('denied', `more than ${pagesMax} pages`);
  }
  return all;
}
