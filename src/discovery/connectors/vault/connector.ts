import { defineSource, type Opening, type Partition, type Session } from '../../contract.ts';
import { LISTINGS } from './mapping.ts';
import { OPERATIONS } from './operations.ts';
import { connect, createReader, SETTINGS, type Settings } from './reader.ts';
import { createNamespace } from './session.ts';

const ROOT = '';
const NO_TOKENS = 'not asked for (`listTokens`): it takes sudo, and by an accessor a token can be revoked';
const NO_LEASES = 'not asked for (`listLeases`): it takes sudo';

function partitionOf({ listTokens, listLeases }: Settings, partition: string): Partition {
  const denied = {
    ...(listTokens ? {} : { tokens: NO_TOKENS }),
    ...(listLeases ? {} : { leases: NO_LEASES }),
  };
  const scope = LISTINGS.map(({ listing, operations }) => [listing, operations] as const);
  return { partition, scope: Object.fromEntries(scope), denied };
}

async function openVault(settings: Settings, opening: Opening): Promise<Session> {
  const http = await connect(settings, opening);
  const name = settings.name ?? new URL(settings.address).host;
  const namespaces = settings.namespaces ?? [ROOT];
  const parts = new Map(
    namespaces.map((namespace) => {
      const path = namespace.replace(/^\/+|(?<!\/)\/+$/g, '');
      return [path === ROOT ? name : `${name}/${path}`, createNamespace(createReader(http, path))] as const;
    }),
  );
  return {
    partitions: async () => [...parts.keys()].map((partition) => partitionOf(settings, partition)),
    read({ partition }, listing) {
      const part = parts.get(partition);
      if (part === undefined) throw new Error(`no partition \`${partition}\``);
      return part.read(listing);
    },
    close: async () => {},
  };
}

export const source = defineSource<Settings>({
  type: 'vault',
  version: 1,
  title: 'HashiCorp Vault and OpenBao',
  settings: SETTINGS,
  secrets: { token: { about: 'with the policy of the README' } },
  operations: OPERATIONS,
  listings: LISTINGS,
  open: openVault,
});
