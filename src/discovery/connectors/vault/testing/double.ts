import type { Double, DoubleRequest, Plan } from '../../../testing/double.ts';
import { httpDouble } from '../../../testing/http-double.ts';
import { ASK } from '../operations.ts';

const LISTED = '/v1/auth/token/roles';
const PART = '/v1/identity/entity/id';
const LISTS: Record<string, string> = {
  '/v1/sys/policies/acl': ASK.policies,
  '/v1/auth/approle/role': ASK.roles,
  '/v1/auth/token/accessors': ASK.tokens,
  [LISTED]: ASK.tokenRoles,
  [PART]: ASK.entities,
};
const READS: Record<string, string> = { '/v1/sys/auth': ASK.authMethods, '/v1/sys/mounts': ASK.mounts };
const ONE_ANSWER = 'a list comes in one answer';

function operationOf({ method, url: { pathname, searchParams } }: DoubleRequest): string | undefined {
  if (method !== 'GET') return undefined;
  if (searchParams.get('list') === 'true') return LISTS[pathname];
  return pathname.startsWith(`${LISTED}/`) ? ASK.tokenRole : READS[pathname];
}

/** The server lets roles be named by words alone; what somebody else may name is the policies of a role. */
const roleNames = ({ items, fault }: Plan): string[] =>
  Array.from({ length: items }, (_, index) => `role-${fault === 'repeated-page' ? index % 2 : index}`);

const roleOf = (name: string, plan: Plan) => ({
  orphan: plan.fault === 'broken-item' && name === 'role-1' ? 'perhaps' : true,
  allowed_policies: [plan.name(Number(name.slice('role-'.length)))],
});

function dataOf({ url: { pathname } }: DoubleRequest, plan: Plan): unknown {
  if (pathname === '/v1/sys/auth') return { 'approle/': { type: 'approle', accessor: 'auth_approle_1' } };
  if (pathname === '/v1/sys/mounts') return { 'kv/': { type: 'kv' } };
  if (pathname === LISTED) return { keys: roleNames(plan) };
  return pathname.startsWith(`${LISTED}/`) ? roleOf(pathname.slice(LISTED.length + 1), plan) : undefined;
}

/** A list that holds nothing is 404 and names no error. */
const NOTHING = { status: 404, body: JSON.stringify({ errors: [] }) };

export const double: Double = {
  ...httpDouble({
    listing: 'token-roles',
    // Without leases: it has no engine that makes any.
    settings: (base) => ({ address: base, name: 'doubled', listTokens: true, listLeases: true }),
    secrets: { token: 'not-a-real-token' },
    operationOf,
    isListing: ({ url }) => url.pathname === LISTED,
    isPart: ({ url }) => url.pathname === PART,
    answer(request, plan) {
      const data = dataOf(request, plan);
      return data === undefined ? NOTHING : { body: JSON.stringify({ data }) };
    },
    refusal: (status) => ({ body: JSON.stringify({ errors: [`status ${status}`] }) }),
    not: {
      'cut-page': ONE_ANSWER,
      'empty-last-page': ONE_ANSWER,
      'count-disagrees': 'it gives no count',
    },
  }),
  // The role, and what its policy lets it do.
  observationsPerItem: 2,
};
