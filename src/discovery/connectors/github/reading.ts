import type { Fault, Opening, RawPage } from '../../contract.ts';
import { forEachParent, remembering } from '../../paging.ts';
import { toFaults } from '../../source-error.ts';
import type { Client, Paged } from './client.ts';
import { codeOwners } from './code-owners.ts';
import { CREATION_ACTIONS } from './mapping-log.ts';

const DAY_MS = 86_400_000;
const NOT_FOR_US = 'no permission, or not there (404)';
const ENTERPRISE_ONLY =
  'only where the organisation is on Enterprise Cloud, or on a Server that has it (404)';

/** A repository as the items below it name it. */
export interface Repository {
  id: number;
  name: string;
}

interface Environment {
  repository: Repository;
  name: string;
}

const ORGANIZATION_LISTS: Record<string, Paged> = {
  'app-installations': { route: 'GET /orgs/{org}/installations', list: 'installations' },
  'fine-grained-tokens': { route: 'GET /orgs/{org}/personal-access-tokens' },
  'credential-authorizations': {
    route: 'GET /orgs/{org}/credential-authorizations',
    notFound: ENTERPRISE_ONLY,
  },
  'organization-secrets': { route: 'GET /orgs/{org}/actions/secrets', list: 'secrets' },
  'organization-dependabot-secrets': { route: 'GET /orgs/{org}/dependabot/secrets', list: 'secrets' },
  'organization-runners': { route: 'GET /orgs/{org}/actions/runners', list: 'runners' },
  'organization-webhooks': { route: 'GET /orgs/{org}/hooks', notFound: NOT_FOR_US },
};

const REPOSITORY_LISTS: Record<string, Paged> = {
  'deploy-keys': { route: 'GET /repos/{owner}/{repo}/keys' },
  'repository-secrets': { route: 'GET /repos/{owner}/{repo}/actions/secrets', list: 'secrets' },
  'repository-dependabot-secrets': { route: 'GET /repos/{owner}/{repo}/dependabot/secrets', list: 'secrets' },
  environments: { route: 'GET /repos/{owner}/{repo}/environments', list: 'environments' },
  'repository-runners': { route: 'GET /repos/{owner}/{repo}/actions/runners', list: 'runners' },
  'repository-webhooks': { route: 'GET /repos/{owner}/{repo}/hooks' },
};

const ENVIRONMENT_SECRETS: Paged = {
  route: 'GET /repos/{owner}/{repo}/environments/{environment_name}/secrets',
  list: 'secrets',
  notFound: NOT_FOR_US,
};
const REPOSITORY_SUBJECT = 'GET /repos/{owner}/{repo}/actions/oidc/customization/sub';
const ORGANIZATION_SUBJECT = 'GET /orgs/{org}/actions/oidc/customization/sub';

const placeOf = ({ name }: Repository): { owner: string; repo: string } => {
  const [owner = '', repo = ''] = name.split('/');
  return { owner, repo };
};

function repositoryOf(item: unknown): Repository | undefined {
  const { id, full_name } = (item ?? {}) as { id?: unknown; full_name?: unknown };
  return typeof id === 'number' && typeof full_name === 'string' ? { id, name: full_name } : undefined;
}

/** All listings of one organisation, each by its name. */
export function createReading(client: Client, org: string, settings: ReadingSettings, opening: Opening) {
  const repositories = remembering(repositoryPages, repositoryOf);
  const environments = remembering(() => below('environments'), environmentOf);

  /** GitHub counts an organisation's repositories; whoever sees fewer does not see them all. */
  async function repositoryCount(): Promise<{ providerCount?: number; denied: Fault[]; errors: Fault[] }> {
    try {
      const { body } = await client.ask('GET /orgs/{org}', { org });
      const { public_repos, total_private_repos } = (body ?? {}) as Record<string, unknown>;
      if (typeof public_repos !== 'number' || typeof total_private_repos !== 'number')
        return { denied: [], errors: [] };
      return { providerCount: public_repos + total_private_repos, denied: [], errors: [] };
    } catch (error) {
      return toFaults('the count of repositories', error);
    }
  }

  async function* repositoryPages(): AsyncGenerator<RawPage> {
    const { denied, errors, ...count } = await repositoryCount();
    for await (const page of client.pages({ route: 'GET /orgs/{org}/repos' }, { org, type: 'all' })) {
      const more = page.end ? { ...count, denied, errors: [...(page.errors ?? []), ...errors] } : {};
      yield { ...page, ...more };
    }
  }

  /** One list of every repository. */
  async function* below(listing: string): AsyncGenerator<RawPage> {
    const paged = REPOSITORY_LISTS[listing] as Paged;
    yield* forEachParent({
      operation: paged.route,
      parents: await repositories.all(),
      nameOf: ({ name }) => name,
      read: (repository) => client.pages({ ...paged, notFound: NOT_FOR_US }, placeOf(repository)),
      itemsOf: (repository, raw) => raw.map((item) => ({ repository, item })),
    });
  }

  async function* environmentSecrets(): AsyncGenerator<RawPage> {
    yield* forEachParent({
      operation: ENVIRONMENT_SECRETS.route,
      parents: await environments.all(),
      nameOf: ({ repository, name }) => `${name} of ${repository.name}`,
      read: ({ repository, name }) =>
        client.pages(ENVIRONMENT_SECRETS, { ...placeOf(repository), environment_name: name }),
      itemsOf: ({ repository, name }, raw) => raw.map((item) => ({ repository, environment: name, item })),
    });
  }

  /** What a repository's workflows may say that they are: its own template, and the organisation's where it has none. */
  async function* oidcSubjects(): AsyncGenerator<RawPage> {
    const { body } = await client.ask(ORGANIZATION_SUBJECT, { org }, NOT_FOR_US);
    yield* forEachParent({
      operation: REPOSITORY_SUBJECT,
      parents: await repositories.all(),
      nameOf: ({ name }) => name,
      read: (repository) => single(REPOSITORY_SUBJECT, placeOf(repository)),
      itemsOf: (repository, [item]) => [{ repository, issuer: settings.issuer, organization: body, item }],
    });
  }

  async function* single(route: string, parameters: Record<string, string>): AsyncGenerator<RawPage> {
    const { body, calls } = await client.ask(route, parameters, NOT_FOR_US);
    yield { operation: route, request: parameters, items: [body], calls, end: true };
  }

  async function* owners(): AsyncGenerator<RawPage> {
    yield* forEachParent({
      operation: 'GET /repos/{owner}/{repo}/contents/{path}',
      parents: await repositories.all(),
      nameOf: ({ name }) => name,
      read: (repository) => codeOwners(client, placeOf(repository)),
      itemsOf: (repository, raw) => raw.map((item) => ({ repository, item })),
    });
  }

  async function* auditLog(): AsyncGenerator<RawPage> {
    const since = new Date(opening.now().getTime() - settings.auditDays * DAY_MS).toISOString().slice(0, 10);
    for (const action of CREATION_ACTIONS) {
      const parameters = { org, phrase: `action:${action} created:>=${since}`, include: 'all', order: 'asc' };
      const paged = { route: 'GET /orgs/{org}/audit-log', notFound: ENTERPRISE_ONLY };
      for await (const page of client.pages(paged, parameters))
        yield { ...page, end: page.end && action === CREATION_ACTIONS.at(-1) };
    }
  }

  const special: Record<string, () => AsyncIterable<RawPage>> = {
    repositories: repositories.pages,
    environments: environments.pages,
    'environment-secrets': environmentSecrets,
    'oidc-subjects': oidcSubjects,
    'code-owners': owners,
    'audit-log': auditLog,
  };

  return (listing: string): AsyncIterable<RawPage> => {
    const paged = ORGANIZATION_LISTS[listing];
    return special[listing]?.() ?? (paged === undefined ? below(listing) : client.pages(paged, { org }));
  };
}

export interface ReadingSettings {
  /** Of the OIDC tokens that Actions hands to workflows. */
  issuer: string;
  /** How far back the audit log is read. */
  auditDays: number;
}

function environmentOf(item: unknown): Environment | undefined {
  const { repository, item: environment } = item as { repository: Repository; item: { name?: unknown } };
  return typeof environment?.name === 'string' ? { repository, name: environment.name } : undefined;
}
