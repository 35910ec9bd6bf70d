import { z } from 'zod';
import { GRANTS_MAX } from '#verifier';
import { defineListing, type Mapping, type Observed } from '../../contract.ts';
import type { Marks } from '../../marks.ts';
import { identityId } from './mapping.ts';
import { isPrivilegedPermission, isPrivilegedRole, isPrivilegedScope } from './privileged.ts';
import { holderShape, optional } from './shapes.ts';

interface Rights {
  naturalId: string;
  label: string;
  kind: string;
  holder: string;
  path: string;
  grants: string[];
  administrator: boolean;
}

/** One observation for each `GRANTS_MAX` rights. */
function permissions({ naturalId, label, grants, ...attributes }: Rights): Observed[] {
  const pieces = Math.max(1, Math.ceil(grants.length / GRANTS_MAX));
  return Array.from({ length: pieces }, (_, index) => ({
    class: 'permission',
    naturalId: index === 0 ? naturalId : `${naturalId}/${index + 1}`,
    label,
    attributes: { ...attributes, grants: grants.slice(index * GRANTS_MAX, (index + 1) * GRANTS_MAX) },
  }));
}

/** One service principal and everything that is assigned to it; `role` is the resource's own word for `appRoleId`. */
const assignmentsShape = (marks: Marks) =>
  marks.object({
    principal: holderShape(marks),
    assignments: z.array(
      marks.object({
        id: marks.text(),
        appRoleId: marks.text(),
        resourceId: marks.text(),
        resourceDisplayName: optional(marks.text()),
        role: optional(marks.text()),
      }),
    ),
  });

type Assignments = z.output<ReturnType<typeof assignmentsShape>>;

function fromAssignments({ principal, assignments }: Assignments, mapping: Mapping): Observed[] {
  const byResource = Map.groupBy(assignments, ({ resourceId }) => resourceId);
  return [...byResource].flatMap(([resourceId, some]) => {
    const resource = some[0]?.resourceDisplayName ?? resourceId;
    const roles = some.map(({ role, appRoleId }) => role ?? appRoleId);
    return permissions({
      naturalId: `app-roles/${principal.id}/${resourceId}`,
      label: `application permissions on ${resource}`,
      kind: 'entra-application-permission',
      holder: mapping.key('identity', identityId(principal)),
      path: `application permissions on ${resource}`,
      grants: roles.map((role) => `${role} on ${resource}`).sort(),
      administrator: roles.some(isPrivilegedPermission),
    });
  });
}

export const appRoles = defineListing({
  listing: 'app-role-assignments',
  about: 'application permissions that service principals hold',
  operations: ['GET /v1.0/servicePrincipals/{id}/appRoleAssignments'],
  restsOn: ['service-principals'],
  shape: assignmentsShape,
  map: fromAssignments,
});

const grantShape = (marks: Marks) =>
  marks.object({
    id: marks.text(),
    client: holderShape(marks),
    consentType: marks.text(),
    resourceId: marks.text(),
    resourceName: optional(marks.text()),
    /** The one person for whom it was consented. */
    principalId: optional(marks.personal()),
    scope: optional(marks.text()),
  });

type Grant = z.output<ReturnType<typeof grantShape>>;

function fromGrant(item: Grant, mapping: Mapping): Observed[] {
  const resource = item.resourceName ?? item.resourceId;
  const scopes = (item.scope ?? '').split(' ').filter((scope) => scope !== '');
  const whom = item.consentType === 'AllPrincipals' ? 'everybody' : 'one person';
  return permissions({
    naturalId: `delegated/${item.id}`,
    label: `delegated permissions on ${resource}`,
    kind: 'entra-delegated-permission',
    holder: mapping.key('identity', identityId(item.client)),
    path: `delegated permissions on ${resource}, for ${whom}`,
    grants: scopes.map((scope) => `${scope} on ${resource}`).sort(),
    administrator: scopes.some(isPrivilegedScope),
  });
}

export const delegatedGrants = defineListing({
  listing: 'delegated-grants',
  about: 'what applications may do in the name of people who use them',
  operations: ['GET /v1.0/oauth2PermissionGrants'],
  restsOn: ['service-principals'],
  shape: grantShape,
  map: fromGrant,
});

const roleShape = (marks: Marks) =>
  marks.object({
    id: marks.text(),
    principal: holderShape(marks),
    directoryScopeId: optional(marks.text()),
    roleDefinitionId: marks.text(),
    roleDefinition: optional(
      marks.object({
        id: marks.text(),
        displayName: optional(marks.text()),
        templateId: optional(marks.text()),
      }),
    ),
  });

type Role = z.output<ReturnType<typeof roleShape>>;

function fromRole(item: Role, mapping: Mapping): Observed[] {
  const template = item.roleDefinition?.templateId ?? item.roleDefinitionId;
  const name = item.roleDefinition?.displayName ?? item.roleDefinitionId;
  const scope = item.directoryScopeId ?? '/';
  return permissions({
    naturalId: `directory-role/${item.id}`,
    label: `directory role ${name}`,
    kind: 'entra-directory-role',
    holder: mapping.key('identity', identityId(item.principal)),
    path: `directory role ${name}`,
    grants: [`${name} on ${scope === '/' ? 'tenant' : scope}`],
    administrator: isPrivilegedRole(template) && scope === '/',
  });
}

export const directoryRoles = defineListing({
  listing: 'directory-roles',
  about: 'directory roles that service principals hold; those of people are not kept',
  operations: ['GET /v1.0/roleManagement/directory/roleAssignments'],
  restsOn: ['service-principals'],
  shape: roleShape,
  map: fromRole,
});
