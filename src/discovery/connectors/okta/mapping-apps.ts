import { createHash, createPublicKey } from 'node:crypto';
import { z } from 'zod';
import { GRANTS_MAX } from '#verifier';
import { defineListing, type Mapping, type Observed } from '../../contract.ts';
import { joins } from '../../joins.ts';
import type { Marks } from '../../marks.ts';
import { told } from '../../told.ts';
import { APPS, GRANTS, KEYS } from './operations.ts';

const ACTIVE = 'ACTIVE';
/** Whatever has such a scope can change the org, as far as its administrator role goes. */
const MANAGES = /^okta\..+\.manage$/;

export const moment = () => z.iso.datetime({ offset: true });
export const appId = (id: string): string => `app/${id}`;

const appShape = (marks: Marks) =>
  marks.object({
    id: marks.text(),
    label: marks.text().nullish(),
    status: marks.text(),
    created: moment().nullish(),
    lastUpdated: moment().nullish(),
    credentials: marks
      .object({
        oauthClient: marks
          .object({
            client_id: marks.text().nullish(),
            token_endpoint_auth_method: marks.text().nullish(),
          })
          .nullish(),
      })
      .nullish(),
    settings: marks
      .object({
        oauthClient: marks
          .object({
            application_type: marks.text().nullish(),
            grant_types: z.array(marks.text()).nullish(),
            jwks_uri: marks.text().nullish(),
          })
          .nullish(),
      })
      .nullish(),
  });

function fromApp(item: z.output<ReturnType<typeof appShape>>): Observed {
  const client = item.credentials?.oauthClient;
  const oauth = item.settings?.oauthClient;
  return {
    class: 'identity',
    naturalId: appId(item.id),
    label: item.label ?? item.id,
    attributes: {
      kind: oauth?.application_type === 'service' ? 'okta-service-app' : 'okta-oauth-app',
      enabled: item.status === ACTIVE,
      ...told({
        created: item.created,
        updated: item.lastUpdated,
        clientId: client?.client_id,
        authentication: client?.token_endpoint_auth_method,
        applicationType: oauth?.application_type,
        grantTypes: oauth?.grant_types,
        keySet: oauth?.jwks_uri,
      }),
    },
  };
}

export const apps = defineListing({
  listing: 'apps',
  about: 'OAuth clients: service apps, and apps that people sign in to',
  operations: [APPS],
  shape: appShape,
  map: (item) => [fromApp(item)],
});

export const parentShape = (marks: Marks) => marks.object({ id: marks.text(), name: marks.text() });

const keyShape = (marks: Marks) =>
  marks.object({
    app: parentShape(marks),
    key: marks
      .object({
        id: marks.text().nullish(),
        kid: marks.text().nullish(),
        status: marks.text().nullish(),
        use: marks.text().nullish(),
        created: moment().nullish(),
        lastUpdated: moment().nullish(),
        kty: marks.text().nullish(),
        ...{ n: marks.text().nullish(), e: marks.text().nullish() },
        ...{ crv: marks.text().nullish(), x: marks.text().nullish(), y: marks.text().nullish() },
      })
      .refine(({ id, kid }) => (kid ?? id) != null, 'a key has an id'),
  });

type Key = z.output<ReturnType<typeof keyShape>>['key'];

/** Over the SubjectPublicKeyInfo; undefined where the fields are no key. */
function publicKeyHash({ kty, n, e, crv, x, y }: Key): Buffer | undefined {
  try {
    const key = createPublicKey({ key: told({ kty, n, e, crv, x, y }), format: 'jwk' });
    return createHash('sha256')
      .update(key.export({ type: 'spki', format: 'der' }))
      .digest();
  } catch {
    return undefined;
  }
}

function fromKey({ app, key }: z.output<ReturnType<typeof keyShape>>, mapping: Mapping): Observed[] {
  const name = key.kid ?? key.id;
  const hash = publicKeyHash(key);
  const fingerprint = hash && `SHA256:${hash.toString('base64').replace(/={1,2}$/, '')}`;
  return [
    {
      class: 'credential',
      naturalId: `key/${app.id}/${name}`,
      label: `key of ${app.name}`,
      attributes: {
        kind: 'okta-app-key',
        holder: mapping.key('identity', appId(app.id)),
        ...told({
          keyId: name,
          use: key.use,
          enabled: key.status == null ? undefined : key.status === ACTIVE,
          created: key.created,
          updated: key.lastUpdated,
          fingerprint,
        }),
      },
      joins: hash === undefined ? [] : [joins.spki(hash.toString('hex'))],
    },
  ];
}

export const appKeys = defineListing({
  listing: 'app-keys',
  about: 'public keys with which apps sign in',
  operations: [KEYS],
  restsOn: ['apps'],
  shape: keyShape,
  map: fromKey,
});

const grantsShape = (marks: Marks) =>
  marks.object({
    app: parentShape(marks),
    grants: z.array(
      marks.object({
        scopeId: marks.text(),
        issuer: marks.text().nullish(),
        status: marks.text().nullish(),
      }),
    ),
  });

function fromGrants(item: z.output<ReturnType<typeof grantsShape>>, mapping: Mapping): Observed[] {
  const { app } = item;
  const active = item.grants.filter(({ status }) => status == null || status === ACTIVE);
  const scopes = [...new Set(active.map(({ scopeId }) => scopeId))].sort();
  const manages = scopes.find((scope) => MANAGES.test(scope));
  const rights = active.map(({ scopeId, issuer }) => `${scopeId} on ${issuer ?? mapping.partition}`);
  const grants = [...new Set(rights)].sort();
  return Array.from({ length: Math.ceil(grants.length / GRANTS_MAX) }, (_, index) => ({
    class: 'permission' as const,
    naturalId: `scopes/${app.id}${index === 0 ? '' : `/${index + 1}`}`,
    label: `scopes of ${app.name}`,
    attributes: {
      kind: 'okta-scopes',
      holder: mapping.key('identity', appId(app.id)),
      path: manages === undefined ? 'scopes granted to the app' : `scope ${manages}`,
      grants: grants.slice(index * GRANTS_MAX, (index + 1) * GRANTS_MAX),
      administrator: manages !== undefined,
    },
  }));
}

export const appGrants = defineListing({
  listing: 'app-grants',
  about: "scopes of Okta's own API that were granted to apps",
  operations: [GRANTS],
  restsOn: ['apps'],
  shape: grantsShape,
  map: fromGrants,
});

/** Never read: the list of an app's secrets holds their values. */
export const appSecrets = defineListing({
  listing: 'app-secrets',
  about: 'secrets of apps, which are not read',
  operations: [],
  shape: (marks) => marks.hidden(),
  map: () => [],
});
