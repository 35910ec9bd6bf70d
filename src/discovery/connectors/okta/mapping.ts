import { createHash, createPublicKey } from 'node:crypto';
import { z } from 'zod';
import { GRANTS_MAX } from '#verifier';
import { defineListing, type Mapping, type Observed } from '../../contract.ts';
import { joins } from '../../joins.ts';
import type { Marks } from '../../marks.ts';
import { told } from '../../told.ts';
import { API_TOKENS, APPS, GRANTS, KEYS, LOGS, SERVICE_ACCOUNTS } from './operations.ts';
import { TOKEN_MADE } from './reading.ts';

const ACTIVE = 'ACTIVE';
/** Whatever has such a scope can change the org, as far as its administrator role goes. */
const MANAGES = /^okta\..+\.manage$/;

const moment = () => z.iso.datetime({ offset: true });
const appId = (id: string): string => `app/${id}`;
const tokenId = (id: string): string => `api-token/${id}`;

const tokenShape = (marks: Marks) =>
  marks.object({
    id: marks.text(),
    name: marks.text(),
    clientName: marks.text().nullish(),
    userId: marks.personal().nullish(),
    created: moment().nullish(),
    lastUpdated: moment().nullish(),
    expiresAt: moment().nullish(),
    tokenWindow: marks.text().nullish(),
    network: marks.object({ connection: marks.text().nullish() }).nullish(),
  });

/** It ends when it was not used for its window: each use puts the end off. */
const fromToken = (item: z.output<ReturnType<typeof tokenShape>>): Observed => ({
  class: 'credential',
  naturalId: tokenId(item.id),
  label: item.name,
  attributes: {
    kind: 'okta-api-token',
    ...told({
      owner: item.userId,
      ownerFrom: item.userId == null ? undefined : 'creator',
      created: item.created,
      updated: item.lastUpdated,
      expires: item.expiresAt,
      client: item.clientName,
      window: item.tokenWindow,
      network: item.network?.connection,
    }),
  },
});

export const apiTokens = defineListing({
  listing: 'api-tokens',
  about: 'API tokens, each with the rights of the user who made it',
  operations: [API_TOKENS],
  shape: tokenShape,
  map: (item) => [fromToken(item)],
});

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

const parentShape = (marks: Marks) => marks.object({ id: marks.text(), name: marks.text() });

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
  const fingerprint = hash && `SHA256:${hash.toString('base64').replace(/=+$/, '')}`;
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

const accountShape = (marks: Marks) =>
  marks.object({
    id: marks.text(),
    name: marks.text(),
    accountType: marks.text().nullish(),
    containerGlobalName: marks.text().nullish(),
    containerInstanceName: marks.text().nullish(),
    status: marks.text().nullish(),
    created: moment().nullish(),
    lastUpdated: moment().nullish(),
    ownerUserIds: z.array(marks.personal()).nullish(),
    ownerGroupIds: z.array(marks.text()).nullish(),
  });

function fromAccount(item: z.output<ReturnType<typeof accountShape>>): Observed {
  const owner = item.ownerUserIds?.[0] ?? item.ownerGroupIds?.[0];
  return {
    class: 'identity',
    naturalId: `service-account/${item.id}`,
    label: item.name,
    attributes: {
      kind: 'okta-service-account',
      ...told({
        owner,
        ownerFrom: owner === undefined ? undefined : 'directory',
        created: item.created,
        updated: item.lastUpdated,
        accountType: item.accountType,
        state: item.status,
        app: item.containerGlobalName,
        appInstance: item.containerInstanceName,
      }),
    },
  };
}

export const serviceAccounts = defineListing({
  listing: 'service-accounts',
  about: 'service accounts of apps in Okta Privileged Access, and whose they are',
  operations: [SERVICE_ACCOUNTS],
  shape: accountShape,
  map: (item) => [fromAccount(item)],
});

const eventShape = (marks: Marks) =>
  marks.object({
    uuid: marks.text(),
    published: moment(),
    eventType: marks.text(),
    actor: marks.object({ id: marks.personal(), alternateId: marks.personal().nullish() }).nullish(),
    about: parentShape(marks),
  });

function fromEvent(item: z.output<ReturnType<typeof eventShape>>): Observed {
  const isToken = item.eventType === TOKEN_MADE;
  return {
    class: isToken ? 'credential' : 'identity',
    naturalId: isToken ? tokenId(item.about.id) : appId(item.about.id),
    label: item.about.name,
    attributes: {
      kind: isToken ? 'okta-api-token' : 'okta-oauth-app',
      created: item.published,
      ...told({ createdBy: item.actor?.alternateId ?? item.actor?.id }),
      creationEvent: item.uuid,
      creationSource: 'okta-system-log',
    },
  };
}

export const creationLog = defineListing({
  listing: 'creation-log',
  about: 'who made which API token and OAuth client, and when, of those that are still there',
  operations: [LOGS],
  restsOn: ['api-tokens', 'apps'],
  events: true,
  shape: eventShape,
  map: (item) => [fromEvent(item)],
});
