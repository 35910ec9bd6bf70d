import type { Operation } from '../../contract.ts';

/** Every call that is made, with the least application permission of Microsoft Graph that allows it. */
export const operations: Operation[] = [
  { name: 'GET /v1.0/applications', privilege: 'Application.Read.All' },
  {
    name: 'GET /v1.0/applications/{id}/federatedIdentityCredentials',
    privilege: 'Application.Read.All',
  },
  { name: 'GET /v1.0/servicePrincipals', privilege: 'Application.Read.All' },
  {
    name: 'GET /v1.0/servicePrincipals/{id}/appRoleAssignments',
    privilege: 'Application.Read.All',
  },
  { name: 'GET /v1.0/oauth2PermissionGrants', privilege: 'Directory.Read.All' },
  {
    name: 'GET /v1.0/roleManagement/directory/roleAssignments',
    privilege: 'RoleManagement.Read.Directory',
  },
  {
    name: 'GET /v1.0/applications/microsoft.graph.agentIdentityBlueprint',
    privilege: 'AgentIdentityBlueprint.Read.All',
  },
  {
    name: 'GET /v1.0/servicePrincipals/microsoft.graph.agentIdentity',
    privilege: 'AgentIdentity.Read.All',
  },
  {
    name: 'GET /beta/reports/servicePrincipalSignInActivities',
    privilege: 'AuditLog.Read.All',
    note: 'only with the setting `activity`',
  },
  {
    name: 'GET /beta/reports/appCredentialSignInActivities',
    privilege: 'AuditLog.Read.All',
    note: 'only with the setting `activity`',
  },
];
