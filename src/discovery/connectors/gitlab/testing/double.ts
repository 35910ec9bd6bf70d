import type { Double, DoubleAnswer, DoubleRequest, HttpProvider, Plan } from '../../../testing/double.ts';
import { httpDouble } from '../../../testing/http-double.ts';
import { faultyPage } from '../../../testing/page-faults.ts';
import { accessToken, estate } from './estate.ts';
import { answerOf, json, operationOf, pageHeaders } from './fake.ts';

const LISTING = 'GET /personal_access_tokens';

function tokensPage({ url }: DoubleRequest, { items: count, name, fault }: Plan): DoubleAnswer {
  const all = Array.from({ length: count }, (_, index) => accessToken(1_000 + index, name(index)));
  const { items, next, total } = faultyPage(fault, all, {
    number: Number(url.searchParams.get('page') ?? 1),
    size: Number(url.searchParams.get('per_page')),
    breakItem: (item) => ({ ...(item as object), user_id: 'none' }),
  });
  return json(items, 200, pageHeaders(url, total, next));
}

const isListing = (request: DoubleRequest): boolean => operationOf(request) === LISTING;

export const provider: HttpProvider = {
  listing: 'personal-tokens',
  settings: (base) => ({ baseUrl: base, groups: ['example'], instance: true }),
  secrets: { token: 'not-a-token' },
  operationOf,
  isListing,
  isPart: ({ url }) => url.pathname.startsWith('/api/v4/projects/7/'),
  answer: (request, plan) => (isListing(request) ? tokensPage(request, plan) : answerOf(estate(), request)),
  not: {},
};

/** A token is an account, a credential and what it may do. */
export const double: Double = { ...httpDouble(provider), observationsPerItem: 3 };
