import { z } from 'zod';
import { defineListing, type Mapping, type Observed } from '../../contract.ts';
import type { Marks } from '../../marks.ts';
import { host, repositoryKey, repositoryShape, time, utc } from './words.ts';

/** GitHub tells a secret's name and ages; there is no call that gives its value. */
const secretShape = (marks: Marks) =>
  marks.object({
    name: marks.text(),
    created_at: time(),
    updated_at: time(),
    visibility: marks.text().optional(),
  });

type Secret = z.output<ReturnType<typeof secretShape>>;

interface Place {
  /** `actions` or `dependabot`. */
  use: string;
  holder: string | null;
  /** Unique among places. */
  id: string;
  location: string;
  environment?: string;
}

const secretAt = (item: Secret, { use, holder, id, location, environment }: Place): Observed => ({
  class: 'credential',
  naturalId: `${use}-secret/${id}/${item.name}`,
  label: item.name,
  attributes: {
    kind: `github-${use}-secret`,
    holder,
    created: utc(item.created_at),
    rotated: utc(item.updated_at),
    ...(environment === undefined ? {} : { environment }),
    ...(item.visibility === undefined ? {} : { repositories: item.visibility }),
    location,
  },
});

const organizationSecrets = (use: string, listing: string, operation: string) =>
  defineListing({
    listing,
    about: `names and ages of the organisation's secrets for ${use}`,
    operations: [operation],
    shape: secretShape,
    map: (item) => [secretAt(item, { use, holder: null, id: 'organization', location: 'the organisation' })],
  });

const repositorySecrets = (use: string, listing: string, operation: string) =>
  defineListing({
    listing,
    about: `names and ages of repositories' secrets for ${use}`,
    operations: [operation],
    restsOn: ['repositories'],
    shape: (marks) => marks.object({ repository: repositoryShape(marks), item: secretShape(marks) }),
    map: ({ repository, item }, mapping) => [
      secretAt(item, {
        use,
        holder: repositoryKey(mapping, repository),
        id: `repository/${repository.id}`,
        location: repository.name,
      }),
    ],
  });

const environmentSecrets = defineListing({
  listing: 'environment-secrets',
  about: "names and ages of environments' secrets",
  operations: ['GET /repos/{owner}/{repo}/environments/{environment_name}/secrets'],
  restsOn: ['repositories', 'environments'],
  shape: (marks) =>
    marks.object({
      repository: repositoryShape(marks),
      environment: marks.text(),
      item: secretShape(marks),
    }),
  map: ({ repository, environment, item }, mapping) => [
    secretAt(item, {
      use: 'actions',
      holder: repositoryKey(mapping, repository),
      id: `environment/${repository.id}/${environment}`,
      location: `environment ${environment} of ${repository.name}`,
      environment,
    }),
  ],
});

/** Of the address only its host is kept: addresses of chat services are secrets themselves. */
const webhookShape = (marks: Marks) =>
  marks.object({
    id: z.int(),
    active: z.boolean(),
    events: z.array(marks.text()),
    created_at: time(),
    updated_at: time(),
    config: marks.object({
      url: host().optional(),
      insecure_ssl: z.union([marks.text(), z.int()]).optional(),
      secret: z
        .string()
        .optional()
        .transform((masked) => masked !== undefined),
    }),
  });

type Webhook = z.output<ReturnType<typeof webhookShape>>;

/** With a secret it is a shared credential; without one anybody can pretend to be GitHub to its receiver: an exposure. */
const webhook = (item: Webhook, holder: string | null, where: string): Observed => ({
  class: item.config.secret ? 'credential' : 'exposure',
  naturalId: `webhook/${item.id}`,
  label: `webhook to ${item.config.url ?? 'nowhere'}`,
  attributes: {
    kind: item.config.secret ? 'github-webhook-secret' : 'github-webhook-unsigned',
    holder,
    enabled: item.active,
    created: utc(item.created_at),
    modified: utc(item.updated_at),
    events: item.events,
    verifiesTls: !['1', 1].includes(item.config.insecure_ssl ?? '0'),
    usedAt: item.config.url === undefined ? [] : [item.config.url],
    location: where,
  },
});

const organizationWebhooks = defineListing({
  listing: 'organization-webhooks',
  about: "the organisation's webhooks: where they go, and whether they are signed",
  operations: ['GET /orgs/{org}/hooks'],
  shape: webhookShape,
  map: (item) => [webhook(item, null, 'the organisation')],
});

const repositoryWebhooks = defineListing({
  listing: 'repository-webhooks',
  about: "repositories' webhooks: where they go, and whether they are signed",
  operations: ['GET /repos/{owner}/{repo}/hooks'],
  restsOn: ['repositories'],
  shape: (marks) => marks.object({ repository: repositoryShape(marks), item: webhookShape(marks) }),
  map: ({ repository, item }, mapping: Mapping) => [
    webhook(item, repositoryKey(mapping, repository), repository.name),
  ],
});

export const secrets = [
  organizationSecrets('actions', 'organization-secrets', 'GET /orgs/{org}/actions/secrets'),
  organizationSecrets('dependabot', 'organization-dependabot-secrets', 'GET /orgs/{org}/dependabot/secrets'),
  repositorySecrets('actions', 'repository-secrets', 'GET /repos/{owner}/{repo}/actions/secrets'),
  repositorySecrets(
    'dependabot',
    'repository-dependabot-secrets',
    'GET /repos/{owner}/{repo}/dependabot/secrets',
  ),
  environmentSecrets,
  organizationWebhooks,
  repositoryWebhooks,
];
