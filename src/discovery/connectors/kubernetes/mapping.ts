import type { Listing } from '../../contract.ts';
import { serviceAccounts, tokenSecrets } from './accounts.ts';
import { certificateRequests } from './certificates.ts';
import { clusterRoleBindings, clusterRoles, namespacedRoles, roleBindings } from './rights.ts';
import { auditLog } from './uses.ts';
import { workloads } from './workloads.ts';

/** Every listing, in the order in which it is read: what others rest on comes first. */
export const LISTINGS: Listing[] = [
  serviceAccounts,
  tokenSecrets,
  namespacedRoles,
  clusterRoles,
  roleBindings,
  clusterRoleBindings,
  ...workloads,
  certificateRequests,
  auditLog,
];
