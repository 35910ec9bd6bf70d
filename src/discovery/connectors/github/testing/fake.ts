import type { DoubleAnswer, DoubleRequest } from '../../../testing/double.ts';
import { operations } from '../operations.ts';
import { file, organization } from './objects.ts';

type Objects = Array<Record<string, unknown>>;

/** What one organisation holds, listing by listing; what is not named is empty. */
export interface FakeRepository {
  object: { name: string; private: boolean; full_name: string };
  keys?: Objects;
  secrets?: Objects;
  dependabot?: Objects;
  environments?: Objects;
  /** By environment. */
  environmentSecrets?: Record<string, Objects>;
  subject?: Record<string, unknown>;
  runners?: Objects;
  hooks?: Objects;
  /** By path. */
  files?: Record<string, string>;
}

export interface FakeOrganization {
  login: string;
  repositories: FakeRepository[];
  installations?: Objects;
  tokens?: Objects;
  /** Absent where the organisation is not on Enterprise Cloud. */
  authorizations?: Objects;
  log?: Objects;
  secrets?: Objects;
  dependabot?: Objects;
  runners?: Objects;
  hooks?: Objects;
}

/** Operation and path parameters of a request. */
export interface Asked {
  operation: string;
  parameters: Record<string, string>;
}

const PATTERNS = operations.map(({ name }) => {
  const [method = '', path = ''] = name.split(' ');
  const pattern = path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  return { name, method, pattern: new RegExp(`^(?:/api/v3)?${pattern}$`) };
});

export function askedOf({ method, url }: Pick<DoubleRequest, 'method' | 'url'>): Asked | undefined {
  for (const { name, method: wanted, pattern } of PATTERNS) {
    const match = method === wanted ? pattern.exec(url.pathname) : null;
    if (match === null) continue;
    const parts = Object.entries(match.groups ?? {}).map(([key, part]) => [key, decodeURIComponent(part)]);
    return { operation: name, parameters: Object.fromEntries(parts) };
  }
  return undefined;
}

const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8' };
const PAGE_SIZE_DEFAULT = 30;

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): DoubleAnswer => ({
  status,
  headers: { ...JSON_HEADERS, ...headers },
  body: JSON.stringify(body),
});

export const notFound = (): DoubleAnswer =>
  json({ message: 'Not Found', documentation_url: 'https://docs.github.com/rest', status: '404' }, 404);

export function nextLink(url: URL, name: string, next: number | undefined): Record<string, string> {
  if (next === undefined) return {};
  const target = new URL(url);
  target.searchParams.set(name, String(next));
  return { link: `<${target}>; rel="next"` };
}

/** The page that is asked for, with GitHub's `Link`; the audit log goes by cursor, all else by number. */
export function paged(url: URL, all: Objects, list?: string, isCursor = false): DoubleAnswer {
  const size = Number(url.searchParams.get('per_page') ?? PAGE_SIZE_DEFAULT);
  const name = isCursor ? 'after' : 'page';
  const first = isCursor ? 0 : 1;
  const number = Number(url.searchParams.get(name) ?? first);
  const from = (number - first) * size;
  const items = all.slice(from, from + size);
  const next = from + size < all.length ? number + 1 : undefined;
  const body = list === undefined ? items : { total_count: all.length, [list]: items };
  return json(body, 200, nextLink(url, name, next));
}

const DEFAULT_SUBJECT = { use_default: true };
const DEFAULT_TEMPLATE = { include_claim_keys: ['repo', 'context'] };

type Answering = (org: FakeOrganization, url: URL, parameters: Record<string, string>) => DoubleAnswer;

const list =
  (pick: (org: FakeOrganization) => Objects | undefined, member?: string): Answering =>
  (org, url) =>
    paged(url, pick(org) ?? [], member);

const enterprise =
  (pick: (org: FakeOrganization) => Objects | undefined): Answering =>
  (org, url) => {
    const all = pick(org);
    return all === undefined ? notFound() : paged(url, all);
  };

const inRepository =
  (
    answer: (repository: FakeRepository, url: URL, parameters: Record<string, string>) => DoubleAnswer,
  ): Answering =>
  (org, url, parameters) => {
    const found = org.repositories.find(({ object }) => object.name === parameters.repo);
    return found === undefined ? notFound() : answer(found, url, parameters);
  };

const below = (pick: (repository: FakeRepository) => Objects | undefined, member?: string): Answering =>
  inRepository((repository, url) => paged(url, pick(repository) ?? [], member));

/** Of the phrases GitHub knows, the two that we use. */
function logAnswer({ log }: FakeOrganization, url: URL): DoubleAnswer {
  if (log === undefined) return notFound();
  const [, action, since = ''] =
    /^action:(\S+) created:>=(\S+)$/.exec(url.searchParams.get('phrase') ?? '') ?? [];
  const from = Date.parse(since);
  const found = log.filter((event) => event.action === action && Number(event.created_at) >= from);
  return paged(url, found, undefined, true);
}

const ANSWERS: Record<string, Answering> = {
  'GET /orgs/{org}': ({ login, repositories }) => {
    const hidden = repositories.filter(({ object }) => object.private).length;
    return json(organization(login, repositories.length - hidden, hidden));
  },
  'GET /orgs/{org}/repos': list(({ repositories }) => repositories.map(({ object }) => object)),
  'GET /orgs/{org}/installations': list(({ installations }) => installations, 'installations'),
  'GET /orgs/{org}/personal-access-tokens': list(({ tokens }) => tokens),
  'GET /orgs/{org}/credential-authorizations': enterprise(({ authorizations }) => authorizations),
  'GET /orgs/{org}/actions/secrets': list(({ secrets }) => secrets, 'secrets'),
  'GET /orgs/{org}/dependabot/secrets': list(({ dependabot }) => dependabot, 'secrets'),
  'GET /orgs/{org}/actions/oidc/customization/sub': () => json(DEFAULT_TEMPLATE),
  'GET /orgs/{org}/actions/runners': list(({ runners }) => runners, 'runners'),
  'GET /orgs/{org}/hooks': list(({ hooks }) => hooks),
  'GET /orgs/{org}/audit-log': logAnswer,
  'GET /repos/{owner}/{repo}/keys': below(({ keys }) => keys),
  'GET /repos/{owner}/{repo}/actions/secrets': below(({ secrets }) => secrets, 'secrets'),
  'GET /repos/{owner}/{repo}/dependabot/secrets': below(({ dependabot }) => dependabot, 'secrets'),
  'GET /repos/{owner}/{repo}/environments': below(({ environments }) => environments, 'environments'),
  'GET /repos/{owner}/{repo}/environments/{environment_name}/secrets': inRepository(
    ({ environmentSecrets = {} }, url, { environment_name = '' }) =>
      paged(url, environmentSecrets[environment_name] ?? [], 'secrets'),
  ),
  'GET /repos/{owner}/{repo}/actions/oidc/customization/sub': inRepository(({ subject = DEFAULT_SUBJECT }) =>
    json(subject),
  ),
  'GET /repos/{owner}/{repo}/actions/runners': below(({ runners }) => runners, 'runners'),
  'GET /repos/{owner}/{repo}/hooks': below(({ hooks }) => hooks),
  'GET /repos/{owner}/{repo}/contents/{path}': inRepository(({ files = {} }, _url, { path = '' }) => {
    const text = files[path];
    return text === undefined ? notFound() : json(file(path, text));
  }),
};

/** One organisation, answering as GitHub does. Signing in as an App is `testing/app.ts`. */
export function answerOf(org: FakeOrganization, request: DoubleRequest): DoubleAnswer {
  const asked = askedOf(request);
  const named = asked?.parameters.org ?? asked?.parameters.owner;
  const answering = ANSWERS[asked?.operation ?? ''];
  if (asked === undefined || answering === undefined || named !== org.login) return notFound();
  return answering(org, request.url, asked.parameters);
}
