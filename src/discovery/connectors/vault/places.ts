import { ASK } from './operations.ts';
import { pathOf } from './reader.ts';

/** Where things lie that have a name below a mount, and a path of their own to be read at. */
export interface Place {
  /** Of ways to log in, or of engines; `token` is the one that is always there. */
  among: 'auth' | 'engines' | 'token';
  types: string[];
  list: string;
  get: string;
  path(mount: string): string;
  /** Fields with names of policies, where what is there has any. */
  policies?: string[];
  /** Its names may be names of persons. */
  isPersonal?: boolean;
  /** The settings of the mount say whose tokens are believed. */
  hasIssuer?: boolean;
}

const POLICIES = ['token_policies', 'policies'];

const rolesOf = (...types: string[]): Place => ({
  ...{ among: 'auth', types, list: ASK.roles, get: ASK.role, policies: POLICIES },
  path: (mount) => `auth/${pathOf(mount)}/role`,
});

const engineRoles = (type: string): Place => ({
  ...{ among: 'engines', types: [type], list: ASK.databaseRoles, get: ASK.databaseRole },
  path: (mount) => `${pathOf(mount)}/roles`,
});

/** By listing. */
export const PLACES: Record<string, Place> = {
  'approle-roles': rolesOf('approle'),
  'kubernetes-roles': rolesOf('kubernetes'),
  'jwt-roles': { ...rolesOf('jwt', 'oidc'), hasIssuer: true },
  'userpass-users': {
    ...rolesOf('userpass'),
    ...{ list: ASK.users, get: ASK.user, isPersonal: true },
    path: (mount) => `auth/${pathOf(mount)}/users`,
  },
  'token-roles': {
    ...{
      among: 'token',
      types: [],
      list: ASK.tokenRoles,
      get: ASK.tokenRole,
      policies: ['allowed_policies'],
    },
    path: () => 'auth/token/roles',
  },
  'database-roles': engineRoles('database'),
  'database-static-roles': {
    ...engineRoles('database'),
    ...{ list: ASK.staticRoles, get: ASK.staticRole },
    path: (mount) => `${pathOf(mount)}/static-roles`,
  },
  'pki-roles': engineRoles('pki'),
};

/** Ways to log in whose roles or users are read, and those that have none. */
export const KNOWN_METHODS = ['approle', 'userpass', 'kubernetes', 'jwt', 'oidc', 'token', 'ns_token'];
/** Engines that hand out nothing by roles, or whose roles are read. */
export const KNOWN_ENGINES = [
  ...['kv', 'generic', 'transit', 'totp', 'database', 'pki'],
  ...['cubbyhole', 'identity', 'system', 'ns_cubbyhole', 'ns_identity', 'ns_system'],
];

const PLAIN = /^[\w./-]{1,100}$/;

/** Names in a reason, where they are plain. */
export function shown(...names: string[]): string {
  const text = names.join('/');
  return PLAIN.test(text) ? text : 'something whose name is not plain';
}
