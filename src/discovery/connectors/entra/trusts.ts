import { z } from 'zod';
import { defineListing, type Mapping, type Observed } from '../../contract.ts';
import { joins } from '../../joins.ts';
import type { Marks } from '../../marks.ts';
import { told } from '../../told.ts';
import { credentialId, credentialLabel, firstOf, identityId, principalKind } from './mapping.ts';
import { holderShape, optional, personShape } from './shapes.ts';

const federatedShape = (marks: Marks) =>
  marks.object({
    application: holderShape(marks),
    credential: marks.object({
      id: marks.text(),
      name: optional(marks.text()),
      issuer: marks.text(),
      subject: optional(marks.text()),
      audiences: optional(z.array(marks.text())),
      claimsMatchingExpression: optional(marks.object({ value: optional(marks.text()) })),
    }),
  });

type Federated = z.output<ReturnType<typeof federatedShape>>;

function fromFederated({ application, credential }: Federated, mapping: Mapping): Observed[] {
  const { id, issuer, subject, audiences, claimsMatchingExpression } = credential;
  return [
    {
      class: 'trust',
      naturalId: `federated/${application.id}/${id}`,
      label: credential.name ?? id,
      attributes: {
        kind: 'entra-federated-credential',
        holder: mapping.key('identity', identityId(application)),
        issuer,
        ...told({
          subject,
          audience: audiences?.join(' '),
          conditions: claimsMatchingExpression?.value,
        }),
      },
    },
  ];
}

export const federated = defineListing({
  listing: 'federated-credentials',
  about: 'whose tokens are accepted in place of a secret',
  operations: ['GET /v1.0/applications/{id}/federatedIdentityCredentials'],
  restsOn: ['applications'],
  shape: federatedShape,
  map: fromFederated,
});

const sponsoredShape = (marks: Marks) =>
  marks.object({
    id: marks.text(),
    appId: optional(marks.text()),
    displayName: optional(marks.text()),
    agentIdentityBlueprintId: optional(marks.text()),
    accountEnabled: optional(z.boolean()),
    createdDateTime: optional(z.iso.datetime({ offset: true })),
    sponsors: optional(z.array(personShape(marks))),
  });

type Sponsored = z.output<ReturnType<typeof sponsoredShape>>;

function sponsored(kind: string, item: Sponsored): Observed {
  const naturalId = identityId(item);
  const sponsor = firstOf(item.sponsors);
  return {
    class: 'identity',
    naturalId,
    label: item.displayName ?? naturalId,
    attributes: {
      kind,
      ...told({
        blueprint: item.agentIdentityBlueprintId,
        enabled: item.accountEnabled,
        created: item.createdDateTime,
      }),
      ...(sponsor === undefined ? {} : { owner: sponsor, ownerFrom: 'sponsor' }),
    },
    ...(item.appId == null ? {} : { joins: [joins.entra(item.appId)] }),
  };
}

export const agents = defineListing({
  listing: 'agent-identities',
  about: 'identities of agents and the people who vouch for them',
  operations: ['GET /v1.0/servicePrincipals/microsoft.graph.agentIdentity'],
  shape: sponsoredShape,
  map: (item) => [sponsored('entra-agent-identity', item)],
});

export const blueprints = defineListing({
  listing: 'agent-blueprints',
  about: 'what identities of agents are made from, and the people who vouch for it',
  operations: ['GET /v1.0/applications/microsoft.graph.agentIdentityBlueprint'],
  shape: sponsoredShape,
  map: (item) => [sponsored('entra-agent-blueprint', item)],
});

const signInShape = (marks: Marks) =>
  optional(marks.object({ lastSignInDateTime: optional(z.iso.datetime({ offset: true })) }));

/** `principal` is the service principal of that `appId`, where the tenant still has one. */
const activityShape = (marks: Marks) =>
  marks.object({
    principal: optional(
      marks.object({
        id: marks.text(),
        appId: optional(marks.text()),
        name: marks.text(),
        type: optional(marks.text()),
        sort: optional(marks.text()),
      }),
    ),
    lastSignInActivity: signInShape(marks),
  });

export const principalActivity = defineListing({
  listing: 'sign-ins',
  about: 'when service principals last signed in',
  operations: ['GET /beta/reports/servicePrincipalSignInActivities'],
  restsOn: ['service-principals'],
  shape: activityShape,
  map({ principal, lastSignInActivity }) {
    const lastUsed = lastSignInActivity?.lastSignInDateTime ?? undefined;
    if (principal == null || lastUsed === undefined) return [];
    const { name, type, sort } = principal;
    const attributes = { kind: principalKind(type, sort), lastUsed };
    return [{ class: 'identity', naturalId: identityId(principal), label: name, attributes }];
  },
});

const CREDENTIAL_KINDS: Record<string, string> = {
  clientSecret: 'entra-client-secret',
  certificate: 'entra-certificate',
};

/** `holderName`: whose key it is, where anybody still has it; the report goes on to name keys that are gone. */
const keyActivityShape = (marks: Marks) =>
  marks.object({
    keyId: marks.text(),
    keyType: optional(marks.text()),
    holderName: optional(marks.text()),
    signInActivity: signInShape(marks),
  });

export const credentialActivity = defineListing({
  listing: 'credential-sign-ins',
  about: 'when secrets and certificates were last used',
  operations: ['GET /beta/reports/appCredentialSignInActivities'],
  restsOn: ['applications', 'service-principals'],
  shape: keyActivityShape,
  map({ keyId, keyType, holderName, signInActivity }) {
    const kind = CREDENTIAL_KINDS[keyType ?? ''];
    const lastUsed = signInActivity?.lastSignInDateTime ?? undefined;
    if (kind === undefined || lastUsed === undefined || holderName == null) return [];
    const label = credentialLabel(kind, holderName);
    return [{ class: 'credential', naturalId: credentialId(keyId), label, attributes: { kind, lastUsed } }];
  },
});
