import type { Opening, Partition, RawPage, Session } from '../../contract.ts';
import { asSourceError, SourceError } from '../../source-error.ts';
import { type Account, once } from './account.ts';
import { type AnswerDates, createCaller } from './caller.ts';
import { type Clients, type Credentials, createClients } from './clients.ts';
import { readTrail } from './cloudtrail/read.ts';
import { collectUsers, readGroups, readPolicies, readRoles, readSummary, readUsers } from './iam.ts';
import { ACCOUNT_LISTINGS, ORGANIZATION_LISTINGS, REGION_LISTINGS, TRAIL_LISTINGS } from './mapping.ts';
import { readOrganization } from './organization.ts';
import { MISSHAPEN } from './paging.ts';
import { readPermissions } from './permissions.ts';
import { readInstanceProfiles, readOidcProviders, readSamlProviders } from './providers.ts';
import { readKeys, readParameters, readSecrets } from './regional.ts';
import { readReport, readReportListing } from './report.ts';
import type { Settings } from './settings.ts';
import {
  readAccessKeys,
  readServiceCredentials,
  readSigningCertificates,
  readSshKeys,
} from './user-credentials.ts';

type Read = (account: Account) => AsyncIterable<RawPage>;

const OF_ACCOUNT: Record<string, Read> = {
  users: readUsers,
  groups: readGroups,
  roles: readRoles,
  policies: readPolicies,
  permissions: readPermissions,
  'access-keys': readAccessKeys,
  'service-credentials': readServiceCredentials,
  'signing-certificates': readSigningCertificates,
  'ssh-public-keys': readSshKeys,
  'oidc-providers': readOidcProviders,
  'saml-providers': readSamlProviders,
  'instance-profiles': readInstanceProfiles,
  'credential-report': readReportListing,
};

const OF_REGION: Record<string, (account: Account, region: string) => AsyncIterable<RawPage>> = {
  secrets: readSecrets,
  parameters: readParameters,
  'kms-keys': readKeys,
};

const ORGANIZATION = 'organization';
const TRAIL = 'cloudtrail';
const SESSION_NAME = 'muniment-sweep';

/** An account, or why it is out of reach. */
type Reached = { id: string; account: Account } | { id: string; why: string };

/** What one sweep holds open. */
export function createSession(
  settings: Settings,
  credentials: Credentials | undefined,
  opening: Opening,
): Session {
  const dates: AnswerDates = new WeakMap();
  const call = createCaller(opening, dates);
  const made: Clients[] = [];
  const clientsOf = (own: Credentials | undefined): Clients => {
    const clients = createClients(settings, own, opening, dates);
    made.push(clients);
    return clients;
  };

  function accountOf(id: string, clients: Clients): Account {
    const { limits, signal, now } = opening;
    const asking = { clients, call, signal };
    const account: Account = {
      ...asking,
      id,
      limits,
      now,
      report: settings.leaveOut.includes('credential-report') ? undefined : once(() => readReport(asking)),
      users: once(() => collectUsers(account)),
      summary: once(() => readSummary(asking)),
    };
    return account;
  }

  const home = once(async (): Promise<Account> => {
    const { GetCallerIdentityCommand } = await import('@aws-sdk/client-sts');
    const clients = clientsOf(credentials);
    const sts = await clients.sts();
    const { output } = await call((options) => sts.send(new GetCallerIdentityCommand({}), options));
    if (output.Account === undefined) throw new SourceError('failed', MISSHAPEN);
    return accountOf(output.Account, clients);
  });

  async function assumed(own: Account, id: string, partition: string): Promise<Account> {
    const { AssumeRoleCommand } = await import('@aws-sdk/client-sts');
    const sts = await own.clients.sts();
    const { role, externalId } = settings.members as NonNullable<Settings['members']>;
    const input = {
      RoleArn: `arn:${partition}:iam::${id}:role/${role}`,
      RoleSessionName: SESSION_NAME,
      ExternalId: externalId,
    };
    const { output } = await call((options) => sts.send(new AssumeRoleCommand(input), options));
    const { AccessKeyId, SecretAccessKey, SessionToken } = output.Credentials ?? {};
    if (AccessKeyId === undefined || SecretAccessKey === undefined || SessionToken === undefined)
      throw new SourceError('failed', MISSHAPEN);
    return accountOf(
      id,
      clientsOf({ accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }),
    );
  }

  /** A member whose role cannot be assumed is declared all the same, as out of reach. */
  async function member(own: Account, id: string): Promise<Reached> {
    try {
      return { id, account: await assumed(own, id, partitionOf(settings.regions[0] as string)) };
    } catch (error) {
      const { kind, message } = asSourceError(error);
      if (kind === 'cancelled') throw error;
      return { id, why: `its role cannot be assumed: ${message}` };
    }
  }

  const reached = once(async (): Promise<Reached[]> => {
    const own = await home();
    const others = settings.members?.accounts.filter((id) => id !== own.id) ?? [];
    return [{ id: own.id, account: own }, ...(await Promise.all(others.map((id) => member(own, id))))];
  });

  async function accountIn(partition: string): Promise<Account> {
    const id = partition.split('/')[0];
    const found = (await reached()).find((one) => one.id === id || partition === ORGANIZATION);
    if (found === undefined || !('account' in found)) throw new SourceError('failed', 'no such account');
    return found.account;
  }

  async function* read({ partition }: Partition, listing: string): AsyncGenerator<RawPage> {
    const account = await accountIn(partition);
    const place = partition.split('/')[1];
    if (partition === ORGANIZATION)
      yield* readOrganization(account, new Set((await reached()).map(({ id }) => id)));
    // Trails of all accounts lie in one bucket, which is for our own credential to read.
    else if (place === TRAIL)
      yield* readTrail({ ...account, clients: (await home()).clients }, known(settings.cloudtrail));
    else if (place === undefined) yield* known(OF_ACCOUNT[listing])(account);
    else yield* known(OF_REGION[listing])(account, place);
  }

  return {
    partitions: async () =>
      (await reached()).flatMap((one) => partitionsOf(one, settings)).concat(organization(settings)),
    read,
    async close() {
      for (const clients of made) clients.destroy();
    },
  };
}

function known<Found>(found: Found | undefined): Found {
  if (found === undefined) throw new SourceError('failed', 'no such listing');
  return found;
}

/** China and GovCloud are partitions of their own. */
const partitionOf = (region: string): string =>
  region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';

const scopeOf = (listings: Array<{ listing: string }>, where: string): Partition['scope'] =>
  Object.fromEntries(listings.map(({ listing }) => [listing, [where]]));

function refused(scope: Partition['scope'], one: Reached): Partition['denied'] {
  return 'why' in one ? Object.fromEntries(Object.keys(scope).map((listing) => [listing, one.why])) : {};
}

function trailOf(one: Reached, { cloudtrail }: Settings): Partition[] {
  if (cloudtrail === undefined) return [];
  const place =
    'folder' in cloudtrail
      ? `folder ${cloudtrail.folder}`
      : `bucket ${cloudtrail.bucket}/${cloudtrail.prefix}`;
  const period = `${cloudtrail.since ?? 'the first digest'} to ${cloudtrail.until ?? 'now'}`;
  const scope = scopeOf(TRAIL_LISTINGS, `account ${one.id}, ${place}, ${period}`);
  return [{ partition: `${one.id}/${TRAIL}`, scope, denied: refused(scope, one) ?? {} }];
}

function partitionsOf(one: Reached, settings: Settings): Partition[] {
  const { regions, leaveOut } = settings;
  const left: readonly string[] = leaveOut;
  const whole = scopeOf(
    ACCOUNT_LISTINGS.filter(({ listing }) => !left.includes(listing)),
    `account ${one.id}`,
  );
  return [
    { partition: one.id, scope: whole, denied: refused(whole, one) ?? {} },
    ...regions.map((region) => {
      const scope = scopeOf(REGION_LISTINGS, `account ${one.id}, region ${region}`);
      return { partition: `${one.id}/${region}`, scope, denied: refused(scope, one) ?? {} };
    }),
    ...trailOf(one, settings),
  ];
}

const organization = (settings: Settings): Partition[] =>
  settings.organization
    ? [{ partition: ORGANIZATION, scope: scopeOf(ORGANIZATION_LISTINGS, 'the organisation') }]
    : [];
