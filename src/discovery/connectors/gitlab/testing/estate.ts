import type { FakeGitLab } from './fake.ts';

const MADE = '2024-03-01T10:00:00.000Z';
export const FINGERPRINT = 'SHA256:pYslNESV3Q+oYfOHjywn3aKA3jiwi3ON2T91gof+S7s';

export const accessToken = (id: number, name: string, more: Record<string, unknown> = {}) => ({
  id,
  name,
  user_id: 100 + id,
  revoked: false,
  active: true,
  created_at: MADE,
  description: null,
  scopes: ['api'],
  expires_at: '2025-01-31',
  last_used_at: null,
  ...more,
});

const deployToken = (id: number, name: string) => ({
  id,
  name,
  username: `gitlab+deploy-token-${id}`,
  expires_at: null,
  revoked: false,
  expired: false,
  scopes: ['read_registry', 'write_registry'],
});

const deployKey = (canPush: boolean) => ({
  id: 5,
  title: 'deployer',
  key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIRUlda27r63HMTDTmRpWVgdjxWWn2KC3KSt7MydhITm',
  fingerprint_sha256: FINGERPRINT,
  created_at: MADE,
  expires_at: null,
  last_used_at: '2024-03-20T00:00:00.000Z',
  can_push: canPush,
});

const variable = (key: string) => ({
  id: `gid://gitlab/Ci::Variable/${key.length}`,
  key,
  variableType: 'ENV_VAR',
  environmentScope: '*',
  protected: true,
  masked: true,
});

const runner = (id: number, type: string) => ({
  id,
  description: `runner-${id}`,
  paused: false,
  runner_type: type,
  ip_address: '192.0.2.1',
});

const webhook = (id: number, url: string) => ({
  id,
  url,
  created_at: MADE,
  enable_ssl_verification: true,
});

const group = (id: number, path: string) => ({
  id,
  full_path: path,
  visibility: 'private',
  created_at: MADE,
});

const project = (id: number, path: string) => ({
  id,
  path_with_namespace: path,
  web_url: `https://gitlab.example.net/${path}`,
  visibility: 'private',
  archived: false,
  created_at: MADE,
  runners_token: 'unguessable-registration',
  creator_id: 3,
});

const none = { access_tokens: [], deploy_tokens: [], runners: [], hooks: [] };

const below = (where: string, lists: Record<string, Array<Record<string, unknown>>>) =>
  Object.fromEntries(Object.entries({ ...none, ...lists }).map(([name, list]) => [`${where}/${name}`, list]));

/** A group with a group and two projects below it, and one of everything. */
export const estate = (): FakeGitLab => ({
  single: { '/groups/example': group(1, 'example'), '/user': { id: 1, is_admin: true } },
  lists: {
    '/groups/example/descendant_groups': [group(2, 'example/team')],
    '/groups/example/projects': [project(7, 'example/team/shop'), project(8, 'example/site')],
    '/groups/example/service_accounts': [{ id: 60, name: 'Releases', username: 'service-releases' }],
    '/groups/example/service_accounts/60/personal_access_tokens': [
      accessToken(30, 'release', { user_id: 60, last_used_at: '2024-03-21T00:00:00Z' }),
    ],
    '/personal_access_tokens': [accessToken(40, 'laptop', { scopes: ['api', 'sudo'], expires_at: null })],
    ...below('/groups/1', {
      access_tokens: [accessToken(10, 'group-ci', { access_level: 50 })],
      deploy_tokens: [deployToken(1, 'pull')],
      runners: [runner(1, 'group_type')],
      hooks: [webhook(1, 'https://ci.example.net/gitlab')],
    }),
    ...below('/groups/2', {}),
    ...below('/projects/7', {
      access_tokens: [accessToken(20, 'shop-ci', { access_level: 30, revoked: true, active: false })],
      deploy_tokens: [deployToken(2, 'push')],
      deploy_keys: [deployKey(true)],
      runners: [runner(2, 'project_type')],
      hooks: [webhook(2, 'https://chat.example.net/hooks/unguessable')],
    }),
    ...below('/projects/8', { deploy_keys: [deployKey(false)] }),
  },
  variables: {
    'group example': [variable('REGISTRY_PASSWORD')],
    'group example/team': [],
    'project example/team/shop': [variable('A'), variable('DEPLOY_TOKEN'), variable('THIRD')],
    'project example/site': [],
  },
});
