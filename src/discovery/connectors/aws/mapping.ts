import type { Listing } from '../../contract.ts';
import {
  accessKeys,
  credentialReport,
  serviceCredentials,
  signingCertificates,
  sshPublicKeys,
} from './mapping-credentials.ts';
import { creationEvents } from './mapping-events.ts';
import {
  accounts,
  groups,
  instanceProfiles,
  oidcProviders,
  roles,
  samlProviders,
  users,
} from './mapping-identities.ts';
import { permissions, policies } from './mapping-permissions.ts';
import { kmsKeys, parameters, secrets } from './mapping-regional.ts';

/** Of an account, whatever the region. */
export const ACCOUNT_LISTINGS: Listing[] = [
  users,
  groups,
  roles,
  policies,
  permissions,
  accessKeys,
  serviceCredentials,
  signingCertificates,
  sshPublicKeys,
  oidcProviders,
  samlProviders,
  instanceProfiles,
  credentialReport,
];
/** Of an account in one region. */
export const REGION_LISTINGS: Listing[] = [secrets, parameters, kmsKeys];
/** Of an account's trail. */
export const TRAIL_LISTINGS: Listing[] = [creationEvents];
export const ORGANIZATION_LISTINGS: Listing[] = [accounts];

export const LISTINGS: Listing[] = [
  ...ACCOUNT_LISTINGS,
  ...REGION_LISTINGS,
  ...TRAIL_LISTINGS,
  ...ORGANIZATION_LISTINGS,
];
