import type { DoubleAnswer, DoubleRequest, HttpProvider, Plan } from '../../../testing/double.ts';
import { httpDouble } from '../../../testing/http-double.ts';

export const PROJECT = 'alpha-project';
/** Has nothing in it, and is the part that is forbidden. */
export const OTHER = 'beta-project';
const NUMBER = '123456789012';

const OPERATIONS: Array<[string, RegExp, string]> = [
  ['GET', /^\/v3\/projects:search$/, 'cloudresourcemanager.projects.search'],
  ['POST', /^\/v3\/projects\/[a-z-]+:getIamPolicy$/, 'cloudresourcemanager.projects.getIamPolicy'],
  ['GET', /^\/v1\/projects\/[a-z-]+\/serviceAccounts$/, 'iam.projects.serviceAccounts.list'],
  [
    'GET',
    /^\/v1\/projects\/[a-z-]+\/serviceAccounts\/[^/]+\/keys$/,
    'iam.projects.serviceAccounts.keys.list',
  ],
  [
    'POST',
    /^\/v1\/projects\/[a-z-]+\/serviceAccounts\/[^/]+:getIamPolicy$/,
    'iam.projects.serviceAccounts.getIamPolicy',
  ],
  [
    'GET',
    /^\/v1\/projects\/[a-z-]+\/locations\/global\/workloadIdentityPools$/,
    'iam.projects.locations.workloadIdentityPools.list',
  ],
  [
    'GET',
    /^\/v1\/projects\/[0-9]+\/locations\/global\/workloadIdentityPools\/[a-z-]+\/providers$/,
    'iam.projects.locations.workloadIdentityPools.providers.list',
  ],
  ['GET', /^\/v2\/projects\/[a-z-]+\/locations\/global\/keys$/, 'apikeys.projects.locations.keys.list'],
  [
    'GET',
    /^\/v1\/projects\/[a-z-]+\/locations\/global\/activityTypes\/[A-Za-z]+\/activities:query$/,
    'policyanalyzer.projects.locations.activityTypes.activities.query',
  ],
];

const operationOf = ({ method, url }: DoubleRequest): string | undefined =>
  OPERATIONS.find(([verb, path]) => verb === method && path.test(url.pathname))?.[2];

const emailOf = (index: number): string => `sa-${index}@${PROJECT}.iam.gserviceaccount.com`;

const ACCOUNTS = [0, 1, 2].map((index) => ({
  name: `projects/${PROJECT}/serviceAccounts/${emailOf(index)}`,
  projectId: PROJECT,
  uniqueId: String(100_000_000_000 + index),
  email: emailOf(index),
}));

const apiKeyOf = (index: number, { name, fault, items }: Plan): Record<string, unknown> => ({
  name: `projects/${NUMBER}/locations/global/keys/key-${index}`,
  uid: fault === 'broken-item' && index === items - 1 ? { not: 'an id' } : `key-${index}`,
  displayName: name(index),
  createTime: '2025-01-01T00:00:00Z',
});

/** Fewer than are asked for, as Google may give. */
const PAGE = 100;

/** One page of API keys. The token says where the next begins, as the repeated page's does not. */
function apiKeysPage(url: URL, plan: Plan): unknown {
  const from = Number(url.searchParams.get('pageToken') ?? 0);
  const start = plan.fault === 'repeated-page' ? 0 : from;
  const until = Math.min(start + PAGE, plan.items);
  const keys = Array.from({ length: until - start }, (_, at) => apiKeyOf(start + at, plan));
  const isFull = until - start > 0 && until === plan.items;
  const more = until < plan.items || (plan.fault === 'empty-last-page' && isFull);
  return { keys, ...(more ? { nextPageToken: String(from + PAGE) } : {}) };
}

const PROJECT_POLICY = {
  version: 3,
  etag: 'BwX',
  bindings: [
    { role: 'roles/owner', members: ['user:ada@alpha.example', `serviceAccount:${emailOf(0)}`] },
    {
      role: 'roles/storage.objectViewer',
      members: [`serviceAccount:${emailOf(0)}`],
      condition: { title: 'one bucket', expression: 'resource.name == "b"' },
    },
  ],
};

const POOL = `projects/${NUMBER}/locations/global/workloadIdentityPools/builders`;

/** What the project has beside API keys. */
function contentsOf(operation: string, path: string): unknown {
  if (operation === 'cloudresourcemanager.projects.getIamPolicy') return PROJECT_POLICY;
  if (operation === 'iam.projects.serviceAccounts.list') return { accounts: ACCOUNTS };
  if (operation === 'iam.projects.locations.workloadIdentityPools.list')
    return { workloadIdentityPools: [{ name: POOL, state: 'ACTIVE' }] };
  if (operation === 'iam.projects.serviceAccounts.keys.list' && path.includes('/sa-0%40'))
    return {
      keys: [
        {
          name: `projects/${PROJECT}/serviceAccounts/${emailOf(0)}/keys/0a1b`,
          keyType: 'USER_MANAGED',
          validAfterTime: '2025-01-01T00:00:00Z',
          validBeforeTime: '9999-12-31T23:59:59Z',
        },
      ],
    };
  if (operation === 'iam.projects.locations.workloadIdentityPools.providers.list')
    return {
      workloadIdentityPoolProviders: [
        {
          name: `${POOL}/providers/github`,
          state: 'ACTIVE',
          attributeMapping: { 'google.subject': 'assertion.sub' },
          attributeCondition: "assertion.repository_owner == 'alpha'",
          oidc: { issuerUri: 'https://token.actions.githubusercontent.com' },
        },
      ],
    };
  return {};
}

function answer(request: DoubleRequest, plan: Plan): DoubleAnswer {
  const { url } = request;
  const operation = operationOf(request) ?? '';
  const found = { projects: [PROJECT, OTHER].map((projectId) => ({ projectId, state: 'ACTIVE' })) };
  if (operation === 'cloudresourcemanager.projects.search') return { body: JSON.stringify(found) };
  if (url.pathname.includes(OTHER)) return { body: '{}' };
  const body =
    operation === 'apikeys.projects.locations.keys.list'
      ? apiKeysPage(url, plan)
      : contentsOf(operation, url.pathname);
  return { body: JSON.stringify(body) };
}

const isApiKeys = ({ url }: DoubleRequest): boolean =>
  url.pathname === `/v2/projects/${PROJECT}/locations/global/keys`;

export const provider: HttpProvider = {
  // Not the service accounts: each of ten thousand would be asked for its keys and its policy.
  listing: 'api-keys',
  settings: (base) => ({ baseUrl: base }),
  secrets: { 'access-token': 'a token of the double' },
  operationOf,
  isListing: isApiKeys,
  isPart: ({ url }) => url.pathname.includes(OTHER),
  answer,
  not: {
    'cut-page': 'Google may give fewer than a full page at any time, by its own word, and no count',
    'count-disagrees': 'Google gives no count of these lists',
  },
};

export const double = httpDouble(provider);
