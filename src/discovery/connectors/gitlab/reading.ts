import type { Opening, RawPage } from '../../contract.ts';
import { forEachParent, remembering } from '../../paging.ts';
import { SourceError } from '../../source-error.ts';
import type { Client, Parameters } from './client.ts';
import { GRAPHQL } from './operations.ts';
import { variables } from './variables.ts';

/** A group or project as the items below it name it. */
export interface Place {
  kind: 'group' | 'project';
  id: number;
  path: string;
}

interface Below {
  of: Place['kind'];
  operation: string;
  query?: Parameters;
}

const BELOW: Record<string, Below> = {
  'group-access-tokens': { of: 'group', operation: 'GET /groups/:id/access_tokens' },
  'project-access-tokens': { of: 'project', operation: 'GET /projects/:id/access_tokens' },
  'group-deploy-tokens': { of: 'group', operation: 'GET /groups/:id/deploy_tokens' },
  'project-deploy-tokens': { of: 'project', operation: 'GET /projects/:id/deploy_tokens' },
  'deploy-keys': { of: 'project', operation: 'GET /projects/:id/deploy_keys' },
  'group-runners': {
    of: 'group',
    operation: 'GET /groups/:id/runners',
    query: { type: 'group_type' },
  },
  'project-runners': {
    of: 'project',
    operation: 'GET /projects/:id/runners',
    query: { type: 'project_type' },
  },
  'group-webhooks': { of: 'group', operation: 'GET /groups/:id/hooks' },
  'project-webhooks': { of: 'project', operation: 'GET /projects/:id/hooks' },
};

function placeOf(kind: Place['kind'], item: unknown): Place | undefined {
  const { id, full_path, path_with_namespace } = (item ?? {}) as Record<string, unknown>;
  const path = kind === 'group' ? full_path : path_with_namespace;
  return typeof id === 'number' && typeof path === 'string' ? { kind, id, path } : undefined;
}

const idOfAccount = (item: unknown): number | undefined => {
  const { id } = (item ?? {}) as { id?: unknown };
  return typeof id === 'number' ? id : undefined;
};

/** All listings of one top group and what is below it, each by its name. */
export function createGroupReading(client: Client, group: string, opening: Opening) {
  const groups = remembering(groupPages, (item) => placeOf('group', item));
  const projects = remembering(projectPages, (item) => placeOf('project', item));
  const accounts = remembering(
    () => client.pages('GET /groups/:id/service_accounts', { id: group }),
    idOfAccount,
  );

  /** The group itself, then all below it. */
  async function* groupPages(): AsyncGenerator<RawPage> {
    const { body, calls, providerTime } = await client.ask('GET /groups/:id', { id: group });
    const clock = providerTime === undefined ? {} : { providerTime };
    yield {
      operation: 'GET /groups/:id',
      request: { id: group },
      items: [body],
      calls,
      ...clock,
      end: false,
    };
    for await (const page of client.pages('GET /groups/:id/descendant_groups', { id: group }))
      yield page.providerCount === undefined ? page : { ...page, providerCount: page.providerCount + 1 };
  }

  function projectPages(): AsyncIterable<RawPage> {
    const query = { include_subgroups: 'true', with_shared: 'false', order_by: 'id', sort: 'asc' };
    return client.pages('GET /groups/:id/projects', { id: group }, query);
  }

  async function* below({ of, operation, query }: Below): AsyncGenerator<RawPage> {
    yield* forEachParent({
      operation,
      parents: await (of === 'group' ? groups : projects).all(),
      nameOf: ({ path }) => path,
      read: ({ id }) => client.pagesOf(operation, { id }, query),
      itemsOf: (place, raw) => raw.map((item) => ({ place, item })),
    });
  }

  async function* variablesOf(kind: Place['kind']): AsyncGenerator<RawPage> {
    yield* forEachParent({
      operation: GRAPHQL,
      parents: await (kind === 'group' ? groups : projects).all(),
      nameOf: ({ path }) => path,
      read: ({ path }) => variables(client, opening.limits, kind, path),
      itemsOf: (place, raw) => raw.map((item) => ({ place, item })),
    });
  }

  async function* accountTokens(): AsyncGenerator<RawPage> {
    const operation = 'GET /groups/:id/service_accounts/:user_id/personal_access_tokens';
    yield* forEachParent({
      operation,
      parents: await accounts.all(),
      nameOf: (id) => `service account ${id}`,
      read: (user_id) => client.pagesOf(operation, { id: group, user_id }),
      itemsOf: (_, raw) => raw,
    });
  }

  const special: Record<string, () => AsyncIterable<RawPage>> = {
    groups: groups.pages,
    projects: projects.pages,
    'service-accounts': accounts.pages,
    'service-account-tokens': accountTokens,
    'group-variables': () => variablesOf('group'),
    'project-variables': () => variablesOf('project'),
  };

  return (listing: string): AsyncIterable<RawPage> => {
    const list = BELOW[listing];
    const read = special[listing] ?? (list && (() => below(list)));
    if (read === undefined) throw new SourceError('failed', `no listing \`${listing}\``);
    return read();
  };
}

/**
 * Members' tokens of the whole instance. To anybody but an administrator GitLab gives that person's own tokens with no word that
 * there are others: that would look whole.
 */
export async function* instanceTokens(client: Client): AsyncGenerator<RawPage> {
  const { body } = await client.ask('GET /user', {});
  if ((body as { is_admin?: unknown } | null)?.is_admin !== true)
    throw new SourceError('denied', 'the token is not of an administrator, who alone sees the tokens of all');
  yield* client.pages('GET /personal_access_tokens', {});
}
