import type { DoubleAnswer, DoubleRequest } from '../../../testing/double.ts';
import { GRAPHQL, operations } from '../operations.ts';

type Objects = Array<Record<string, unknown>>;

/** What the fake holds: lists by the path below `/api/v4` that gives them, variables by kind and path. */
export interface FakeGitLab {
  lists: Record<string, Objects>;
  single: Record<string, Record<string, unknown>>;
  variables: Record<string, Objects>;
}

const PATTERNS = operations.map(({ name }) => {
  const [method = '', path = ''] = name.split(' ');
  const below = name === GRAPHQL ? path : `/api/v4${path}`;
  return { name, method, pattern: new RegExp(`^${below.replace(/:[a-z_]+/g, '[^/]+')}$`) };
});

export const operationOf = ({ method, url }: Pick<DoubleRequest, 'method' | 'url'>): string | undefined =>
  PATTERNS.find((each) => each.method === method && each.pattern.test(url.pathname))?.name;

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): DoubleAnswer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

export const notFound = (): DoubleAnswer => json({ message: '404 Not Found' }, 404);

/** GitLab's headers of a page; its count is left out beyond 10,000. */
export function pageHeaders(url: URL, total: number, next: number | undefined): Record<string, string> {
  const count = total > 10_000 ? {} : { 'x-total': String(total) };
  if (next === undefined) return count;
  const target = new URL(url);
  target.searchParams.set('page', String(next));
  return { ...count, link: `<${target}>; rel="next", <${url.origin}>; rel="first"` };
}

function paged(url: URL, all: Objects): DoubleAnswer {
  const size = Number(url.searchParams.get('per_page') ?? 20);
  const number = Number(url.searchParams.get('page') ?? 1);
  const next = number * size < all.length ? number + 1 : undefined;
  return json(all.slice((number - 1) * size, number * size), 200, pageHeaders(url, all.length, next));
}

/** Cursors are offsets here; pages are small, so that there are several. */
const VARIABLES_PER_PAGE = 2;

function graphql({ body }: DoubleRequest, { variables }: FakeGitLab): DoubleAnswer {
  const { query, variables: given } = JSON.parse(body) as {
    query: string;
    variables: { path: string; after: string | null };
  };
  if (/\bvalue\b|mutation/.test(query)) return json({ errors: [{ message: 'asked for a value' }] });
  const kind = query.includes('group(fullPath') ? 'group' : 'project';
  const all = variables[`${kind} ${given.path}`];
  if (all === undefined) return json({ data: { [kind]: { ciVariables: null } } });
  const from = Number(given.after ?? 0);
  const to = from + VARIABLES_PER_PAGE;
  const pageInfo = { hasNextPage: to < all.length, endCursor: String(to) };
  return json({ data: { [kind]: { ciVariables: { nodes: all.slice(from, to), pageInfo } } } });
}

export function answerOf(gitlab: FakeGitLab, request: DoubleRequest): DoubleAnswer {
  const path = decodeURIComponent(request.url.pathname).replace(/^\/api\/v4/, '');
  if (operationOf(request) === GRAPHQL) return graphql(request, gitlab);
  const single = gitlab.single[path];
  if (single !== undefined) return json(single);
  const list = gitlab.lists[path];
  return list === undefined ? notFound() : paged(request.url, list);
}
