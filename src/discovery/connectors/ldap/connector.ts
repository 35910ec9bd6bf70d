import { defineSource, type Opening, type Partition, type RawPage, type Session } from '../../contract.ts';
import { type Directory, openDirectory, type Search, type Values } from './client.ts';
import { LISTINGS } from './mapping.ts';
import { type Settings, serverOf, settings } from './settings.ts';

const PAGE_ENTRIES = 500;
const ATTRIBUTES = [
  ...[
    'objectClass',
    'sAMAccountName',
    'userAccountControl',
    'pwdLastSet',
    'lastLogonTimestamp',
    'accountExpires',
  ],
  ...[
    'whenCreated',
    'createTimestamp',
    'pwdChangedTime',
    'servicePrincipalName',
    'msDS-AllowedToDelegateTo',
    'managedBy',
  ],
];
const IN_DIRECTORY =
  '(|(objectClass=msDS-GroupManagedServiceAccount)(objectClass=msDS-ManagedServiceAccount)' +
  '(&(objectCategory=person)(objectClass=user)(|(servicePrincipalName=*)(userAccountControl:1.2.840.113556.1.4.803:=65536))))';
/** Relative ids of groups that administer a domain or a forest: Domain, Schema and Enterprise Admins; Administrators is built in. */
const ADMINISTRATORS =
  '(&(objectClass=group)(adminCount=1)(|(cn=Domain Admins)(cn=Enterprise Admins)(cn=Schema Admins)(cn=Administrators)))';
/** Membership through groups is told by the server itself (LDAP_MATCHING_RULE_IN_CHAIN). */
const membersOf = (group: string) =>
  `(&(objectClass=user)(memberOf:1.2.840.113556.1.4.1941:=${escaped(group)}))`;
/** RFC 4515, section 3: what would end or widen a filter is written as hex. */
const escaped = (value: string) =>
  value.replace(/[\\*()\0]/g, (found) => `\\${found.charCodeAt(0).toString(16).padStart(2, '0')}`);

interface Root {
  contexts: string[];
  isActiveDirectory: boolean;
}

async function rootOf(directory: Directory): Promise<Root> {
  const attributes = ['namingContexts', 'defaultNamingContext', 'supportedCapabilities'];
  const [root] = await directory.search({ base: '', scope: 'base', filter: '(objectClass=*)', attributes });
  const isActiveDirectory = (root?.supportedcapabilities ?? []).includes('1.2.840.113556.1.4.800');
  const contexts = isActiveDirectory ? root?.defaultnamingcontext : root?.namingcontexts;
  return { contexts: contexts ?? [], isActiveDirectory };
}

function sessionOf(settings: Settings, opening: Opening): Session {
  let isActiveDirectory = settings.kind === 'active-directory';
  const server = serverOf(settings);

  /** Each listing has a connection of its own: a cookie holds for one, and none is opened again behind our back. */
  async function within<Result>(use: (directory: Directory) => Promise<Result>): Promise<Result> {
    const directory = await openDirectory(settings, opening);
    return await use(directory).finally(() => directory.close());
  }

  async function partitions(): Promise<Partition[]> {
    const root = await within(rootOf);
    if (settings.kind === 'auto') isActiveDirectory = root.isActiveDirectory;
    const listings = isActiveDirectory ? ['accounts', 'administrators'] : ['accounts'];
    return (settings.baseDns ?? root.contexts).map((base) => ({
      partition: `${server}/${base}`,
      scope: Object.fromEntries(listings.map((listing) => [listing, [base]])),
    }));
  }

  async function* pagesOf(
    directory: Directory,
    search: Search,
    added: Values | object,
  ): AsyncGenerator<RawPage> {
    let cookie: Buffer | undefined;
    do {
      const found = await directory.page(search, cookie, PAGE_ENTRIES);
      cookie = found.cookie;
      yield {
        operation: 'search',
        request: { base: search.base, filter: search.filter },
        items: found.entries.map((entry) => ({ ...present(entry), ...added })),
        end: cookie === undefined,
        denied:
          found.referrals > 0
            ? [{ what: search.base, why: `${found.referrals} parts are on other servers` }]
            : [],
      };
    } while (cookie !== undefined);
  }

  async function* administratorsOf(directory: Directory, base: string): AsyncGenerator<RawPage> {
    const groups = await directory.search({ base, scope: 'sub', filter: ADMINISTRATORS, attributes: ['cn'] });
    for (const [at, { dn: [group] = [] }] of groups.entries()) {
      const search = {
        base,
        scope: 'sub' as const,
        filter: membersOf(group ?? ''),
        attributes: ['memberOf'],
      };
      for await (const page of pagesOf(directory, search, { group: [group] }))
        yield { ...page, end: page.end && at === groups.length - 1 };
    }
    if (groups.length === 0) yield { operation: 'search', request: { base }, items: [], end: true };
  }

  async function* read({ scope }: Partition, listing: string): AsyncGenerator<RawPage> {
    const base = scope[listing]?.[0] ?? '';
    const filter = isActiveDirectory ? IN_DIRECTORY : settings.filter;
    const directory = await openDirectory(settings, opening);
    try {
      if (listing === 'administrators') yield* administratorsOf(directory, base);
      else
        yield* pagesOf(
          directory,
          { base, scope: 'sub', filter, attributes: ATTRIBUTES },
          { asked: [dayOf(opening.now())] },
        );
    } finally {
      await directory.close();
    }
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
