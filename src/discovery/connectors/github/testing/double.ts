import type { Double, DoubleAnswer, DoubleRequest, HttpProvider, Plan } from '../../../testing/double.ts';
import { httpDouble } from '../../../testing/http-double.ts';
import { faultyPage } from '../../../testing/page-faults.ts';
import { answerOf, askedOf, type FakeOrganization, json, nextLink } from './fake.ts';
import { installation, repository } from './objects.ts';

const LISTING = 'GET /orgs/{org}/installations';

const organization: FakeOrganization = {
  login: 'example',
  repositories: [{ object: repository('example', 'one') }, { object: repository('example', 'two') }],
  authorizations: [],
  log: [],
};

const made = new WeakMap<Plan['name'], unknown[]>();

/** Made once for a plan: a page of ten thousand would cost as much as all of them. */
function installationsOf({ items, name }: Plan): unknown[] {
  const known = made.get(name);
  if (known?.length === items) return known;
  const all = Array.from({ length: items }, (_, index) => ({
    ...installation('example', name(index)),
    id: index + 1,
  }));
  made.set(name, all);
  return all;
}

function installationsPage({ url }: DoubleRequest, plan: Plan): DoubleAnswer {
  const { items, next, total } = faultyPage(plan.fault, installationsOf(plan), {
    number: Number(url.searchParams.get('page') ?? 1),
    size: Number(url.searchParams.get('per_page')),
    breakItem: (item) => ({ ...(item as object), permissions: 7 }),
  });
  return json({ total_count: total, installations: items }, 200, nextLink(url, 'page', next));
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
    isListing(request) ? installationsPage(request, plan) : answerOf(organization, request),
  not: {},
};

/** An installation is an identity and what it may do. */
export const double: Double = { ...httpDouble(provider), observationsPerItem: 2 };
