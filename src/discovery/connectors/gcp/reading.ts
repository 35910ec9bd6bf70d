import type { RawPage } from '../../contract.ts';
import { forEachParent, type Remembered, remembering } from '../../paging.ts';
import { SourceError } from '../../source-error.ts';
import type { Api } from './api.ts';

/** The most that each list gives in one page. */
const ACCOUNTS_PAGE = '100';
const POOLS_PAGE = '50';
const API_KEYS_PAGE = '300';
const ACTIVITIES_PAGE = '1000';
/** The version of a policy that shows its conditions. */
const POLICY_VERSION = 3;
const POOL_NAME = /^projects\/[a-z0-9:.-]+\/locations\/global\/workloadIdentityPools\/[a-z0-9-]+$/;

export const textIn = (item: unknown, field: string): string | undefined => {
  const value = (item as Record<string, unknown> | null)?.[field];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** Addresses of a project's service accounts, on which keys and policies hang. */
export const accountsOf = (api: Api, project: string): Remembered<string> =>
  remembering(
    () =>
      api.list({
        operation: 'iam.projects.serviceAccounts.list',
        path: `/v1/projects/${project}/serviceAccounts`,
        field: 'accounts',
        query: { pageSize: ACCOUNTS_PAGE },
      }),
    (item) => textIn(item, 'email'),
  );

type Reads = Record<string, (project: string, emails: Remembered<string>) => AsyncIterable<RawPage>>;

/** How each listing is read. */
export const readsOf = (api: Api): Reads => ({
  'service-accounts': (_, emails) => emails.pages(),
  async *'service-account-keys'(project, emails) {
    const operation = 'iam.projects.serviceAccounts.keys.list';
    yield* forEachParent({
      operation,
      parents: await emails.all(),
      nameOf: (email) => `service account ${email}`,
      read: (email) =>
        api.list({
          operation,
          path: `${accountPath(project, email)}/keys`,
          field: 'keys',
          query: { keyTypes: 'USER_MANAGED' },
        }),
      itemsOf: (_, raw) => raw,
    });
  },
  async *'service-account-policies'(project, emails) {
    const operation = 'iam.projects.serviceAccounts.getIamPolicy';
    yield* forEachParent({
      operation,
      parents: await emails.all(),
      nameOf: (email) => `service account ${email}`,
      read: (email) => api.policy({ operation, path: `${accountPath(project, email)}:getIamPolicy` }),
      itemsOf: (email, raw) => raw.map((policy) => ({ email, policy })),
    });
  },
  'iam-policy': (project) =>
    api.policy({
      operation: 'cloudresourcemanager.projects.getIamPolicy',
      path: `/v3/projects/${project}:getIamPolicy`,
      body: { options: { requestedPolicyVersion: POLICY_VERSION } },
    }),
  'workload-identity': (project) => providers(api, project),
  'api-keys': (project) =>
    api.list({
      operation: 'apikeys.projects.locations.keys.list',
      path: `/v2/projects/${project}/locations/global/keys`,
      field: 'keys',
      query: { pageSize: API_KEYS_PAGE },
    }),
  'last-authentications': (project) => activities(api, project, 'serviceAccountLastAuthentication'),
  'last-key-authentications': (project) => activities(api, project, 'serviceAccountKeyLastAuthentication'),
});

const accountPath = (project: string, email: string): string =>
  `/v1/projects/${project}/serviceAccounts/${encodeURIComponent(email)}`;

/** A name that led elsewhere would have us ask for what is not declared. */
function poolPath(pool: unknown): string {
  const name = textIn(pool, 'name') ?? '';
  if (!POOL_NAME.test(name)) throw new SourceError('failed', 'the name of a pool is not one');
  return name;
}

async function* providers(api: Api, project: string): AsyncGenerator<RawPage> {
  const pools: unknown[] = [];
  const listed = api.list({
    operation: 'iam.projects.locations.workloadIdentityPools.list',
    path: `/v1/projects/${project}/locations/global/workloadIdentityPools`,
    field: 'workloadIdentityPools',
    query: { pageSize: POOLS_PAGE },
  });
  for await (const { items } of listed) pools.push(...items);
  const operation = 'iam.projects.locations.workloadIdentityPools.providers.list';
  yield* forEachParent({
    operation,
    parents: pools,
    nameOf: (pool) => textIn(pool, 'name') ?? 'a pool without a name',
    read: (pool) =>
      api.list({
        operation,
        path: `/v1/${poolPath(pool)}/providers`,
        field: 'workloadIdentityPoolProviders',
        query: { pageSize: POOLS_PAGE },
      }),
    itemsOf: (pool, raw) => raw.map((provider) => ({ pool, provider })),
  });
}

const activities = (api: Api, project: string, type: string): AsyncIterable<RawPage> =>
  api.list({
    operation: 'policyanalyzer.projects.locations.activityTypes.activities.query',
    path: `/v1/projects/${project}/locations/global/activityTypes/${type}/activities:query`,
    field: 'activities',
    query: { pageSize: ACTIVITIES_PAGE },
  });
