import type { Octokit } from '@octokit/rest';
import type { Opening, RawPage } from '../../contract.ts';
import { type Answer, createHttp } from '../../http.ts';
import { listOf, nextQuery, shortPage } from '../../link-paging.ts';
import { follow } from '../../paging.ts';
import { SourceError } from '../../source-error.ts';
import type { Access } from './access.ts';
import { operations } from './operations.ts';
import { waitOf } from './throttling.ts';

export const PAGE_SIZE = 100;
const HTTP_NOT_FOUND = 404;
/** What of a next link is followed. */
const CURSORS = ['page', 'after', 'before'];

export type Parameters = Record<string, string | number>;

/** What is read as a list: an operation, and the member of its answer that holds the list where that is not the answer itself. */
export interface Paged {
  route: string;
  list?: string;
  /** What 404 means here, where it says that this is kept from us. */
  notFound?: string;
}

export interface Client {
  /** One answer; `notFound` makes 404 a refusal with those words. @throws SourceError */
  ask(route: string, parameters: Parameters, notFound?: string): Promise<Answer>;
  /** Like `ask`; undefined where there is no such thing. */
  find(route: string, parameters: Parameters): Promise<Answer | undefined>;
  pages(paged: Paged, parameters: Parameters): AsyncGenerator<RawPage>;
}

function countOf(body: unknown): { providerCount?: number } {
  const count = (body as { total_count?: unknown } | null)?.total_count;
  return typeof count === 'number' ? { providerCount: count } : {};
}

const cursorOf = (query: string | undefined): Parameters =>
  Object.fromEntries([...new URLSearchParams(query)].filter(([name]) => CURSORS.includes(name)));

/**
 * Octokit knows how GitHub's requests are written; they are sent by the house's own `createHttp`, so that limits, retries and the
 * list of declared operations hold: Octokit's own sending is not used.
 */
export function createClient(octokit: Octokit, access: Access, baseUrl: string, opening: Opening): Client {
  const http = createHttp({ base: baseUrl, operations, headers: access, wait: waitOf }, opening);
  const send = (route: string, parameters: Parameters, accept: number[]) => {
    const { url, headers } = octokit.request.endpoint(route, parameters);
    return http.json({ operation: route, url, accept, headers: { accept: String(headers.accept) } });
  };

  async function ask(route: string, parameters: Parameters, notFound?: string): Promise<Answer> {
    const answer = await send(route, parameters, notFound === undefined ? [] : [HTTP_NOT_FOUND]);
    if (answer.status === HTTP_NOT_FOUND) throw new SourceError('denied', notFound ?? 'not found (404)');
    return answer;
  }

  async function find(route: string, parameters: Parameters): Promise<Answer | undefined> {
    const answer = await send(route, parameters, [HTTP_NOT_FOUND]);
    return answer.status === HTTP_NOT_FOUND ? undefined : answer;
  }

  const pages = ({ route, list, notFound }: Paged, parameters: Parameters) =>
    follow(opening.limits, async (cursor) => {
      const at = cursorOf(cursor);
      const answer = await ask(route, { ...parameters, per_page: PAGE_SIZE, ...at }, notFound);
      const { body, headers, calls, providerTime } = answer;
      const items = listOf(body, list);
      const next = nextQuery(headers, baseUrl);
      const page = {
        operation: route,
        request: { ...parameters, ...at },
        items,
        calls,
        errors: shortPage(items, PAGE_SIZE, next),
        ...countOf(body),
        ...(providerTime === undefined ? {} : { providerTime }),
      };
      return { page, next };
    });
  return { ask, find, pages };
}
