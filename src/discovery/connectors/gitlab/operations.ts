import type { Operation } from '../../contract.ts';

export const GRAPHQL = 'POST /api/graphql';

/** Every call that is made, named as GitLab's documentation names its path below `/api/v4`. */
export const operations: Operation[] = [
  { name: 'GET /groups/:id', privilege: 'read_api; any member' },
  { name: 'GET /groups/:id/descendant_groups', privilege: 'read_api; any member' },
  { name: 'GET /groups/:id/projects', privilege: 'read_api; any member' },
  { name: 'GET /groups/:id/access_tokens', privilege: 'read_api; Owner of the group' },
  { name: 'GET /projects/:id/access_tokens', privilege: 'read_api; Maintainer of the project' },
  { name: 'GET /groups/:id/deploy_tokens', privilege: 'read_api; Maintainer of the group' },
  { name: 'GET /projects/:id/deploy_tokens', privilege: 'read_api; Maintainer of the project' },
  { name: 'GET /projects/:id/deploy_keys', privilege: 'read_api; Maintainer of the project' },
  { name: 'GET /groups/:id/service_accounts', privilege: 'read_api; Owner of the group; Premium' },
  {
    name: 'GET /groups/:id/service_accounts/:user_id/personal_access_tokens',
    privilege: 'read_api; Owner of the group; Premium, GitLab 17.11',
  },
  { name: 'GET /groups/:id/runners', privilege: 'read_api; Maintainer of the group' },
  { name: 'GET /projects/:id/runners', privilege: 'read_api; Maintainer of the project' },
  { name: 'GET /groups/:id/hooks', privilege: 'read_api; Owner of the group; Premium' },
  { name: 'GET /projects/:id/hooks', privilege: 'read_api; Maintainer of the project' },
  {
    name: GRAPHQL,
    privilege: 'read_api; Maintainer of the project or group',
    note: 'A query of two fixed kinds, which names the fields it wants: names and protection of variables, never their values. A token of scope read_api cannot make GraphQL change anything.',
  },
  { name: 'GET /user', privilege: 'read_api; with the setting `instance`' },
  {
    name: 'GET /personal_access_tokens',
    privilege: 'read_api; administrator; with the setting `instance`',
  },
];
