import { z } from 'zod';
import { baseUrl, withoutSlashes } from '../../base-url.ts';
import { defineSource, type Opening, type Partition, type Session } from '../../contract.ts';
import { SourceError } from '../../source-error.ts';
import { createClient } from './client.ts';
import { listings } from './mapping.ts';
import { operations } from './operations.ts';
import { createGroupReading, instanceTokens } from './reading.ts';

const GROUPS_MAX = 1_000;
const GROUP = /^[A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)*$/;
const GROUP_CHARACTERS_MAX = 255;
/** No group can have this name: `-` may not begin one. */
const INSTANCE = '-instance';
const INSTANCE_LISTING = 'personal-tokens';

const settings = z.strictObject({
  baseUrl: baseUrl().default('https://gitlab.com').describe('Of the site, without `/api/v4`.'),
  groups: z
    .array(z.string().max(GROUP_CHARACTERS_MAX).regex(GROUP))
    .min(1)
    .max(GROUPS_MAX)
    .describe('Full paths of groups, best top ones; each becomes a partition with all that is below it.'),
  instance: z
    .boolean()
    .default(false)
    .describe('Also read the tokens of all accounts of the instance; takes an administrator.'),
});

type Settings = z.output<typeof settings>;

const groupListings = listings
  .map(({ listing }) => listing)
  .filter((listing) => listing !== INSTANCE_LISTING);

function groupPartition(group: string, { instance }: Settings): Partition {
  const scope = Object.fromEntries(groupListings.map((listing) => [listing, [`group ${group} and below`]]));
  if (instance) return { partition: group, scope };
  return {
    partition: group,
    scope: { ...scope, [INSTANCE_LISTING]: ['tokens of members'] },
    denied: {
      [INSTANCE_LISTING]: 'only an administrator sees tokens of members: set `instance` where you are one',
    },
  };
}

const instancePartition = (): Partition => ({
  partition: INSTANCE,
  scope: { [INSTANCE_LISTING]: ['the whole instance'] },
});

async function open(given: Settings, opening: Opening): Promise<Session> {
  const client = createClient(withoutSlashes(given.baseUrl), await opening.secret('token'), opening);
  const readings = new Map(given.groups.map((group) => [group, createGroupReading(client, group, opening)]));
  return {
    partitions: async () => [
      ...given.groups.map((group) => groupPartition(group, given)),
      ...(given.instance ? [instancePartition()] : []),
    ],
    read({ partition }, listing) {
      if (partition === INSTANCE) return instanceTokens(client);
      const reading = readings.get(partition);
      if (reading === undefined) throw new SourceError('failed', 'no such group');
      return reading(listing);
    },
    close: async () => {},
  };
}

export const source = defineSource<Settings>({
  type: 'gitlab',
  version: 1,
  title: 'GitLab',
  settings,
  secrets: { token: { about: 'An access token of scope `read_api`' } },
  operations,
  listings,
  open,
});
