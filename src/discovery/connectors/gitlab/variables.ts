import type { RawPage, SourceLimits } from '../../contract.ts';
import { listOf } from '../../link-paging.ts';
import { follow } from '../../paging.ts';
import { SourceError } from '../../source-error.ts';
import type { Client } from './client.ts';
import { GRAPHQL } from './operations.ts';

/**
 * GitLab's REST list of variables holds their values. A GraphQL query gets the fields it names and no others, so that no value ever
 * leaves GitLab.
 */
const queryOf = (kind: 'group' | 'project'): string =>
  `query($path: ID!, $after: String) { ${kind}(fullPath: $path) { ciVariables(first: 100, after: $after) { nodes { id key variableType environmentScope protected masked } pageInfo { hasNextPage endCursor } } } }`;

interface Connection {
  pageInfo?: { hasNextPage?: unknown; endCursor?: unknown };
}

/** null is what GraphQL answers where we may not see: a refusal. */
function connectionOf(data: unknown, kind: string): Connection {
  const holder = (data as Record<string, { ciVariables?: Connection | null } | null> | null)?.[kind];
  const connection = holder?.ciVariables ?? null;
  if (connection === null) throw new SourceError('denied', 'variables are not shown to us');
  return connection;
}

function nextOf({ pageInfo }: Connection): string | undefined {
  if (pageInfo?.hasNextPage === false) return undefined;
  if (pageInfo?.hasNextPage !== true || typeof pageInfo.endCursor !== 'string')
    throw new SourceError('failed', 'the answer does not say whether it is the last');
  return pageInfo.endCursor;
}

/** Names and protection of the variables of one group or project. */
export const variables = (
  client: Client,
  limits: SourceLimits,
  kind: 'group' | 'project',
  path: string,
): AsyncGenerator<RawPage> =>
  follow(limits, async (cursor) => {
    const { body, calls } = await client.graphql(queryOf(kind), { path, after: cursor ?? null });
    const connection = connectionOf(body, kind);
    const items = listOf(connection, 'nodes');
    const page = { operation: GRAPHQL, request: { [kind]: path, after: cursor ?? null }, items, calls };
    return { page, next: nextOf(connection) };
  });
