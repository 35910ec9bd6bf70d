import { z } from 'zod';
import { defineListing, type Listing, type Mapping, type Observed } from '../../contract.ts';
import { joins } from '../../joins.ts';
import type { Marks } from '../../marks.ts';
import { tokenListings } from './mapping-tokens.ts';
import { GRAPHQL } from './operations.ts';
import { host, type Place, placeKey, placeShape, time, told, utc } from './words.ts';

const groups = defineListing({
  listing: 'groups',
  about: 'the top group and all below it: what tokens and variables belong to',
  operations: ['GET /groups/:id', 'GET /groups/:id/descendant_groups'],
  shape: (marks) =>
    marks.object({
      id: z.int(),
      full_path: marks.text(),
      visibility: marks.text(),
      created_at: time().optional(),
    }),
  map: (item) => [
    {
      class: 'identity',
      naturalId: `group/${item.id}`,
      label: item.full_path,
      attributes: {
        kind: 'gitlab-group',
        visibility: item.visibility,
        ...told('created', item.created_at),
      },
    },
  ],
});

const projectShape = (marks: Marks) =>
  marks.object({
    id: z.int(),
    path_with_namespace: marks.text(),
    web_url: z.string().transform((url) => (URL.canParse(url) ? new URL(url).origin : 'unknown')),
    visibility: marks.text().optional(),
    archived: z.boolean().optional(),
    created_at: time(),
  });

/** A project is an identity: its jobs act as it, and clouds trust GitLab's tokens by its path. */
const projects = defineListing({
  listing: 'projects',
  about: 'projects below the top group: what jobs act as, and their subject towards clouds that trust GitLab',
  operations: ['GET /groups/:id/projects'],
  shape: projectShape,
  map: (item, mapping) => [
    {
      class: 'identity',
      naturalId: `project/${item.id}`,
      label: item.path_with_namespace,
      attributes: {
        kind: 'gitlab-project',
        created: utc(item.created_at),
        ...(item.archived === undefined ? {} : { enabled: !item.archived }),
        ...(item.visibility === undefined ? {} : { visibility: item.visibility }),
      },
    },
    {
      class: 'trust',
      naturalId: `id-token/${item.id}`,
      label: `jobs of ${item.path_with_namespace}`,
      attributes: {
        kind: 'gitlab-id-token',
        holder: placeKey(mapping, { kind: 'project', id: item.id }),
        issuer: item.web_url,
        subject: `project_path:${item.path_with_namespace}:*`,
      },
    },
  ],
});

const FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{43}$/;

const deployKeyShape = (marks: Marks) =>
  marks.object({
    place: placeShape(marks),
    item: marks.object({
      id: z.int(),
      title: marks.text(),
      fingerprint_sha256: z.string().regex(FINGERPRINT),
      created_at: time(),
      expires_at: time().nullish(),
      last_used_at: time().nullish(),
      can_push: z.boolean(),
    }),
  });

type DeployKey = z.output<ReturnType<typeof deployKeyShape>>;

/** One key may open many projects: it is an identity of its own, told the same whichever project shows it, with a right for each. */
function deployKey({ place, item }: DeployKey, mapping: Mapping): Observed[] {
  const naturalId = `deploy-key/${item.id}`;
  const holder = mapping.key('identity', naturalId);
  const credential: Observed = {
    class: 'credential',
    naturalId,
    label: item.title,
    attributes: {
      kind: 'gitlab-deploy-key',
      holder,
      created: utc(item.created_at),
      expires: utc(item.expires_at ?? null),
      ...told('lastUsed', item.last_used_at),
      fingerprint: item.fingerprint_sha256,
    },
    joins: [joins.ssh(item.fingerprint_sha256)],
  };
  const grants = [`${item.can_push ? 'write' : 'read'} on ${place.path}`];
  const right = { kind: 'gitlab-deploy-key-access', holder, path: `deploy key ${item.title}`, grants };
  return [
    { class: 'identity', naturalId, label: item.title, attributes: { kind: 'gitlab-deploy-key-holder' } },
    credential,
    { class: 'permission', naturalId: `${naturalId}/${place.id}`, label: right.path, attributes: right },
  ];
}

const deployKeys = defineListing({
  listing: 'deploy-keys',
  about: 'SSH keys that open projects',
  operations: ['GET /projects/:id/deploy_keys'],
  restsOn: ['projects'],
  shape: deployKeyShape,
  map: deployKey,
});

/** Which variables hold secrets GitLab does not say; a masked one is meant to. */
const variables = (kind: Place['kind']) =>
  defineListing({
    listing: `${kind}-variables`,
    about: `names and protection of the CI variables of ${kind}s, never their values`,
    operations: [GRAPHQL],
    restsOn: [`${kind}s`],
    shape: (marks) =>
      marks.object({
        place: placeShape(marks),
        item: marks.object({
          key: marks.text(),
          variableType: marks.text(),
          environmentScope: marks.text().nullish(),
          protected: z.boolean().nullable(),
          masked: z.boolean().nullable(),
        }),
      }),
    map: ({ place, item }, mapping): Observed[] => [
      {
        class: 'credential',
        naturalId: `variable/${place.kind}/${place.id}/${item.environmentScope ?? '*'}/${item.key}`,
        label: item.key,
        attributes: {
          kind: 'gitlab-ci-variable',
          holder: placeKey(mapping, place),
          protected: item.protected,
          masked: item.masked,
          environment: item.environmentScope ?? '*',
          location: place.path,
        },
      },
    ],
  });

const runners = (kind: Place['kind']) =>
  defineListing({
    listing: `${kind}-runners`,
    about: `runners of ${kind}s`,
    operations: [`GET /${kind}s/:id/runners`],
    restsOn: [`${kind}s`],
    shape: (marks) =>
      marks.object({
        place: placeShape(marks),
        item: marks.object({
          id: z.int(),
          description: marks.text().nullable(),
          paused: z.boolean(),
          runner_type: marks.text(),
          created_at: time().nullish(),
        }),
      }),
    map: ({ place, item }, mapping): Observed[] => [
      {
        class: 'identity',
        naturalId: `runner/${item.id}`,
        label: item.description ?? `runner ${item.id}`,
        attributes: {
          kind: 'gitlab-runner',
          enabled: !item.paused,
          ...told('created', item.created_at),
          type: item.runner_type,
        },
      },
      {
        class: 'permission',
        naturalId: `runner/${item.id}/${place.kind}/${place.id}`,
        label: `runner of ${place.path}`,
        attributes: {
          kind: 'gitlab-runner-assignment',
          holder: mapping.key('identity', `runner/${item.id}`),
          path: 'assignment',
          grants: [`run jobs of ${place.path}`],
        },
      },
    ],
  });

/** Whether it is signed GitLab does not say, nor its secret: a place to which what happens is sent. */
const webhooks = (kind: Place['kind']) =>
  defineListing({
    listing: `${kind}-webhooks`,
    about: `webhooks of ${kind}s: to which host they go`,
    operations: [`GET /${kind}s/:id/hooks`],
    restsOn: [`${kind}s`],
    shape: (marks) =>
      marks.object({
        place: placeShape(marks),
        item: marks.object({
          id: z.int(),
          url: host(),
          created_at: time(),
          enable_ssl_verification: z.boolean(),
        }),
      }),
    map: ({ place, item }, mapping): Observed[] => [
      {
        class: 'exposure',
        naturalId: `webhook/${item.id}`,
        label: `webhook to ${item.url}`,
        attributes: {
          kind: 'gitlab-webhook',
          holder: placeKey(mapping, place),
          created: utc(item.created_at),
          verifiesTls: item.enable_ssl_verification,
          usedAt: [item.url],
          location: place.path,
        },
      },
    ],
  });

/** Groups and projects first: all others rest on them. */
export const listings: Listing[] = [
  groups,
  projects,
  ...tokenListings,
  deployKeys,
  variables('group'),
  variables('project'),
  runners('group'),
  runners('project'),
  webhooks('group'),
  webhooks('project'),
];
