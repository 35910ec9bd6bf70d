import { z } from 'zod';
import { baseUrl } from '../../base-url.ts';
import { defineSource, type Listing, type Opening, type Partition, type Session } from '../../contract.ts';
import { SourceError } from '../../source-error.ts';
import { createClient } from './client.ts';
import { accountListings, organizationListings } from './mapping.ts';
import { operations } from './operations.ts';
import { accountPages, createOrganizationReading } from './reading.ts';

const ORGANIZATIONS_MAX = 1_000;
/** No organisation can have this name. */
const ACCOUNT = '-account';

const settings = z.strictObject({
  registry: baseUrl().default('https://registry.npmjs.org').describe('Address of the registry.'),
  organizations: z
    .array(z.string().regex(/^[a-z0-9][a-z0-9._-]{0,213}$/))
    .max(ORGANIZATIONS_MAX)
    .default([])
    .describe('Names of organisations, without `@`; each becomes a partition.'),
});

type Settings = z.output<typeof settings>;

const partitionOf = (partition: string, listings: Listing[], where: string): Partition => ({
  partition,
  scope: Object.fromEntries(listings.map(({ listing }) => [listing, [where]])),
});

async function open({ registry, organizations }: Settings, opening: Opening): Promise<Session> {
  const client = createClient(registry.replace(/(?<!\/)\/+$/, ''), await opening.secret('token'), opening);
  const readings = new Map(organizations.map((org) => [org, createOrganizationReading(client, org)]));
  return {
    partitions: async () => [
      partitionOf(ACCOUNT, accountListings, 'the account of the token'),
      ...organizations.map((org) => partitionOf(org, organizationListings, `organisation ${org}`)),
    ],
    read({ partition }, listing) {
      if (partition === ACCOUNT) return accountPages(client, listing);
      const reading = readings.get(partition);
      if (reading === undefined) throw new SourceError('failed', 'no such organisation');
      return reading(listing);
    },
    close: async () => {},
  };
}

export const source = defineSource<Settings>({
  type: 'npm',
  version: 1,
  title: 'npm registry',
  settings,
  secrets: { token: { about: 'A token of the account: of a session for its list of tokens' } },
  operations,
  listings: [...accountListings, ...organizationListings],
  open,
});
