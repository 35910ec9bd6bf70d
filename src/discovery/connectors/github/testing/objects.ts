/** Objects as GitHub's description wants them; what matters to a test is handed in, the rest is the same for all. */

const SITE = 'https://github.com';
const API = 'https://api.github.com';
export const MADE = '2024-03-01T10:00:00Z';

const addresses = (base: string, names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [`${name}_url`, `${base}/${name}`]));

/** Numbers that stand for a name: the same each time. */
export const numberOf = (name: string): number =>
  [...name].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003, 7);

const USER_LINKS = [
  ...['avatar', 'events', 'followers', 'following', 'gists', 'html', 'organizations'],
  ...['received_events', 'repos', 'starred', 'subscriptions'],
];

export const user = (login: string, type = 'User') => ({
  login,
  id: numberOf(login),
  node_id: `U_${numberOf(login)}`,
  gravatar_id: '',
  url: `${API}/users/${login}`,
  ...addresses(`${API}/users/${login}`, USER_LINKS),
  type,
  site_admin: false,
});

const ORGANIZATION_LINKS = ['repos', 'events', 'hooks', 'issues', 'members', 'public_members', 'avatar'];

export const organization = (login: string, publicRepos: number, privateRepos: number) => ({
  login,
  id: numberOf(login),
  node_id: `O_${numberOf(login)}`,
  url: `${API}/orgs/${login}`,
  ...addresses(`${API}/orgs/${login}`, ORGANIZATION_LINKS),
  description: null,
  html_url: `${SITE}/${login}`,
  has_organization_projects: true,
  has_repository_projects: true,
  public_repos: publicRepos,
  total_private_repos: privateRepos,
  public_gists: 0,
  followers: 0,
  following: 0,
  type: 'Organization',
  created_at: MADE,
  updated_at: MADE,
  archived_at: null,
});

const REPOSITORY_LINKS = [
  ...['archive', 'assignees', 'blobs', 'branches', 'collaborators', 'comments', 'commits', 'compare'],
  ...['contents', 'contributors', 'deployments', 'downloads', 'events', 'forks', 'git_commits', 'git_refs'],
  ...['git_tags', 'hooks', 'issue_comment', 'issue_events', 'issues', 'keys', 'labels', 'languages'],
  ...['merges', 'milestones', 'notifications', 'pulls', 'releases', 'stargazers', 'statuses'],
  ...['subscribers', 'subscription', 'tags', 'teams', 'trees'],
];

export const repository = (org: string, name: string, isPrivate = true) => ({
  id: numberOf(`${org}/${name}`),
  node_id: `R_${numberOf(name)}`,
  name,
  full_name: `${org}/${name}`,
  owner: user(org, 'Organization'),
  private: isPrivate,
  visibility: isPrivate ? 'private' : 'public',
  html_url: `${SITE}/${org}/${name}`,
  description: null,
  fork: false,
  url: `${API}/repos/${org}/${name}`,
  ...addresses(`${API}/repos/${org}/${name}`, REPOSITORY_LINKS),
  archived: false,
  disabled: false,
  created_at: MADE,
});

export const installation = (org: string, slug: string, more: Record<string, unknown> = {}) => ({
  id: numberOf(`installation ${slug}`),
  account: user(org, 'Organization'),
  repository_selection: 'selected',
  access_tokens_url: `${API}/app/installations/1/access_tokens`,
  repositories_url: `${API}/installation/repositories`,
  html_url: `${SITE}/organizations/${org}/settings/installations/1`,
  app_id: numberOf(slug),
  app_slug: slug,
  target_id: numberOf(org),
  target_type: 'Organization',
  permissions: { metadata: 'read', contents: 'write' },
  events: ['push'],
  created_at: MADE,
  updated_at: MADE,
  single_file_name: null,
  suspended_by: null,
  suspended_at: null,
  ...more,
});

export const deployKey = (title: string, key: string, more: Record<string, unknown> = {}) => ({
  id: numberOf(title),
  key,
  url: `${API}/repos/example/one/keys/1`,
  title,
  verified: true,
  created_at: MADE,
  read_only: true,
  ...more,
});

export const grant = (login: string, token: string, more: Record<string, unknown> = {}) => ({
  id: numberOf(`grant ${token}`),
  owner: user(login),
  repository_selection: 'subset',
  repositories_url: `${API}/orgs/example/personal-access-tokens/1/repositories`,
  permissions: { repository: { metadata: 'read', contents: 'write' } },
  access_granted_at: MADE,
  token_id: numberOf(token),
  token_name: token,
  token_expired: false,
  token_expires_at: null,
  token_last_used_at: null,
  ...more,
});

export const authorization = (login: string, type: string, more: Record<string, unknown> = {}) => ({
  login,
  credential_id: numberOf(`${login} ${type}`),
  credential_type: type,
  credential_authorized_at: MADE,
  credential_accessed_at: null,
  authorized_credential_id: numberOf(type),
  ...more,
});

export const secret = (name: string, more: Record<string, unknown> = {}) => ({
  name,
  created_at: MADE,
  updated_at: '2024-06-01T10:00:00Z',
  ...more,
});

export const organizationSecret = (name: string) =>
  secret(name, {
    visibility: 'selected',
    selected_repositories_url: `${API}/orgs/example/actions/secrets/${name}/repositories`,
  });

export const environment = (name: string, more: Record<string, unknown> = {}) => ({
  id: numberOf(name),
  node_id: `EN_${numberOf(name)}`,
  name,
  url: `${API}/repos/example/one/environments/${name}`,
  html_url: `${SITE}/example/one/deployments/activity_log`,
  created_at: MADE,
  updated_at: MADE,
  protection_rules: [],
  deployment_branch_policy: null,
  ...more,
});

export const runner = (name: string) => ({
  id: numberOf(name),
  name,
  os: 'linux',
  status: 'online',
  busy: false,
  labels: [{ id: 5, name: 'self-hosted', type: 'read-only' as const }],
});

export const webhook = (url: string, signed: boolean) => ({
  id: numberOf(url),
  url: `${API}/hooks/1`,
  ping_url: `${API}/hooks/1/pings`,
  test_url: `${API}/hooks/1/test`,
  type: 'Repository',
  name: 'web',
  active: true,
  events: ['push'],
  config: { url, content_type: 'json', insecure_ssl: '0', ...(signed ? { secret: '********' } : {}) },
  created_at: MADE,
  updated_at: MADE,
  last_response: { code: null, status: 'unused', message: null },
});

export const logEvent = (action: string, id: string, more: Record<string, unknown> = {}) => ({
  '@timestamp': Date.parse(MADE),
  created_at: Date.parse(MADE),
  action,
  _document_id: id,
  actor: 'alice',
  org: 'example',
  ...more,
});

export const file = (path: string, text: string) => ({
  type: 'file',
  encoding: 'base64',
  size: Buffer.byteLength(text),
  name: path.split('/').at(-1),
  path,
  content: Buffer.from(text).toString('base64'),
  sha: '0'.repeat(40),
  url: `${API}/repos/example/one/contents/${path}`,
  git_url: null,
  html_url: null,
  download_url: null,
  _links: { git: null, html: null, self: `${API}/repos/example/one/contents/${path}` },
});
