import { z } from 'zod';
import { defineListing, type Mapping, type Observed } from '../../contract.ts';
import type { Marks } from '../../marks.ts';
import { told } from '../../told.ts';
import { accountId, moment } from './mapping.ts';

const state = (marks: Marks) => ({ disabled: z.boolean().optional(), state: marks.text().optional() });

const providerShape = (marks: Marks) =>
  marks.object({
    pool: marks.object({ name: marks.text(), ...state(marks) }),
    provider: marks.object({
      name: marks.text(),
      displayName: marks.text().optional(),
      ...state(marks),
      expireTime: moment().optional(),
      attributeCondition: marks.text().optional(),
      attributeMapping: z.record(z.string(), marks.text()).optional(),
      oidc: marks
        .object({ issuerUri: marks.text().optional(), allowedAudiences: z.array(marks.text()).optional() })
        .optional(),
      aws: marks.object({ accountId: marks.text().optional() }).optional(),
      saml: marks.object({}).optional(),
      x509: marks.object({}).optional(),
    }),
  });

type Provider = z.output<ReturnType<typeof providerShape>>['provider'];

const isActive = (part: { disabled?: boolean | undefined; state?: string | undefined }): boolean =>
  part.disabled !== true && (part.state ?? 'ACTIVE') === 'ACTIVE';

/** Who is believed: an issuer of tokens by its address, an AWS account by its number; of SAML and X.509 the kind alone is told. */
function issuerOf({ oidc, aws, saml, x509 }: Provider): string | undefined {
  if (oidc !== undefined) return oidc.issuerUri;
  if (aws !== undefined) return `aws:${aws.accountId ?? ''}`;
  if (saml !== undefined) return 'saml';
  return x509 === undefined ? undefined : 'x509';
}

export const federation = defineListing({
  listing: 'workload-identity',
  about:
    'whose tokens are accepted for service accounts and resources of the project, and under which condition',
  operations: [
    'iam.projects.locations.workloadIdentityPools.list',
    'iam.projects.locations.workloadIdentityPools.providers.list',
  ],
  shape: providerShape,
  map({ pool, provider }): Observed[] {
    const { name, displayName, attributeCondition, attributeMapping, oidc, expireTime } = provider;
    const mapped = Object.entries(attributeMapping ?? {}).map(([to, from]) => `${to}=${from}`);
    return [
      {
        class: 'trust',
        naturalId: `provider/${name}`,
        label: displayName ?? name,
        attributes: {
          kind: 'gcp-workload-identity-provider',
          holder: null,
          enabled: isActive(pool) && isActive(provider),
          pool: pool.name,
          attributeMapping: mapped.sort(),
          ...told({
            issuer: issuerOf(provider),
            subject: attributeMapping?.['google.subject'],
            audience: oidc?.allowedAudiences?.join(' '),
            conditions: attributeCondition,
            expires: expireTime,
          }),
        },
      },
    ];
  },
});

const apiKeyShape = (marks: Marks) =>
  marks.object({
    uid: marks.text(),
    displayName: marks.text().optional(),
    createTime: moment().optional(),
    updateTime: moment().optional(),
    serviceAccountEmail: marks.text().optional(),
    restrictions: marks
      .object({
        apiTargets: z.array(marks.object({ service: marks.text().optional() })).optional(),
        browserKeyRestrictions: marks.object({}).optional(),
        serverKeyRestrictions: marks.object({}).optional(),
        androidKeyRestrictions: marks.object({}).optional(),
        iosKeyRestrictions: marks.object({}).optional(),
      })
      .optional(),
  });

function fromApiKey(item: z.output<ReturnType<typeof apiKeyShape>>, mapping: Mapping): Observed[] {
  const { uid, displayName, createTime, updateTime, serviceAccountEmail, restrictions } = item;
  const { apiTargets = [], ...clients } = restrictions ?? {};
  const services = apiTargets.flatMap(({ service }) => service ?? []);
  const holder =
    serviceAccountEmail === undefined ? null : mapping.key('identity', accountId(serviceAccountEmail));
  return [
    {
      class: 'credential',
      naturalId: `api-key/${uid}`,
      label: displayName ?? uid,
      attributes: {
        kind: 'gcp-api-key',
        holder,
        // API keys have no end.
        expires: null,
        ...told({ created: createTime, modified: updateTime }),
        services: services.sort(),
        boundToClients: Object.values(clients).some((restriction) => restriction !== undefined),
      },
    },
  ];
}

export const apiKeys = defineListing({
  listing: 'api-keys',
  about: 'API keys, what they are good for, and whether they are bound to clients',
  operations: ['apikeys.projects.locations.keys.list'],
  shape: apiKeyShape,
  map: fromApiKey,
});
