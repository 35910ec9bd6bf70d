import { z } from 'zod';
import { defineListing, type Mapping, type Observed } from '../../contract.ts';
import type { Marks } from '../../marks.ts';
import {
  account,
  accountKey,
  OWNER_LEVEL,
  type Place,
  placeKey,
  placeShape,
  roleOf,
  time,
  told,
  utc,
} from './words.ts';

const tokenShape = (marks: Marks) =>
  marks.object({
    id: z.int(),
    name: marks.text(),
    user_id: z.int(),
    scopes: z.array(marks.text()).optional(),
    active: z.boolean(),
    revoked: z.boolean(),
    created_at: time(),
    expires_at: time().nullish(),
    last_used_at: time().nullish(),
  });

type Token = z.output<ReturnType<typeof tokenShape>>;

/** One that GitLab sends no end for has none. */
const token = (item: Token, kind: string, mapping: Mapping): Observed => ({
  class: 'credential',
  naturalId: `access-token/${item.id}`,
  label: item.name,
  attributes: {
    kind,
    holder: accountKey(mapping, item.user_id),
    enabled: item.active && !item.revoked,
    created: utc(item.created_at),
    expires: utc(item.expires_at ?? null),
    ...told('lastUsed', item.last_used_at),
  },
});

const ADMIN_SCOPES = ['admin_mode', 'sudo'];

interface Right {
  grants: string[];
  path: string;
  administrator: boolean;
}

const right = (item: Token, { grants, path, administrator }: Right, mapping: Mapping): Observed[] =>
  grants.length === 0
    ? []
    : [
        {
          class: 'permission',
          naturalId: `access-token/${item.id}`,
          label: `token ${item.name}`,
          attributes: {
            kind: 'gitlab-token-scopes',
            holder: accountKey(mapping, item.user_id),
            path,
            grants,
            administrator,
          },
        },
      ];

const scopesOf = (item: Token, where: string): Right => ({
  grants: (item.scopes ?? []).map((scope) => `${scope} on ${where}`),
  path: `token ${item.name}`,
  administrator: (item.scopes ?? []).some((scope) => ADMIN_SCOPES.includes(scope)),
});

const boundShape = (marks: Marks) =>
  marks.object({
    place: placeShape(marks),
    item: tokenShape(marks).extend({ access_level: z.int() }),
  });

/** GitLab makes a user of its own for each such token: that is the identity. */
function boundToken({ place, item }: z.output<ReturnType<typeof boundShape>>, mapping: Mapping): Observed[] {
  const { grants } = scopesOf(item, place.path);
  const role = roleOf(item.access_level);
  return [
    account(item.user_id, `gitlab-${place.kind}-bot`, `${item.name} of ${place.path}`),
    token(item, `gitlab-${place.kind}-access-token`, mapping),
    ...right(
      item,
      { grants, path: `${role} of ${place.path}`, administrator: item.access_level >= OWNER_LEVEL },
      mapping,
    ),
  ];
}

const accessTokens = (kind: Place['kind']) =>
  defineListing({
    listing: `${kind}-access-tokens`,
    about: `access tokens of ${kind}s, each with a user of its own`,
    operations: [`GET /${kind}s/:id/access_tokens`],
    restsOn: [`${kind}s`],
    shape: boundShape,
    map: boundToken,
  });

const serviceAccounts = defineListing({
  listing: 'service-accounts',
  about: 'service accounts of the top group',
  operations: ['GET /groups/:id/service_accounts'],
  shape: (marks) => marks.object({ id: z.int(), name: marks.text(), username: marks.text() }),
  map: (item) => [account(item.id, 'gitlab-service-account', item.username)],
});

const serviceAccountTokens = defineListing({
  listing: 'service-account-tokens',
  about: 'tokens of service accounts',
  operations: ['GET /groups/:id/service_accounts/:user_id/personal_access_tokens'],
  restsOn: ['service-accounts'],
  shape: tokenShape,
  map: (item, mapping) => [
    token(item, 'gitlab-service-account-token', mapping),
    ...right(item, scopesOf(item, 'whatever the account may reach'), mapping),
  ],
});

/** Whose it is, GitLab says by number alone. */
const personalTokens = defineListing({
  listing: 'personal-tokens',
  about: 'tokens of all accounts of the instance, of people and machines',
  operations: ['GET /user', 'GET /personal_access_tokens'],
  shape: tokenShape,
  map: (item, mapping) => [
    account(item.user_id, 'gitlab-account', `user ${item.user_id}`),
    token(item, 'gitlab-personal-token', mapping),
    ...right(item, scopesOf(item, 'whatever the account may reach'), mapping),
  ],
});

const deployTokenShape = (marks: Marks) =>
  marks.object({
    place: placeShape(marks),
    item: marks.object({
      id: z.int(),
      name: marks.text(),
      username: marks.text(),
      expires_at: time().nullable(),
      revoked: z.boolean(),
      expired: z.boolean(),
      scopes: z.array(marks.text()),
    }),
  });

type DeployToken = z.output<ReturnType<typeof deployTokenShape>>;

/** GitLab tells neither when a deploy token was made nor when it was last used. */
const deployToken = ({ place, item }: DeployToken, mapping: Mapping): Observed => ({
  class: 'credential',
  naturalId: `deploy-token/${item.id}`,
  label: item.name,
  attributes: {
    kind: 'gitlab-deploy-token',
    holder: placeKey(mapping, place),
    username: item.username,
    enabled: !item.revoked && !item.expired,
    expires: utc(item.expires_at),
    location: place.path,
  },
});

const deployTokens = (kind: Place['kind']) =>
  defineListing({
    listing: `${kind}-deploy-tokens`,
    about: `deploy tokens of ${kind}s`,
    operations: [`GET /${kind}s/:id/deploy_tokens`],
    restsOn: [`${kind}s`],
    shape: deployTokenShape,
    map: (given: DeployToken, mapping): Observed[] => [
      deployToken(given, mapping),
      {
        class: 'permission',
        naturalId: `deploy-token/${given.item.id}`,
        label: `deploy token ${given.item.name}`,
        attributes: {
          kind: 'gitlab-deploy-token-scopes',
          holder: placeKey(mapping, given.place),
          path: `deploy token ${given.item.name}`,
          grants: given.item.scopes.map((scope) => `${scope} on ${given.place.path}`),
        },
      },
    ],
  });

export const tokenListings = [
  accessTokens('group'),
  accessTokens('project'),
  deployTokens('group'),
  deployTokens('project'),
  serviceAccounts,
  serviceAccountTokens,
  personalTokens,
];
