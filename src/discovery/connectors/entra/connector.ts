import { defineSource, type Opening, type Partition, type Session } from '../../contract.ts';
import { createGraph } from './graph.ts';
import { applicationOwners, applications, principalOwners, servicePrincipals } from './mapping.ts';
import { operations } from './operations.ts';
import { appRoles, delegatedGrants, directoryRoles } from './permissions.ts';
import { Reading } from './reading.ts';
import { type EntraSettings, secrets, settings } from './settings.ts';
import { openTokens } from './token.ts';
import { agents, blueprints, credentialActivity, federated, principalActivity } from './trusts.ts';

/** Of two owners that are told the first stands: a sponsor before an owner. */
const DIRECTORY = [applications, servicePrincipals];
const AGENTS = [blueprints, agents];
const RIGHTS = [applicationOwners, principalOwners, federated, appRoles, delegatedGrants, directoryRoles];
const ACTIVITY = [principalActivity, credentialActivity];

function partitionOf(chosen: EntraSettings): Partition {
  const listings = [
    ...DIRECTORY,
    ...(chosen.agents ? AGENTS : []),
    ...RIGHTS,
    ...(chosen.activity ? ACTIVITY : []),
  ];
  const where = [`tenant ${chosen.tenant}`];
  return {
    partition: chosen.tenant,
    scope: Object.fromEntries(listings.map(({ listing }) => [listing, where])),
  };
}

async function open(chosen: EntraSettings, opening: Opening): Promise<Session> {
  const tokens = await openTokens(chosen, opening);
  const reading = new Reading(createGraph(chosen, tokens, opening), chosen);
  return {
    partitions: async () => [partitionOf(chosen)],
    read: (_, listing) => reading.listing(listing),
    close: async () => {},
  };
}

/** A Microsoft Entra tenant, read through Microsoft Graph. */
export const source = defineSource({
  type: 'entra',
  version: 1,
  title: 'Microsoft Entra ID',
  settings,
  secrets,
  operations,
  listings: [...DIRECTORY, ...AGENTS, ...RIGHTS, ...ACTIVITY],
  open,
});
