import { defineSource, type Opening, type Partition, type Session } from '../../contract.ts';
import type { Remembered } from '../../paging.ts';
import { type Api, createApi } from './api.ts';
import { apiKeys, federation } from './federation.ts';
import { accountActivity, accounts, keyActivity, keys } from './mapping.ts';
import { operations } from './operations.ts';
import { accountPolicies, projectPolicy } from './policies.ts';
import { accountsOf, readsOf, textIn } from './reading.ts';
import { type GcpSettings, secrets, settings } from './settings.ts';
import { openTokens } from './token.ts';

const IAM = [accounts, keys, accountPolicies, projectPolicy, federation];

/** The most that the search gives in one page. */
const PROJECTS_PAGE = '500';

/** Ids of the active projects that we may see. */
async function findProjects(api: Api, { query }: GcpSettings): Promise<string[]> {
  const found: string[] = [];
  const pages = api.list({
    operation: 'cloudresourcemanager.projects.search',
    path: '/v3/projects:search',
    field: 'projects',
    query: { pageSize: PROJECTS_PAGE, query: ['state:ACTIVE', ...(query ? [query] : [])].join(' ') },
  });
  for await (const { items } of pages)
    found.push(...items.flatMap((item) => textIn(item, 'projectId') ?? []));
  return found;
}

function partitionOf(project: string, chosen: GcpSettings): Partition {
  const listings = [
    ...IAM,
    ...(chosen.apiKeys ? [apiKeys] : []),
    ...(chosen.activity ? [accountActivity, keyActivity] : []),
  ];
  const where = [`project ${project}`];
  return { partition: project, scope: Object.fromEntries(listings.map(({ listing }) => [listing, where])) };
}

async function open(chosen: GcpSettings, opening: Opening): Promise<Session> {
  const api = createApi(chosen, await openTokens(opening), opening);
  const reads = readsOf(api);
  const known = new Map<string, Remembered<string>>();
  return {
    async partitions() {
      const projects = chosen.projects ?? (await findProjects(api, chosen));
      return [...new Set(projects)].map((project) => partitionOf(project, chosen));
    },
    read({ partition }, listing) {
      const emails = known.get(partition) ?? accountsOf(api, partition);
      known.set(partition, emails);
      const read = reads[listing];
      if (read === undefined) throw new Error(`no listing ${listing}`);
      return read(partition, emails);
    },
    close: async () => known.clear(),
  };
}

/** Projects of Google Cloud. */
export const source = defineSource({
  type: 'gcp',
  version: 1,
  title: 'Google Cloud',
  settings,
  secrets,
  operations,
  listings: [...IAM, apiKeys, accountActivity, keyActivity],
  open,
});
