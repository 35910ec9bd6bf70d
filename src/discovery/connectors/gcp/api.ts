import type { Opening, RawPage } from '../../contract.ts';
import { type Asking, createHttp, type Http } from '../../http.ts';
import { follow, type Step } from '../../paging.ts';
import { SourceError } from '../../source-error.ts';
import { HOSTS, operations } from './operations.ts';
import type { GcpSettings } from './settings.ts';
import type { Tokens } from './token.ts';

export interface List {
  operation: string;
  /** Below the API's host. */
  path: string;
  /** The field of the answer that holds the items. */
  field: string;
  query?: Record<string, string>;
}

export interface Policy {
  operation: string;
  path: string;
  body?: unknown;
}

/** Google's REST APIs, page by page. */
export interface Api {
  list(list: List): AsyncIterable<RawPage>;
  /** One answer as the one item of a listing. */
  policy(policy: Policy): AsyncIterable<RawPage>;
}

type Body = Record<string, unknown>;

export function createApi(settings: GcpSettings, tokens: Tokens, opening: Opening): Api {
  const http = createHttp(
    {
      base: settings.baseUrl ?? HOSTS.iam ?? '',
      origins: settings.baseUrl === undefined ? Object.values(HOSTS) : [],
      operations,
      headers: async () => ({ authorization: `Bearer ${await tokens()}` }),
    },
    opening,
  );
  const urlOf = (operation: string, path: string) =>
    new URL(path, settings.baseUrl ?? HOSTS[operation.split('.')[0] ?? '']);

  return {
    list: (list) =>
      follow(opening.limits, (cursor) => readList(http, list, urlOf(list.operation, list.path), cursor)),
    async *policy({ operation, path, body }) {
      const asking = { operation, url: urlOf(operation, path).href, method: 'POST' } as const;
      const { page } = await ask(http, { ...asking, ...withBody(body) }, { path }, (answer) => [answer]);
      yield { ...page, end: true };
    },
  };
}

const withBody = (body: unknown) =>
  body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } };

async function readList(http: Http, list: List, url: URL, cursor: string | undefined): Promise<Step> {
  for (const [name, value] of Object.entries(list.query ?? {})) url.searchParams.set(name, value);
  if (cursor !== undefined) url.searchParams.set('pageToken', cursor);
  const request = { path: list.path, ...list.query, pageToken: cursor ?? null };
  const asking = { operation: list.operation, url: url.href };
  const { page, body } = await ask(http, asking, request, (answer) => itemsOf(answer[list.field]));
  return { page, next: tokenIn(body.nextPageToken) };
}

/** Google leaves out what is empty. */
function itemsOf(value: unknown): unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new SourceError('failed', 'the answer is not a list');
  return value;
}

function tokenIn(value: unknown): string | undefined {
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw new SourceError('failed', 'the token of the next page is no text');
  return value;
}

async function ask(
  http: Http,
  asking: Asking,
  request: RawPage['request'],
  items: (body: Body) => unknown[],
): Promise<{ page: Step['page']; body: Body }> {
  const { body, calls, providerTime } = await http.json<Body | null>(asking);
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new SourceError('failed', 'the answer is not an object');
  const { operation } = asking;
  const time = providerTime === undefined ? {} : { providerTime };
  return { page: { operation, request, items: items(body), calls, ...time }, body };
}
