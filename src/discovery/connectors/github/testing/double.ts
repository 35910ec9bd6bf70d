import type { Double, DoubleAnswer, DoubleRequest, HttpProvider, Plan } from '../../../testing/double.ts';
import { httpDouble } from '../../../testing/http-double.ts';
import { answerOf, askedOf, type FakeOrganization, json, paged } from './fake.ts';
import { installation, repository } from './objects.ts';

const LISTING = 'GET /orgs/{org}/installations';

const organizationOf = ({ items, name }: Plan): FakeOrganization => ({
  login: 'example',
  repositories: [{ object: repository('example', 'one') }, { object: repository('example', 'two') }],
  installations: Array.from({ length: items }, (_, index) => ({
    ...installation('example', name(index)),
    id: index + 1,
  })),
  authorizations: [],
  log: [],
});

interface Page {
  total_count: number;
  installations: unknown[];
}

const next = (url: URL, page: number): Record<string, string> => {
  const link = new URL(url);
  link.searchParams.set('page', String(page));
  return { link: `<${link}>; rel="next"` };
};

/** The faults that GitHub would have to make itself, page by page. */
const PAGE_FAULTS: Partial<
  Record<Plan['fault'], (answer: DoubleAnswer, page: Page, number: number, url: URL) => DoubleAnswer>
> = {
  'repeated-page': (answer, page, number, url) =>
    number === 2 ? json({ ...page }, 200, next(url, 2)) : answer,
  'cut-page': (answer, page, number) =>
    number === 1
      ? { ...json({ ...page, installations: page.installations.slice(1) }), headers: answer.headers ?? {} }
      : answer,
  'empty-last-page': (answer, page, number, url) =>
    answer.headers?.link === undefined && page.installations.length > 0
      ? json(page, 200, next(url, number + 1))
      : answer,
  'broken-item': (answer, page, number) =>
    number === 1
      ? {
          ...json({
            ...page,
            installations: page.installations.map((item, index) =>
              index === 0 ? { ...(item as object), permissions: 7 } : item,
            ),
          }),
          headers: answer.headers ?? {},
        }
      : answer,
  'count-disagrees': (answer, page) => ({
    ...json({ ...page, total_count: page.total_count + 1 }),
    headers: answer.headers ?? {},
  }),
};

function installationsPage(request: DoubleRequest, plan: Plan): DoubleAnswer {
  const { installations = [] } = organizationOf(plan);
  const answer = paged(request.url, installations, 'installations');
  const number = Number(request.url.searchParams.get('page') ?? 1);
  const fault = PAGE_FAULTS[plan.fault];
  return fault === undefined ? answer : fault(answer, JSON.parse(answer.body), number, request.url);
}

const isListing = (request: DoubleRequest): boolean => askedOf(request)?.operation === LISTING;

export const provider: HttpProvider = {
  listing: 'app-installations',
  settings: (base) => ({ baseUrl: base, organizations: ['example'] }),
  secrets: { token: 'not-a-token' },
  operationOf: (request) => askedOf(request)?.operation,
  isListing,
  isPart: ({ url }) => url.pathname.startsWith('/repos/example/one/'),
  answer: (request, plan) =>
    isListing(request) ? installationsPage(request, plan) : answerOf(organizationOf(plan), request),
  not: {},
};

/** An installation is an identity and what it may do. */
export const double: Double = { ...httpDouble(provider), observationsPerItem: 2 };
