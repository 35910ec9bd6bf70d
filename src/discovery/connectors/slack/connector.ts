import { defineSource, type Opening, type Partition, type RawPage, type Session } from '../../contract.ts';
import { type Api, createApi, type Method, nextCursor, nextNumber } from './api.ts';
import { approved, bots, logs, restricted } from './mapping.ts';
import { operations } from './operations.ts';
import { type SlackSettings, secrets, settings } from './settings.ts';

const APPS_PAGE = '100';
/** What Slack recommends for lists of members. */
const USERS_PAGE = '200';
const LOGS_PAGE = '1000';

/** The argument that names what is read. Slack takes one of the two. */
const placeOf = (partition: string): Record<string, string> =>
  partition.startsWith('E') ? { enterprise_id: partition } : { team_id: partition };

const METHODS: Record<string, (partition: string) => Method> = {
  'approved-apps': (partition) => ({
    ...{ method: 'admin.apps.approved.list', secret: 'admin-token', field: 'approved_apps' },
    ...{ query: { limit: APPS_PAGE, ...placeOf(partition) }, next: nextCursor, cursor: 'cursor' },
  }),
  'restricted-apps': (partition) => ({
    ...{ method: 'admin.apps.restricted.list', secret: 'admin-token', field: 'restricted_apps' },
    ...{ query: { limit: APPS_PAGE, ...placeOf(partition) }, next: nextCursor, cursor: 'cursor' },
  }),
  bots: (partition) => ({
    ...{ method: 'users.list', secret: 'token', field: 'members' },
    ...{ query: { limit: USERS_PAGE, ...placeOf(partition) }, next: nextCursor, cursor: 'cursor' },
  }),
  'integration-logs': (partition) => ({
    ...{ method: 'team.integrationLogs', secret: 'admin-token', field: 'logs' },
    ...{ query: { count: LOGS_PAGE, ...placeOf(partition) }, next: nextNumber, cursor: 'page' },
  }),
};

/** Bots alone: of everybody else not even a commitment is kept. What is no object is let through, to be told as broken. */
const isKept = (item: unknown): boolean =>
  typeof item !== 'object' || item === null || (item as { is_bot?: unknown }).is_bot === true;

async function* botsAlone(pages: AsyncIterable<RawPage>): AsyncGenerator<RawPage> {
  for await (const page of pages) yield { ...page, items: page.items.filter(isKept) };
}

function partitionOf(partition: string, chosen: SlackSettings, opening: Opening): Partition {
  const isWorkspace = partition.startsWith('T');
  const needed = {
    [approved.listing]: 'admin-token',
    [restricted.listing]: 'admin-token',
    ...(isWorkspace ? { [bots.listing]: 'token' } : {}),
    ...(isWorkspace && chosen.integrationLogs ? { [logs.listing]: 'admin-token' } : {}),
  };
  const missing = Object.entries(needed).filter(([, secret]) => !opening.hasSecret(secret));
  const where = [`${isWorkspace ? 'workspace' : 'enterprise'} ${partition}`];
  return {
    partition,
    scope: Object.fromEntries(Object.keys(needed).map((listing) => [listing, where])),
    denied: Object.fromEntries(missing.map(([listing, secret]) => [listing, `no secret \`${secret}\``])),
  };
}

const read = (api: Api, partition: string, listing: string): AsyncIterable<RawPage> => {
  const method = METHODS[listing];
  if (method === undefined) throw new Error(`no listing ${listing}`);
  const pages = api.pages(method(partition));
  return listing === bots.listing ? botsAlone(pages) : pages;
};

async function open(chosen: SlackSettings, opening: Opening): Promise<Session> {
  const api = createApi(chosen, opening);
  const places = [...(chosen.enterprise === undefined ? [] : [chosen.enterprise]), ...chosen.workspaces];
  return {
    partitions: async () => [...new Set(places)].map((place) => partitionOf(place, chosen, opening)),
    read: ({ partition }, listing) => read(api, partition, listing),
    close: async () => {},
  };
}

/** Workspaces of Slack, and an Enterprise Grid organisation. */
export const source = defineSource({
  type: 'slack',
  version: 1,
  title: 'Slack',
  settings,
  secrets,
  operations,
  listings: [approved, restricted, bots, logs],
  open,
});
