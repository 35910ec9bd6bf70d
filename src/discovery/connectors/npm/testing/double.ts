import type { Double, DoubleAnswer, DoubleRequest, HttpProvider, Plan } from '../../../testing/double.ts';
import { httpDouble } from '../../../testing/http-double.ts';
import { faultyPage } from '../../../testing/page-faults.ts';
import { operations } from '../operations.ts';

export const token = (index: number, name: string, more: Record<string, unknown> = {}) => ({
  key: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
  name,
  token: 'npm_aBcD...7890',
  readonly: false,
  cidr: null,
  created: '2024-03-01T10:00:00.000Z',
  updated: '2024-03-01T10:00:00.000Z',
  accessed: null,
  expiry: '2024-06-01T10:00:00.000Z',
  revoked: null,
  ...more,
});

export const json = (body: unknown, status = 200): DoubleAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

const PATTERNS = operations.map(({ name }) => {
  const [method = '', path = ''] = name.split(' ');
  return { name, method, pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`) };
});

const operationOf = ({ method, url }: DoubleRequest): string | undefined =>
  PATTERNS.find((each) => each.method === method && each.pattern.test(url.pathname))?.name;

const isListing = (request: DoubleRequest): boolean => operationOf(request) === 'GET /-/npm/v1/tokens';

/** Pages are counted from 0 here, and `urls` names the neighbours. */
export function tokensPage({ url }: DoubleRequest, all: unknown[], fault: Plan['fault']): DoubleAnswer {
  const number = Number(url.searchParams.get('page') ?? 0) + 1;
  const size = Number(url.searchParams.get('perPage') ?? 10);
  const breakItem = (item: unknown) => ({ ...(item as object), readonly: 'yes' });
  const { items, next, total } = faultyPage(fault, all, { number, size, breakItem });
  const urls = next === undefined ? {} : { next: `/-/npm/v1/tokens?page=${next - 1}&perPage=${size}` };
  return json({ objects: items, total, urls });
}

/** Two packages; trusted publishers are told without a one-time password, as registries of one's own do. */
const ANSWERS: Record<string, unknown> = {
  '/-/whoami': { username: 'alice' },
  '/-/org/example/user': { alice: 'owner', 'example-bot': 'developer' },
  '/-/org/example/package': { '@example/one': 'read-write', two: 'read-only' },
  '/-/package/@example/one/collaborators': { alice: 'read-write', 'example-bot': 'read-write' },
  '/-/package/two/collaborators': { alice: 'read-only' },
  '/-/package/@example/one/trust': [
    {
      id: '12345678-1234-4234-8234-123456789abc',
      type: 'github',
      claims: {
        repository: 'example/one',
        workflow_ref: { file: 'publish.yml' },
        environment: 'production',
      },
      permissions: ['createPackage'],
    },
  ],
  '/-/package/two/trust': [],
};

export function answerOf(request: DoubleRequest): DoubleAnswer {
  const answer = ANSWERS[decodeURIComponent(request.url.pathname)];
  return answer === undefined ? json({ error: 'Not found' }, 404) : json(answer);
}

export const provider: HttpProvider = {
  listing: 'tokens',
  settings: (base) => ({ registry: base, organizations: ['example'] }),
  secrets: { token: 'not-a-token' },
  operationOf,
  isListing,
  isPart: ({ url }) => url.pathname.startsWith('/-/package/two/'),
  answer: (request, { items, name, fault }) =>
    isListing(request)
      ? tokensPage(
          request,
          Array.from({ length: items }, (_, index) => token(index, name(index))),
          fault,
        )
      : answerOf(request),
  not: {},
};

/** A token is a credential and what it may do. */
export const double: Double = { ...httpDouble(provider), observationsPerItem: 2 };
