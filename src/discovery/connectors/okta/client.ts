import type { Opening, RawPage } from '../../contract.ts';
import { createHttp } from '../../http.ts';
import { listOf, nextQuery } from '../../link-paging.ts';
import { follow, type Step } from '../../paging.ts';
import { SourceError } from '../../source-error.ts';
import type { Access } from './access.ts';
import { operations } from './operations.ts';

const SECOND_MS = 1000;
const HTTP_TOO_MANY = 429;

export interface Query {
  operation: string;
  /** What stands for `{appId}` in the operation's path. */
  appId?: string;
  query?: Record<string, string>;
  /** The list in an answer that is none itself. */
  itemsOf?(body: unknown): unknown[];
}

/** The API of one org, page by page. */
export interface Client {
  pages(query: Query): AsyncGenerator<RawPage>;
}

/**
 * Okta says when its limit begins anew (seconds since 1970), by its own clock, where nothing is left of it. A refusal that used the
 * last of a limit says so too, and stays a refusal.
 */
export function waitOf(status: number, headers: Headers, now: Date): number | undefined {
  if (status !== HTTP_TOO_MANY) return undefined;
  const reset = headers.get('x-rate-limit-reset') ?? '';
  if (headers.get('x-rate-limit-remaining') !== '0' || !/^\d{1,12}$/.test(reset)) return undefined;
  const date = Date.parse(headers.get('date') ?? '');
  return Math.max(0, Number(reset) * SECOND_MS - (Number.isNaN(date) ? now.getTime() : date));
}

/** Of a next link the cursor alone is followed: what is asked for stays ours to say. */
function cursorOf(headers: Headers, base: string): string | undefined {
  const query = nextQuery(headers, base);
  if (query === undefined) return undefined;
  const after = new URLSearchParams(query).get('after');
  if (after === null || after === '') throw new SourceError('failed', 'the next page has no cursor');
  return after;
}

function urlOf({ operation, appId = '', query }: Query, base: string, after: string | undefined): string {
  const [, path = ''] = operation.split(' ');
  const url = new URL(path.replace('{appId}', encodeURIComponent(appId)), base);
  const parameters = { ...query, ...(after === undefined ? {} : { after }) };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/** @param base address of the org */
export function createClient(base: string, access: Access, opening: Opening): Client {
  const http = createHttp({ base, operations, headers: access, wait: waitOf }, opening);
  async function page(asked: Query, after: string | undefined): Promise<Step> {
    const { operation, appId, query, itemsOf = listOf } = asked;
    const answer = await http.json({ operation, url: urlOf(asked, base, after) });
    const { body, calls, providerTime } = answer;
    const request = {
      ...query,
      ...(appId === undefined ? {} : { appId }),
      ...(after === undefined ? {} : { after }),
    };
    const clock = providerTime === undefined ? {} : { providerTime };
    return {
      page: { operation, request, items: itemsOf(body), calls, ...clock },
      next: cursorOf(answer.headers, base),
    };
  }
  return { pages: (asked) => follow(opening.limits, (after) => page(asked, after)) };
}
