import type { Listing } from '../../contract.ts';
import { credentialAuthorizations, deployKeys, fineGrainedTokens } from './mapping-credentials.ts';
import { auditLog } from './mapping-log.ts';
import {
  codeOwners,
  installations,
  organizationRunners,
  repositories,
  repositoryRunners,
} from './mapping-organization.ts';
import { secrets } from './mapping-secrets.ts';
import { environments, oidcSubjects } from './mapping-trusts.ts';

/** Repositories first: most others rest on them. */
export const listings: Listing[] = [
  repositories,
  installations,
  deployKeys,
  fineGrainedTokens,
  credentialAuthorizations,
  environments,
  ...secrets,
  oidcSubjects,
  organizationRunners,
  repositoryRunners,
  codeOwners,
  auditLog,
];
