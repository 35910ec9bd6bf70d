import type { Opening, RawPage } from '../../contract.ts';
import { type Answer, createHttp } from '../../http.ts';
import { listOf, shortPage } from '../../link-paging.ts';
import { follow, type Step } from '../../paging.ts';
import { SourceError } from '../../source-error.ts';
import { operations } from './operations.ts';

export const PAGE_SIZE = 100;
const HTTP_UNAUTHORIZED = 401;
const TOKENS = 'GET /-/npm/v1/tokens';

export interface Client {
  /** Name of the account that the token is of. @throws SourceError */
  account(): Promise<Answer<string>>;
  /** One answer; with `refusal`, 401 is a refusal of this one thing, in those words. @throws SourceError */
  ask(operation: string, path: Record<string, string>, refusal?: string): Promise<Answer>;
  tokens(): AsyncGenerator<RawPage>;
}

function pathOf(operation: string, parameters: Record<string, string>): string {
  const [, path = ''] = operation.split(' ');
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parameters[name] ?? ''));
}

/** The page that `urls.next` names, by number; undefined at the end. @throws SourceError where it is no address of a page */
function nextPage(body: unknown, base: string): string | undefined {
  const next = (body as { urls?: { next?: unknown } } | null)?.urls?.next ?? undefined;
  if (next === undefined || next === '') return undefined;
  const page = URL.canParse(String(next), base) ? new URL(String(next), base).searchParams.get('page') : null;
  if (page === null) throw new SourceError('failed', 'the next page has no number');
  return page;
}

const countOf = (body: unknown): { providerCount?: number } => {
  const total = (body as { total?: unknown } | null)?.total;
  return typeof total === 'number' ? { providerCount: total } : {};
};

/** @param base of the registry, without a slash at its end */
export function createClient(base: string, token: string, opening: Opening): Client {
  const headers = () => ({ authorization: `Bearer ${token}` });
  const http = createHttp({ base, operations, headers }, opening);

  async function ask(operation: string, path: Record<string, string>, refusal?: string): Promise<Answer> {
    const accept = refusal === undefined ? [] : [HTTP_UNAUTHORIZED];
    const answer = await http.json({ operation, url: `${base}${pathOf(operation, path)}`, accept });
    if (answer.status === HTTP_UNAUTHORIZED) throw new SourceError('denied', refusal ?? 'refused (401)');
    return answer;
  }

  async function tokensPage(page: string): Promise<Step> {
    const url = `${base}/-/npm/v1/tokens?page=${encodeURIComponent(page)}&perPage=${PAGE_SIZE}`;
    const { body, calls, providerTime } = await http.json({ operation: TOKENS, url });
    const items = listOf(body, 'objects');
    const next = nextPage(body, base);
    const clock = providerTime === undefined ? {} : { providerTime };
    const told = { calls, errors: shortPage(items, PAGE_SIZE, next), ...countOf(body), ...clock };
    return { page: { operation: TOKENS, request: { page }, items, ...told }, next };
  }
  async function account(): Promise<Answer<string>> {
    const answer = await ask('GET /-/whoami', {});
    const { username } = (answer.body ?? {}) as { username?: unknown };
    if (typeof username !== 'string') throw new SourceError('failed', 'the answer names no account');
    return { ...answer, body: username };
  }
  return { account, ask, tokens: () => follow(opening.limits, (cursor) => tokensPage(cursor ?? '0')) };
}
