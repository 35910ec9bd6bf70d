import type { Opening, RawPage } from '../../contract.ts';
import { type Answer, createHttp } from '../../http.ts';
import { listOf, nextQuery, shortPage } from '../../link-paging.ts';
import { follow } from '../../paging.ts';
import { SourceError } from '../../source-error.ts';
import { GRAPHQL, operations } from './operations.ts';

export const PAGE_SIZE = 100;
const HTTP_NOT_FOUND = 404;
/** What of a next link is followed. */
const CURSORS = ['page', 'cursor', 'id_after'];
const NOT_FOR_US = 'no permission, or not there (404)';

export type Parameters = Record<string, string | number>;

export interface Client {
  /** One answer. @throws SourceError */
  ask(operation: string, path: Parameters, query?: Parameters): Promise<Answer>;
  pages(operation: string, path: Parameters, query?: Parameters): AsyncGenerator<RawPage>;
  /** The same for something that was listed: 404 is a refusal then, which GitLab gives for what it does not want to show. */
  pagesOf(operation: string, path: Parameters, query?: Parameters): AsyncGenerator<RawPage>;
  /** The data of an answer. @throws SourceError */
  graphql(query: string, variables: Record<string, string | null>): Promise<Answer>;
}

/** `/groups/:id/hooks` with its parameters put in. */
function pathOf(operation: string, parameters: Parameters): string {
  const [, path = ''] = operation.split(' ');
  return path.replace(/:([a-z_]+)/g, (_, name: string) => encodeURIComponent(String(parameters[name])));
}

const searchOf = (query: Parameters): string =>
  new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)])).toString();

const cursorOf = (query: string | undefined): Parameters =>
  Object.fromEntries([...new URLSearchParams(query)].filter(([name]) => CURSORS.includes(name)));

/** GitLab leaves its count out where there are more than 10,000. */
function countOf(headers: Headers): { providerCount?: number } {
  const total = headers.get('x-total') ?? '';
  return /^\d{1,9}$/.test(total) ? { providerCount: Number(total) } : {};
}

/** @param baseUrl of the site, without a slash at its end */
export function createClient(baseUrl: string, token: string, opening: Opening): Client {
  const headers = () => ({ 'private-token': token });
  const http = createHttp({ base: baseUrl, operations, headers }, opening);

  async function send(
    operation: string,
    path: Parameters,
    query: Parameters,
    accept: number[],
  ): Promise<Answer> {
    const url = `${baseUrl}/api/v4${pathOf(operation, path)}?${searchOf(query)}`;
    const answer = await http.json({ operation, url, accept });
    if (answer.status === HTTP_NOT_FOUND) throw new SourceError('denied', NOT_FOR_US);
    return answer;
  }

  const list = (operation: string, path: Parameters, query: Parameters, accept: number[]) =>
    follow(opening.limits, async (cursor) => {
      const at = cursorOf(cursor);
      const answer = await send(operation, path, { ...query, per_page: PAGE_SIZE, ...at }, accept);
      const items = listOf(answer.body);
      const next = nextQuery(answer.headers, baseUrl);
      const { calls, providerTime } = answer;
      const page = {
        operation,
        request: { ...path, ...query, ...at },
        items,
        calls,
        errors: shortPage(items, PAGE_SIZE, next),
        ...countOf(answer.headers),
        ...(providerTime === undefined ? {} : { providerTime }),
      };
      return { page, next };
    });

  async function graphql(query: string, variables: Record<string, string | null>): Promise<Answer> {
    const answer = await http.json<{ data?: unknown; errors?: unknown } | null>({
      operation: GRAPHQL,
      method: 'POST',
      url: `${baseUrl}/api/graphql`,
      headers: { 'content-type': 'application/json' },
      body: { query, variables },
    });
    const { data, errors } = answer.body ?? {};
    if (errors !== undefined || data === undefined)
      throw new SourceError('failed', 'the query was not answered');
    return { ...answer, body: data };
  }
  return {
    ask: (operation, path, query = {}) => send(operation, path, query, []),
    pages: (operation, path, query = {}) => list(operation, path, query, []),
    pagesOf: (operation, path, query = {}) => list(operation, path, query, [HTTP_NOT_FOUND]),
    graphql,
  };
}
