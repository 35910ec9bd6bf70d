/**
 * Application permissions that let their holder give itself any other right in the tenant, by Microsoft's own descriptions of them
 * in the permissions reference of Microsoft Graph.
 */
const PERMISSIONS = new Set([
  'AppRoleAssignment.ReadWrite.All',
  'Application.ReadWrite.All',
  'DelegatedPermissionGrant.ReadWrite.All',
  'Directory.ReadWrite.All',
  'Domain.ReadWrite.All',
  'Organization.ReadWrite.All',
  'Policy.ReadWrite.AuthenticationMethod',
  'Policy.ReadWrite.PermissionGrant',
  'PrivilegedAccess.ReadWrite.AzureAD',
  'PrivilegedAccess.ReadWrite.AzureADGroup',
  'RoleAssignmentSchedule.ReadWrite.Directory',
  'RoleEligibilitySchedule.ReadWrite.Directory',
  'RoleManagement.ReadWrite.Directory',
  'UserAuthenticationMethod.ReadWrite.All',
]);
const DELEGATED = new Set([...PERMISSIONS, 'Directory.AccessAsUser.All']);

/** Directory roles of which the same holds, by the template ids that they have in every tenant. */
const ROLES: Record<string, string> = {
  '62e90394-69f5-4237-9190-012177145e10': 'Global Administrator',
  'e8611ab8-c189-46e8-94e1-60213ab1f814': 'Privileged Role Administrator',
  '7be44c8a-adaf-4e2a-84d6-ab2649e08a13': 'Privileged Authentication Administrator',
  '9b895d92-2cd3-44c7-9d02-a6ac2da5ea66': 'Application Administrator',
  '158c047a-c907-4556-b7ef-446551a6b5f7': 'Cloud Application Administrator',
  '8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2': 'Hybrid Identity Administrator',
};

export const isPrivilegedPermission = (value: string): boolean => PERMISSIONS.has(value);
export const isPrivilegedScope = (value: string): boolean => DELEGATED.has(value);
export const isPrivilegedRole = (templateId: string): boolean => templateId in ROLES;
