import type { Opening, RawPage } from '../../contract.ts';
import { createHttp, type Http } from '../../http.ts';
import { follow, type Step } from '../../paging.ts';
import { SourceError } from '../../source-error.ts';
import { operations } from './operations.ts';
import type { EntraSettings } from './settings.ts';
import type { Tokens } from './token.ts';

interface Collection {
  value: unknown[];
  '@odata.nextLink'?: string;
  '@odata.count'?: number;
}

export interface Query {
  operation: string;
  /** Below the service's root, e.g. `/v1.0/applications`. */
  path: string;
  /** OData options. */
  options?: Record<string, string>;
  /** Has Graph count the whole collection. It then refuses `$expand`. */
  counted?: boolean;
}

/** Reads collections of Microsoft Graph, page by page. */
export interface Graph {
  pages(query: Query): AsyncIterable<RawPage>;
}

const isCollection = (body: unknown): body is Collection =>
  typeof body === 'object' && body !== null && Array.isArray((body as Collection).value);

function nextOf(body: Collection): string | undefined {
  const link = body['@odata.nextLink'];
  if (link === undefined) return undefined;
  if (typeof link !== 'string' || !URL.canParse(link))
    throw new SourceError('failed', 'the next page is at no address');
  return link;
}

export function createGraph(settings: EntraSettings, tokens: Tokens, opening: Opening): Graph {
  const http = createHttp(
    {
      base: settings.graphUrl,
      operations,
      headers: async () => ({ authorization: `Bearer ${await tokens()}` }),
    },
    opening,
  );
  return {
    pages: (query) => follow(opening.limits, (cursor) => read(http, query, cursor ?? urlOf(query, settings))),
  };
}

function urlOf({ path, options, counted }: Query, settings: EntraSettings): string {
  const url = new URL(path, settings.graphUrl);
  for (const [name, value] of Object.entries(options ?? {})) url.searchParams.set(name, value);
  if (counted) url.searchParams.set('$count', 'true');
  return url.href;
}

async function read(http: Http, query: Query, url: string): Promise<Step> {
  const headers = query.counted ? { headers: { consistencylevel: 'eventual' } } : {};
  const { body, calls, providerTime } = await http.json({ operation: query.operation, url, ...headers });
  if (!isCollection(body)) throw new SourceError('failed', 'the answer is not a collection');
  const { pathname, search } = new URL(url);
  const count = body['@odata.count'];
  const page = {
    operation: query.operation,
    request: { path: pathname, query: decodeURIComponent(search) },
    items: body.value,
    calls,
    ...(providerTime === undefined ? {} : { providerTime }),
    ...(typeof count === 'number' ? { providerCount: count } : {}),
  };
  return { page, next: nextOf(body) };
}
