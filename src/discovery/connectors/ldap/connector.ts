import { defineSource, type Opening, type Partition, type RawPage, type Session } from '../../contract.ts';
import { administratorsOf } from './administrators.ts';
import { type Directory, openDirectory, type Values } from './client.ts';
import { LISTINGS } from './mapping.ts';
import { ANY_ENTRY, mustShow, pagesOf } from './reading.ts';
import { type Settings, serverOf, settings } from './settings.ts';

const ATTRIBUTES = [
  ...['objectClass', 'sAMAccountName', 'userAccountControl', 'pwdLastSet', 'lastLogonTimestamp'],
  ...['accountExpires', 'whenCreated', 'createTimestamp', 'pwdChangedTime', 'servicePrincipalName'],
  ...['msDS-AllowedToDelegateTo', 'managedBy'],
];
/** All bits of a number (LDAP_MATCHING_RULE_BIT_AND). */
const flagged = (bits: number) => `(userAccountControl:1.2.840.113556.1.4.803:=${bits})`;
const NEVER_EXPIRES = flagged(0x10000);
const DELEGATES = `(msDS-AllowedToDelegateTo=*)${flagged(0x1000000)}(&${flagged(0x80000)}(!${flagged(0x2000)}))`;
/** Users by what makes them accounts of services; whatever may delegate, but domain controllers, which always may. */
const IN_DIRECTORY =
  '(|(objectClass=msDS-GroupManagedServiceAccount)(objectClass=msDS-ManagedServiceAccount)' +
  `(&(objectCategory=person)(objectClass=user)(|(servicePrincipalName=*)${NEVER_EXPIRES}))${DELEGATES})`;

interface Root {
  contexts: string[];
  /** Of the domain that the server serves; empty where it serves none. */
  domain: string;
  isActiveDirectory: boolean;
}

async function rootOf(directory: Directory): Promise<Root> {
  const attributes = ['namingContexts', 'defaultNamingContext', 'supportedCapabilities'];
  const [root] = await directory.search({ base: '', scope: 'base', filter: ANY_ENTRY, attributes });
  const isActiveDirectory = (root?.supportedcapabilities ?? []).includes('1.2.840.113556.1.4.800');
  const served = root?.defaultnamingcontext ?? [];
  const contexts = isActiveDirectory ? served : (root?.namingcontexts ?? []);
  return { contexts, domain: served[0] ?? '', isActiveDirectory };
}

function sessionOf(settings: Settings, opening: Opening): Session {
  let isActiveDirectory = settings.kind === 'active-directory';
  let domain = '';
  const server = serverOf(settings);

  /** Each listing has a connection of its own: a cookie holds for one, and none is opened again behind our back. */
  async function within<Result>(use: (directory: Directory) => Promise<Result>): Promise<Result> {
    const directory = await openDirectory(settings, opening);
    return await use(directory).finally(() => directory.close());
  }

  async function partitions(): Promise<Partition[]> {
    const root = await within(rootOf);
    domain = root.domain;
    if (settings.kind === 'auto') isActiveDirectory = root.isActiveDirectory;
    const listings = isActiveDirectory ? ['accounts', 'administrators'] : ['accounts'];
    return (settings.baseDns ?? root.contexts).map((base) => ({
      partition: `${server}/${base}`,
      scope: Object.fromEntries(listings.map((listing) => [listing, [base]])),
    }));
  }

  async function* read({ scope }: Partition, listing: string): AsyncGenerator<RawPage> {
    const base = scope[listing]?.[0] ?? '';
    const directory = await openDirectory(settings, opening);
    try {
      await mustShow(directory, base);
      if (listing === 'administrators') yield* administratorsOf(directory, opening.limits, { domain, base });
      else yield* accountsOf(directory, base);
    } finally {
      await directory.close();
    }
  }

  function accountsOf(directory: Directory, base: string): AsyncGenerator<RawPage> {
    const filter = isActiveDirectory ? IN_DIRECTORY : settings.filter;
    const search = { base, scope: 'sub' as const, filter, attributes: ATTRIBUTES };
    const asked = [dayOf(opening.now())];
    return pagesOf(directory, opening.limits, search, (entry) => [{ ...present(entry), asked }]);
  }

  return { partitions, read, close: async () => undefined };
}

/** By the day, so that a second look on the same day is the same. */
const dayOf = (now: Date): string => `${now.toISOString().slice(0, 10)}T00:00:00.000Z`;

/** The client library gives an empty list for what was asked for and is not there. */
const present = (entry: Values): Record<string, string[]> =>
  Object.fromEntries(Object.entries(entry).filter(([, values]) => values.length > 0));

export const source = defineSource<Settings>({
  type: 'ldap',
  version: 1,
  title: 'LDAP and Active Directory',
  settings,
  secrets: { password: { about: 'password of the account in `bindDn`' } },
  operations: [
    { name: 'bind', privilege: 'an account that may log in' },
    { name: 'search', privilege: 'read on the entries and attributes that are asked for' },
  ],
  listings: LISTINGS,
  open: async (settings, opening) => sessionOf(settings, opening),
});
