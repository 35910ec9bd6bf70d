import type { Opening, RawPage } from '../../contract.ts';
import { createHttp, type Http } from '../../http.ts';
import { follow, type Step } from '../../paging.ts';
import { SourceError } from '../../source-error.ts';
import { operations } from './operations.ts';
import type { SlackSettings } from './settings.ts';

/** What Slack answers, with status 200, where it does not let us. */
const REFUSALS = new Set([
  'access_denied',
  'account_inactive',
  'feature_not_enabled',
  'invalid_auth',
  'missing_scope',
  'no_permission',
  'not_allowed_token_type',
  'not_an_admin',
  'not_authed',
  'not_an_enterprise',
  'org_login_required',
  'paid_only',
  'team_access_not_granted',
  'token_expired',
  'token_revoked',
]);

export interface Method {
  /** Name of the operation. */
  method: string;
  secret: 'token' | 'admin-token';
  /** The field of the answer that holds the items. */
  field: string;
  query: Record<string, string>;
  /** Where the next page is: undefined at the end. */
  next(body: Body): string | undefined;
  /** The argument that asks for it. */
  cursor: 'cursor' | 'page';
}

export type Body = Record<string, unknown>;

/** Slack's Web API, page by page. */
export interface Api {
  pages(method: Method): AsyncIterable<RawPage>;
}

/** Slack says what went wrong in the body of an answer that is a success by its status. */
function checkOk(body: unknown): asserts body is Body {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new SourceError('failed', 'the answer is not an object');
  const { ok, error } = body as Body;
  if (ok === true) return;
  if (error === 'ratelimited') throw new SourceError('limited', 'too many requests (ratelimited)');
  if (typeof error === 'string' && REFUSALS.has(error))
    throw new SourceError('denied', `no permission (${error})`);
  throw new SourceError('failed', 'the answer is not ok');
}

/** The cursor of the next page; empty is Slack's end mark. */
export function nextCursor(body: Body): string | undefined {
  const { next_cursor: cursor } = (body.response_metadata ?? {}) as Body;
  if (cursor === undefined || cursor === '') return undefined;
  if (typeof cursor !== 'string') throw new SourceError('failed', 'the cursor of the next page is no text');
  return cursor;
}

const pagingOf = (body: Body): Body => (body.paging ?? {}) as Body;

/** The logs are paged by number and told how many there are. */
export function nextNumber(body: Body): string | undefined {
  const { page, pages } = pagingOf(body);
  if (typeof page !== 'number' || typeof pages !== 'number')
    throw new SourceError('failed', 'the answer does not say which page it is');
  return page < pages ? String(page + 1) : undefined;
}

export function createApi(settings: SlackSettings, opening: Opening): Api {
  const http = createHttp({ base: settings.baseUrl, operations, headers: () => ({}) }, opening);
  const base = settings.baseUrl.endsWith('/') ? settings.baseUrl : `${settings.baseUrl}/`;
  return {
    pages: (method) =>
      follow(opening.limits, async (cursor) =>
        read(http, method, new URL(method.method, base), cursor, await opening.secret(method.secret)),
      ),
  };
}

async function read(
  http: Http,
  { method, field, query, next, cursor: argument }: Method,
  url: URL,
  cursor: string | undefined,
  token: string,
): Promise<Step> {
  const request = cursor === undefined ? query : { ...query, [argument]: cursor };
  for (const [name, value] of Object.entries(request)) url.searchParams.set(name, value);
  const headers = { authorization: `Bearer ${token}` };
  const { body, calls, providerTime } = await http.json({ operation: method, url: url.href, headers });
  checkOk(body);
  const items = body[field];
  if (!Array.isArray(items)) throw new SourceError('failed', 'the answer is not a list');
  const { total } = pagingOf(body);
  const time = providerTime === undefined ? {} : { providerTime };
  const count = typeof total === 'number' ? { providerCount: total } : {};
  return { page: { operation: method, request, items, calls, ...time, ...count }, next: next(body) };
}
