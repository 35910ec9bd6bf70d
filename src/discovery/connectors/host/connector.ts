import { hostname } from 'node:os';
import type { Connector, ConnectorContext, Observed, Page } from '../../connector.ts';
import { type Account, accountItems, readAccounts } from './accounts.ts';
import { environmentItems } from './environment.ts';
import { loginItems } from './logins.ts';
import { Reader } from './reader.ts';
import { hostKeyItems, sshItems } from './ssh.ts';
import { sudoItems } from './sudo.ts';
import { readUnits, UNIT_FOLDERS, unitItems } from './units.ts';

const SCOPE = [
  { listing: 'accounts', where: ['/etc/passwd', '/etc/shadow'] },
  { listing: 'sudo', where: ['/etc/sudoers', '/etc/sudoers.d'] },
  { listing: 'ssh', where: ['~/.ssh of every account'] },
  { listing: 'host-keys', where: ['/etc/ssh'] },
  { listing: 'services', where: UNIT_FOLDERS },
  { listing: 'environment', where: ['files that services name', '/etc/default', '/etc/environment'] },
  { listing: 'logins', where: ['/var/log/lastlog', 'journal, 30 days'] },
];

type Listing = (reader: Reader, accounts: Account[], context: ConnectorContext) => Promise<Observed[]>;

/** One host listing is one page: its items, and exactly what it could not read. */
async function pageOf(
  root: string,
  listing: string,
  read: (reader: Reader) => Promise<Observed[]>,
): Promise<Page> {
  const reader = new Reader(root);
  const items = await read(reader);
  return { listing, items, calls: reader.calls, denied: reader.denied, errors: reader.errors, end: true };
}

/** `root`: `/`, or a folder that stands for one. */
export function createHostConnector({ root = '/', name = hostname() } = {}): Connector {
  const listings: Record<string, Listing> = {
    accounts: accountItems,
    sudo: sudoItems,
    ssh: sshItems,
    'host-keys': hostKeyItems,
    services: async (reader) => unitItems(reader, await readUnits(reader)),
    environment: async (reader, _, context) =>
      environmentItems(reader, await readUnits(new Reader(root)), context),
    logins: (reader, accounts) => loginItems(reader, accounts, root === '/'),
  };
  return {
    source: 'host',
    connector: 'host/1',
    partition: name,
    scope: SCOPE,
    async *pages(context) {
      const accounts = await readAccounts(new Reader(root));
      for (const { listing } of SCOPE) {
        yield await pageOf(root, listing, async (reader) => {
          // Accounts are read again under the listing's own account of calls, so an unreadable list is told once.
          const known = listing === 'accounts' ? await readAccounts(reader) : accounts;
          return listings[listing]?.(reader, known, context) ?? [];
        });
      }
    },
  };
}
