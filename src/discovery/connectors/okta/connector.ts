import { defineSource, type Opening, type Partition, type Session } from '../../contract.ts';
import { openAccess } from './access.ts';
import { createClient } from './client.ts';
import { apiTokens, creationLog, serviceAccounts } from './mapping.ts';
import { appGrants, appKeys, appSecrets, apps } from './mapping-apps.ts';
import { operations } from './operations.ts';
import { createReading } from './reading.ts';
import { type OktaSettings, secrets, settings } from './settings.ts';

const SECRETS_IN_CLEAR = 'the list would hand over the secrets themselves: it is not asked for';

function partitionOf(chosen: OktaSettings): Partition {
  const partition = new URL(chosen.baseUrl).host;
  const listings = [
    ...[apiTokens, apps, appKeys, appGrants],
    ...(chosen.withoutAppSecrets ? [] : [appSecrets]),
    ...(chosen.privilegedAccess ? [serviceAccounts] : []),
    creationLog,
  ];
  return {
    partition,
    scope: Object.fromEntries(listings.map(({ listing }) => [listing, [`org ${partition}`]])),
    denied: chosen.withoutAppSecrets ? {} : { [appSecrets.listing]: SECRETS_IN_CLEAR },
  };
}

async function open(chosen: OktaSettings, opening: Opening): Promise<Session> {
  const access = await openAccess(chosen, opening);
  const read = createReading(createClient(chosen.baseUrl, access, opening), chosen, opening);
  return {
    partitions: async () => [partitionOf(chosen)],
    read: (_, listing) => read(listing),
    close: async () => {},
  };
}

/** An Okta org. */
export const source = defineSource({
  type: 'okta',
  version: 1,
  title: 'Okta',
  settings,
  secrets,
  operations,
  listings: [apiTokens, apps, appKeys, appGrants, appSecrets, serviceAccounts, creationLog],
  open,
});
