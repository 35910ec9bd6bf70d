import type { HostContext, HostObserved, HostPage } from '../../files/observed.ts';
import { Reader } from '../../files/reader.ts';
import { accountNamed } from './account.ts';
import { accountItems, otherSources, readAccounts } from './accounts.ts';
import { AGENT_PLACES, agentItems } from './agents.ts';
import { CLUSTER_PLACES, clusterItems } from './cluster.ts';
import { CREDENTIAL_PLACES, credentialFileItems } from './credential-files.ts';
import { environmentItems } from './environment.ts';
import { groupItems } from './groups.ts';
import { keyFileItems } from './key-files.ts';
import { LISTENER_PLACES, listenerItems } from './listeners.ts';
import { loginItems } from './logins.ts';
import { readLogs } from './logs.ts';
import { withoutNames } from './personal.ts';
import { PROJECT_PLACES, projectItems } from './projects.ts';
import { accountFacts, pathFor, type Scene } from './scene.ts';
import { SCHEDULE_PLACES, scheduleItems } from './schedules.ts';
import { hostKeyItems, sshItems } from './ssh.ts';
import { sudoItems } from './sudo.ts';
import { readUnits, UNIT_FOLDERS, unitItems } from './units.ts';

interface Listing {
  where: string[];
  items(scene: Scene): Promise<HostObserved[]>;
}

/** Environment files that units name: the units themselves are the listing of services to answer for. */
const environment = async (scene: Scene, root: string): Promise<HostObserved[]> =>
  environmentItems(scene, await readUnits(new Reader(root)));

const listingsBelow = (root: string, roots: string[]): Record<string, Listing> => ({
  accounts: { where: ['/etc/passwd', '/etc/shadow', '/etc/nsswitch.conf'], items: accountItems },
  sudo: { where: ['/etc/sudoers', '/etc/sudoers.d'], items: sudoItems },
  groups: { where: ['/etc/group', '/etc/sudoers', '/etc/sudoers.d'], items: groupItems },
  ssh: { where: ['~/.ssh of every account', '/home'], items: sshItems },
  'key-files': { where: roots, items: keyFileItems },
  'host-keys': { where: ['/etc/ssh'], items: hostKeyItems },
  services: { where: UNIT_FOLDERS, items: unitItems },
  environment: {
    where: ['files that services name', '/etc/default', '/etc/environment'],
    items: (scene) => environment(scene, root),
  },
  schedules: { where: SCHEDULE_PLACES, items: scheduleItems },
  tls: { where: LISTENER_PLACES, items: listenerItems },
  'credential-files': { where: CREDENTIAL_PLACES, items: credentialFileItems },
  agents: { where: AGENT_PLACES, items: agentItems },
  cluster: { where: CLUSTER_PLACES, items: clusterItems },
  projects: { where: [...PROJECT_PLACES, ...roots], items: projectItems },
  logins: {
    where: ['/var/log/lastlog', '/var/log/auth.log', '/var/log/secure', 'journal, 30 days'],
    items: loginItems,
  },
});

/** What all listings of a sweep stand on. Whatever of it could not be read is told by the listing that it belongs to. */
async function setScene(root: string, roots: string[], context: HostContext): Promise<Omit<Scene, 'reader'>> {
  const live = root === '/';
  const reader = new Reader(root);
  const accounts = await readAccounts(reader);
  const known = { context, accounts, accountsWhole: (await otherSources(reader)).length === 0 };
  return {
    ...known,
    live,
    roots,
    fingerprint: context.fingerprint,
    whose: (name) => accountFacts(known, name),
    told: (name, text) => pathFor(accountNamed(accounts, name), text),
    logs: await readLogs(root, live, context.now()),
  };
}

/** One host listing is one page: its items, and exactly what it could not read. */
async function pageOf(listing: string, { items }: Listing, scene: Scene): Promise<HostPage> {
  const { reader } = scene;
  const seen = await items(scene);
  const told = withoutNames(scene.accounts);
  const placed = (faults: HostPage['denied']): HostPage['denied'] =>
    faults.map(({ what, why }) => ({ what: told(what), why }));
  const [denied, errors] = [placed(reader.denied), placed(reader.errors)];
  return { listing, items: seen, calls: reader.calls, denied, errors };
}

export interface HostOptions {
  /** `/`, or a folder that stands for one. */
  root?: string;
  /** Folders below which checkouts, compose files and private keys are looked for; checkouts also in every home. */
  sweepRoots?: string[];
}

export const SWEEP_ROOTS_DEFAULT = ['/srv', '/opt'];

/** A host's listings, read one by one over one scene. */
export interface Host {
  /** Where each listing looks. */
  scope: Record<string, string[]>;
  /** In the clear: names of persons are marked and not yet committed. */
  read(listing: string, context: HostContext): Promise<HostPage>;
}

export function openHost({ root = '/', sweepRoots = SWEEP_ROOTS_DEFAULT }: HostOptions): Host {
  const listings = listingsBelow(root, sweepRoots);
  let scene: ReturnType<typeof setScene> | undefined;
  return {
    scope: Object.fromEntries(Object.entries(listings).map(([name, { where }]) => [name, where])),
    async read(listing, context) {
      scene ??= setScene(root, sweepRoots, context);
      const how = listings[listing];
      if (how === undefined) throw new Error(`a host has no listing \`${listing}\``);
      return pageOf(listing, how, { ...(await scene), reader: new Reader(root) });
    },
  };
}
