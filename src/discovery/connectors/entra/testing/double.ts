import { createHash } from 'node:crypto';
import type { DoubleAnswer, DoubleRequest, HttpProvider, Plan } from '../../../testing/double.ts';
import { httpDouble } from '../../../testing/http-double.ts';

/** Small tenants of tests still have several pages. */
const PAGE = 100;
const GRAPH = 'graph';

/** A made-up id in the form of a UUID: the same for the same words. */
export function uuidOf(words: string): string {
  const hex = createHash('sha256').update(words).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

const ROLE = uuidOf('role');

export const TENANT = 'contoso.example';

const OPERATIONS: Array<[RegExp, string]> = [
  [
    /^\/v1\.0\/applications\/[0-9a-f-]{36}\/federatedIdentityCredentials$/,
    'GET /v1.0/applications/{id}/federatedIdentityCredentials',
  ],
  [
    /^\/v1\.0\/servicePrincipals\/[0-9a-f-]{36}\/appRoleAssignments$/,
    'GET /v1.0/servicePrincipals/{id}/appRoleAssignments',
  ],
];
const PLAIN = new Set([
  '/v1.0/applications',
  '/v1.0/servicePrincipals',
  '/v1.0/oauth2PermissionGrants',
  '/v1.0/roleManagement/directory/roleAssignments',
  '/v1.0/applications/microsoft.graph.agentIdentityBlueprint',
  '/v1.0/servicePrincipals/microsoft.graph.agentIdentity',
  '/beta/reports/servicePrincipalSignInActivities',
  '/beta/reports/appCredentialSignInActivities',
]);

function operationOf({ method, url }: DoubleRequest): string | undefined {
  if (method !== 'GET') return undefined;
  if (PLAIN.has(url.pathname)) return `GET ${url.pathname}`;
  return OPERATIONS.find(([pattern]) => pattern.test(url.pathname))?.[1];
}

const isApplications = ({ url }: DoubleRequest) =>
  url.pathname === '/v1.0/applications' && url.searchParams.get('$count') === 'true';

const applicationOf = (index: number, { name, fault, items }: Plan): Record<string, unknown> => ({
  id: fault === 'broken-item' && index === items - 1 ? 17 : uuidOf(`application ${index}`),
  appId: uuidOf(`app ${index}`),
  displayName: name(index),
  createdDateTime: '2024-03-01T10:00:00Z',
  signInAudience: 'AzureADMyOrg',
  disabledByMicrosoftStatus: null,
  passwordCredentials: [],
  keyCredentials: [],
});

/** One page of applications; its link says where the next begins. */
function applicationsPage(url: URL, plan: Plan): unknown {
  const from = Number(url.searchParams.get('$skiptoken') ?? 0);
  const size = Number(url.searchParams.get('$top') ?? PAGE);
  const until = Math.min(from + size, plan.items);
  let value = Array.from({ length: until - from }, (_, at) => applicationOf(from + at, plan));
  if (plan.fault === 'repeated-page' && from > 0) value = [];
  if (plan.fault === 'cut-page' && from > 0 && until < plan.items) value = value.slice(0, -3);
  const emptyLast = plan.fault === 'empty-last-page' && from < plan.items;
  const more = until < plan.items || emptyLast;
  const next = plan.fault === 'repeated-page' ? size : until;
  if (plan.fault === 'repeated-page' && from > 0)
    value = Array.from({ length: size }, (_, at) => applicationOf(at, plan));
  const link = new URL(url);
  link.searchParams.set('$skiptoken', String(next));
  const count = plan.fault === 'count-disagrees' ? plan.items + 1 : plan.items;
  return { '@odata.count': count, value, ...(more ? { '@odata.nextLink': link.href } : {}) };
}

const principals = ({ name }: Plan) => [
  {
    id: uuidOf(GRAPH),
    appId: '00000003-0000-0000-c000-000000000000',
    displayName: 'Microsoft Graph',
    servicePrincipalType: 'Application',
    accountEnabled: true,
    appRoles: [{ id: ROLE, value: 'Application.ReadWrite.All' }],
  },
  {
    id: uuidOf('principal 0'),
    appId: uuidOf('app 0'),
    displayName: name(0),
    servicePrincipalType: 'Application',
    accountEnabled: true,
    appRoles: [],
  },
];

const collection = (value: unknown[]) => ({ value });

function otherAnswer({ url }: DoubleRequest, plan: Plan): unknown {
  const { pathname } = url;
  if (pathname.endsWith('/appRoleAssignments'))
    return collection(
      pathname.includes(uuidOf('principal 0'))
        ? [
            {
              id: 'assignment-0',
              appRoleId: ROLE,
              principalId: uuidOf('principal 0'),
              resourceId: uuidOf(GRAPH),
              resourceDisplayName: 'Microsoft Graph',
            },
          ]
        : [],
    );
  if (pathname === '/v1.0/servicePrincipals')
    return url.searchParams.has('$count')
      ? { '@odata.count': principals(plan).length, value: principals(plan) }
      : collection(principals(plan).map((principal) => ({ ...principal, owners: [] })));
  return collection([]);
}

const answer = (request: DoubleRequest, plan: Plan): DoubleAnswer => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(
    isApplications(request) ? applicationsPage(request.url, plan) : otherAnswer(request, plan),
  ),
});

export const provider: HttpProvider = {
  listing: 'applications',
  settings: (base) => ({ tenant: TENANT, graphUrl: base }),
  secrets: { 'access-token': 'a token of the double' },
  operationOf,
  isListing: isApplications,
  isPart: ({ url }) => url.pathname.endsWith(`${uuidOf('principal 0')}/appRoleAssignments`),
  answer,
  not: {},
};

export const double = httpDouble(provider);
