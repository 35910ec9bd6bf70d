import { z } from 'zod';
import { defineListing, type Mapping, type Observed } from '../../contract.ts';
import { joins } from '../../joins.ts';
import type { Marks } from '../../marks.ts';
import {
  host,
  isAdministration,
  onGitHub,
  permissions,
  repositoryKey,
  repositoryShape,
  time,
  utc,
} from './words.ts';

/** A repository is an identity: its workflows act as it, and its keys and secrets are held for it. */
export const repositories = defineListing({
  listing: 'repositories',
  about: 'repositories of the organisation: what workflows act as, and what keys and secrets belong to',
  operations: ['GET /orgs/{org}', 'GET /orgs/{org}/repos'],
  shape: (marks) =>
    marks.object({
      id: z.int(),
      full_name: marks.text(),
      html_url: host(),
      private: z.boolean(),
      visibility: marks.text().optional(),
      archived: z.boolean().optional(),
      disabled: z.boolean().optional(),
      created_at: time().nullish(),
    }),
  map: (item) => [
    {
      class: 'identity',
      naturalId: `repository/${item.id}`,
      label: item.full_name,
      attributes: {
        kind: 'github-repository',
        enabled: !(item.archived || item.disabled),
        ...(item.created_at == null ? {} : { created: utc(item.created_at) }),
        visibility: item.visibility ?? (item.private ? 'private' : 'public'),
        location: `${item.html_url}/${item.full_name}`,
      },
      joins: onGitHub(item.html_url, joins.github(item.full_name)),
    },
  ],
});

const installationShape = (marks: Marks) =>
  marks.object({
    id: z.int(),
    app_id: z.int(),
    app_slug: marks.text(),
    html_url: host(),
    permissions: z.record(marks.text(), marks.text()),
    events: z.array(marks.text()),
    repository_selection: marks.text(),
    created_at: time(),
    updated_at: time(),
    suspended_at: time().nullish(),
  });

export const installations = defineListing({
  listing: 'app-installations',
  about: 'Apps that are installed on the organisation, and what they may do',
  operations: ['GET /orgs/{org}/installations'],
  shape: installationShape,
  map: (item, mapping): Observed[] => [installedApp(item), ...rightsOf(item, mapping)],
});

type Installation = z.output<ReturnType<typeof installationShape>>;

const installedApp = (item: Installation): Observed => ({
  class: 'identity',
  naturalId: `installation/${item.id}`,
  label: item.app_slug,
  attributes: {
    kind: 'github-app',
    enabled: (item.suspended_at ?? null) === null,
    created: utc(item.created_at),
    repositories: item.repository_selection,
    events: item.events,
  },
  joins: onGitHub(item.html_url, joins.githubApp(item.app_id)),
});

function rightsOf(item: Installation, mapping: Mapping): Observed[] {
  const rights = Object.entries(item.permissions).sort();
  const isAdministrator = rights.some(([name, level]) => isAdministration(name, level));
  return permissions({
    naturalId: `installation/${item.id}`,
    holder: mapping.key('identity', `installation/${item.id}`),
    kind: 'github-app-permissions',
    label: `permissions of ${item.app_slug}`,
    path: `installation on ${item.repository_selection} repositories`,
    grants: rights.map(([name, level]) => `${level} on ${name}`),
    administrator: isAdministrator,
  });
}

const runnerShape = (marks: Marks) =>
  marks.object({
    id: z.int(),
    name: marks.text(),
    os: marks.text(),
    ephemeral: z.boolean().optional(),
    labels: z.array(marks.object({ name: marks.text() })),
  });

/** Whether it is busy or offline right now is left out: it would be a change in every sweep. */
const runner = (item: z.output<ReturnType<typeof runnerShape>>, where: string, of?: string): Observed => ({
  class: 'identity',
  naturalId: `runner/${item.id}`,
  label: item.name,
  attributes: {
    kind: 'github-runner',
    ...(of === undefined ? {} : { repository: of }),
    os: item.os,
    ...(item.ephemeral === undefined ? {} : { ephemeral: item.ephemeral }),
    labels: item.labels.map(({ name }) => name),
    location: where,
  },
});

export const organizationRunners = defineListing({
  listing: 'organization-runners',
  about: 'self-hosted runners of the organisation',
  operations: ['GET /orgs/{org}/actions/runners'],
  shape: runnerShape,
  map: (item) => [runner(item, 'the organisation')],
});

export const repositoryRunners = defineListing({
  listing: 'repository-runners',
  about: 'self-hosted runners of single repositories',
  operations: ['GET /repos/{owner}/{repo}/actions/runners'],
  restsOn: ['repositories'],
  shape: (marks) => marks.object({ repository: repositoryShape(marks), item: runnerShape(marks) }),
  map: ({ repository, item }, mapping) => [runner(item, repository.name, repositoryKey(mapping, repository))],
});

/** Who the file says answers for everything in a repository: the first team, else the first person. */
export const codeOwners = defineListing({
  listing: 'code-owners',
  about: 'who CODEOWNERS says answers for a repository: a hint for its owner',
  operations: ['GET /repos/{owner}/{repo}/contents/{path}'],
  restsOn: ['repositories'],
  shape: (marks) =>
    marks.object({
      repository: repositoryShape(marks),
      item: marks.object({
        path: marks.text(),
        teams: z.array(marks.text()),
        people: z.array(marks.personal()),
      }),
    }),
  map: ({ repository, item }) => {
    const owner = item.teams[0] ?? item.people[0];
    if (owner === undefined) return [];
    return [
      {
        class: 'identity',
        naturalId: `repository/${repository.id}`,
        label: repository.name,
        attributes: { kind: 'github-repository', owner, ownerFrom: 'code-owners' },
      },
    ];
  },
});
