import type { Operation } from '../../contract.ts';

/** What the source may ask, by name. LIST is asked as `GET …?list=true`, which is the same to the server. */
export const ASK = {
  authMethods: 'GET sys/auth',
  mounts: 'GET sys/mounts',
  policies: 'LIST sys/policies/acl',
  policy: 'GET sys/policies/acl/{name}',
  roles: 'LIST auth/{mount}/role',
  role: 'GET auth/{mount}/role/{name}',
  authConfig: 'GET auth/{mount}/config',
  secretIds: 'LIST auth/{mount}/role/{name}/secret-id',
  secretId: 'POST auth/{mount}/role/{name}/secret-id-accessor/lookup',
  users: 'LIST auth/{mount}/users',
  user: 'GET auth/{mount}/users/{name}',
  tokenRoles: 'LIST auth/token/roles',
  tokenRole: 'GET auth/token/roles/{name}',
  tokens: 'LIST auth/token/accessors',
  token: 'POST auth/token/lookup-accessor',
  entities: 'LIST identity/entity/id',
  entity: 'GET identity/entity/id/{id}',
  databaseRoles: 'LIST {mount}/roles',
  databaseRole: 'GET {mount}/roles/{name}',
  staticRoles: 'LIST {mount}/static-roles',
  staticRole: 'GET {mount}/static-roles/{name}',
  leases: 'LIST sys/leases/lookup/{prefix}',
  lease: 'POST sys/leases/lookup',
} as const;

const NOTES: Record<string, string> = {
  [ASK.secretId]: 'reads what belongs to an accessor; the secret id itself is not told',
  [ASK.token]: 'reads what belongs to an accessor; the token itself is not told. Only with `listTokens`',
  [ASK.tokens]: 'by an accessor a token can be revoked. Only with `listTokens`',
  [ASK.lease]: 'reads when a lease was made and ends. Only with `listLeases`',
  [ASK.leases]: 'only with `listLeases`',
  [ASK.databaseRole]: 'settings of the role; its credentials lie elsewhere (`creds`) and are not asked for',
  [ASK.staticRole]:
    'settings of the role; its credentials lie elsewhere (`static-creds`) and are not asked for',
};

/** The server wants it besides for what reaches everybody's tokens and leases. */
const SUDO: string[] = [ASK.tokens, ASK.leases];

function privilegeOf(name: string): string {
  const [verb = '', path = ''] = name.split(' ');
  const capability = { LIST: 'list', GET: 'read', POST: 'update' }[verb] ?? '';
  const sudo = SUDO.includes(name) ? ', sudo' : '';
  return `${capability}${sudo} on ${path}`;
}

export const OPERATIONS: Operation[] = Object.values(ASK).map((name) => ({
  name,
  privilege: privilegeOf(name),
  ...(NOTES[name] === undefined ? {} : { note: NOTES[name] }),
}));
