import { z } from 'zod';
import type { Commitment } from '#verifier';
import { defineListing, type Mapping, type Observed } from '../../contract.ts';
import { joins } from '../../joins.ts';
import type { Marks } from '../../marks.ts';
import { told } from '../../told.ts';
import {
  type Certificate,
  type Credentials,
  credentialsShape,
  type Key,
  optional,
  type Person,
  personShape,
} from './shapes.ts';

const AGENT_TYPES: Record<string, string> = {
  '#microsoft.graph.agentIdentity': 'entra-agent-identity',
  '#microsoft.graph.agentIdentityBlueprint': 'entra-agent-blueprint',
  '#microsoft.graph.agentIdentityBlueprintPrincipal': 'entra-agent-blueprint',
};
const PRINCIPAL_TYPES: Record<string, string> = {
  ManagedIdentity: 'entra-managed-identity',
  Legacy: 'entra-legacy-service-principal',
  ServiceIdentity: 'entra-agent-identity',
};

/**
 * An application and its service principal are one thing seen from two sides, so both go by the client id. Only what has none
 * goes by its object id.
 */
export const identityId = ({ id, appId }: { id: string; appId?: string | null | undefined }): string =>
  appId == null || appId === '' ? `principal/${id}` : `app/${appId.toLowerCase()}`;
export const credentialId = (keyId: string): string => `credential/${keyId}`;

/** The same from both sides: what one side alone can be asked about must not change its kind. */
const applicationKind = (type: string | null | undefined) => AGENT_TYPES[type ?? ''] ?? 'entra-application';
export const principalKind = (type: string | null | undefined, sort: string | null | undefined) =>
  AGENT_TYPES[type ?? ''] ?? PRINCIPAL_TYPES[sort ?? ''] ?? 'entra-application';

/** Secrets and certificates of one application or service principal. Their last use is told by the sign-in report alone. */
function credentialsOf(item: Credentials, holder: string, holderName: string): Observed[] {
  return [
    ...(item.passwordCredentials ?? []).map((key) => credential(key, 'entra-client-secret', holderName)),
    ...(item.keyCredentials ?? []).map((key) => credential(key, 'entra-certificate', holderName)),
  ].map((observed) => ({ ...observed, attributes: { ...observed.attributes, holder } }));
}

export const credentialLabel = (kind: string, holderName: string): string =>
  `${kind === 'entra-client-secret' ? 'secret' : 'certificate'} of ${holderName}`;

function credential(key: Key & Partial<Certificate>, kind: string, holderName: string): Observed {
  const { keyId, startDateTime: created, endDateTime, usage, customKeyIdentifier: thumbprint } = key;
  return {
    class: 'credential',
    naturalId: credentialId(keyId),
    label: credentialLabel(kind, holderName),
    attributes: { kind, keyId, expires: endDateTime ?? null, ...told({ created, usage, thumbprint }) },
  };
}

const applicationShape = (marks: Marks) =>
  marks.object({
    '@odata.type': optional(marks.text()),
    id: marks.text(),
    appId: marks.text(),
    displayName: optional(marks.text()),
    createdDateTime: optional(z.iso.datetime({ offset: true })),
    signInAudience: optional(marks.text()),
    serviceManagementReference: optional(marks.text()),
    disabledByMicrosoftStatus: optional(marks.text()),
    createdByAppId: optional(marks.text()),
    ...credentialsShape(marks),
  });

type Application = z.output<ReturnType<typeof applicationShape>>;

function fromApplication(item: Application, mapping: Mapping): Observed[] {
  const name = item.displayName ?? item.appId;
  const holder = mapping.key('identity', identityId(item));
  const identity: Observed = {
    class: 'identity',
    naturalId: identityId(item),
    label: name,
    attributes: {
      kind: applicationKind(item['@odata.type']),
      appId: item.appId,
      ...told({
        created: item.createdDateTime,
        createdBy: item.createdByAppId,
        signInAudience: item.signInAudience,
        serviceManagementReference: item.serviceManagementReference,
      }),
      ...(item.disabledByMicrosoftStatus == null ? {} : { enabled: false }),
    },
    joins: [joins.entra(item.appId)],
  };
  return [identity, ...credentialsOf(item, holder, name)];
}

const principalShape = (marks: Marks) =>
  marks.object({
    '@odata.type': optional(marks.text()),
    id: marks.text(),
    appId: optional(marks.text()),
    displayName: optional(marks.text()),
    servicePrincipalType: optional(marks.text()),
    accountEnabled: optional(z.boolean()),
    appOwnerOrganizationId: optional(marks.text()),
    alternativeNames: optional(z.array(marks.text())),
    ...credentialsShape(marks),
  });

type Principal = z.output<ReturnType<typeof principalShape>>;

function fromPrincipal(item: Principal, mapping: Mapping): Observed[] {
  const name = item.displayName ?? item.appId ?? item.id;
  const holder = mapping.key('identity', identityId(item));
  const resource = item.alternativeNames?.find((word) => word.startsWith('/subscriptions/'));
  const identity: Observed = {
    class: 'identity',
    naturalId: identityId(item),
    label: name,
    attributes: {
      kind: principalKind(item['@odata.type'], item.servicePrincipalType),
      ...told({
        appId: item.appId,
        enabled: item.accountEnabled,
        ownerOrganization: item.appOwnerOrganizationId,
        location: resource,
      }),
    },
    ...(item.appId == null ? {} : { joins: [joins.entra(item.appId)] }),
  };
  return [identity, ...credentialsOf(item, holder, name)];
}

export const applications = defineListing({
  listing: 'applications',
  about: 'applications of this tenant, their secrets and certificates',
  operations: ['GET /v1.0/applications'],
  shape: applicationShape,
  map: fromApplication,
});

export const servicePrincipals = defineListing({
  listing: 'service-principals',
  about: 'service principals, managed identities among them, and their own secrets and certificates',
  operations: ['GET /v1.0/servicePrincipals'],
  shape: principalShape,
  map: fromPrincipal,
});

const ownedShape = (marks: Marks) =>
  marks.object({
    '@odata.type': optional(marks.text()),
    id: marks.text(),
    appId: optional(marks.text()),
    displayName: optional(marks.text()),
    servicePrincipalType: optional(marks.text()),
    owners: optional(z.array(personShape(marks))),
  });

/** Whoever is told first: a person before a group or another application. */
export function firstOf(people: Person[] | null | undefined): string | Commitment | undefined {
  const told = people ?? [];
  const person = told.find(({ userPrincipalName }) => userPrincipalName != null);
  return person?.userPrincipalName ?? told[0]?.displayName ?? told[0]?.id;
}

const owned = (kind: string, item: z.output<ReturnType<typeof ownedShape>>): Observed => ({
  class: 'identity',
  naturalId: identityId(item),
  label: item.displayName ?? identityId(item),
  attributes: { kind, owner: firstOf(item.owners) ?? null, ownerFrom: 'directory' },
});

export const applicationOwners = defineListing({
  listing: 'application-owners',
  about: 'who owns each application',
  operations: ['GET /v1.0/applications'],
  restsOn: ['applications'],
  shape: ownedShape,
  map: (item) => [owned(applicationKind(item['@odata.type']), item)],
});

export const principalOwners = defineListing({
  listing: 'service-principal-owners',
  about: 'who owns each service principal',
  operations: ['GET /v1.0/servicePrincipals'],
  restsOn: ['service-principals'],
  shape: ownedShape,
  map: (item) => [owned(principalKind(item['@odata.type'], item.servicePrincipalType), item)],
});
