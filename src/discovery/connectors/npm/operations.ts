import type { Operation } from '../../contract.ts';

/** Every call that is made, named as npm's API description names its path. */
export const operations: Operation[] = [
  { name: 'GET /-/whoami', privilege: 'any token of the account' },
  { name: 'GET /-/npm/v1/tokens', privilege: 'session token of the account (`npm login`)' },
  { name: 'GET /-/org/{orgName}/user', privilege: 'token of a member of the organisation' },
  { name: 'GET /-/org/{orgName}/package', privilege: 'token of a member of the organisation' },
  {
    name: 'GET /-/package/{escapedPackageName}/collaborators',
    privilege: 'token of an account that may write the package',
  },
  {
    name: 'GET /-/package/{package}/trust',
    privilege: 'token of an account that may write the package, with a one-time password',
  },
];
