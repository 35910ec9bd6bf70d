import { readFile } from 'node:fs/promises';
import { defineSource, type Opening, type Partition, type RawPage, type Session } from '../../contract.ts';
import { hostOfLine, isHashed, type KnownHost, parseKnownHosts } from '../../formats/known-hosts.ts';
import { asSourceError } from '../../source-error.ts';
import { Host, type Login } from './host.ts';
import { listings } from './mapping.ts';
import { FILE, operations } from './operations.ts';
import { addressOf, partitionOf, type SshSettings, settings } from './settings.ts';

/** The file of trusted host keys is a partition of its own. */
const KNOWN_HOSTS = 'known_hosts';

const HOST_LISTINGS: Record<string, string[]> = {
  'host-keys': ['a handshake for each type of key'],
  accounts: ['/etc/passwd'],
  'authorized-keys': ['AuthorizedKeysFile of every account with a home'],
  server: ['/etc/ssh/sshd_config'],
};

async function loginOf({ user }: SshSettings, opening: Opening): Promise<Login | undefined> {
  if (user === undefined || !opening.hasSecret('privateKey')) return undefined;
  return {
    username: user,
    privateKey: await opening.secret('privateKey'),
    ...(opening.hasSecret('passphrase') ? { passphrase: await opening.secret('passphrase') } : {}),
  };
}

async function readKnownHosts(path: string): Promise<{ lines: KnownHost[]; badLines: number }> {
  try {
    return parseKnownHosts(await readFile(path, 'utf8'));
  } catch (error) {
    throw asSourceError(error);
  }
}

/** Hashed names and patterns name no host that could be asked. */
function knownHostsPage(
  { lines, badLines }: { lines: KnownHost[]; badLines: number },
  every: boolean,
): RawPage {
  const items = lines
    .map((line) => ({ ...line, patterns: line.patterns.filter((pattern) => !isHashed(pattern)) }))
    .filter(({ patterns }) => patterns.length > 0)
    .map(({ fingerprint, type, bits, marker, patterns }) => ({ fingerprint, type, bits, marker, patterns }));
  const hashed = lines.filter(({ patterns }) => patterns.some(isHashed)).length;
  const nameless = lines.filter((line) => !line.patterns.some(isHashed) && hostOfLine(line) === undefined);
  const denied = [
    ...(hashed > 0 ? [{ what: `${hashed} hashed host names`, why: 'cannot be told from their hashes' }] : []),
    ...(every && nameless.length > 0
      ? [{ what: `${nameless.length} patterns of host names`, why: 'a pattern names no host to ask' }]
      : []),
  ];
  const errors = badLines > 0 ? [{ what: KNOWN_HOSTS, why: `${badLines} lines of another shape` }] : [];
  return { operation: FILE, request: {}, items, end: true, denied, errors };
}

/** Each host once, those of the settings first. */
function hostsOf(
  configured: SshSettings,
  lines: KnownHost[],
  opening: Opening,
  login?: Login,
): Map<string, Host> {
  const named = configured.hosts.map(addressOf);
  const known = configured.everyKnownHost ? lines.flatMap((line) => hostOfLine(line) ?? []) : [];
  return new Map(
    [...named, ...known].map((address) => [partitionOf(address), new Host(address, lines, login, opening)]),
  );
}

const partitionsOf = (path: string, hosts: Iterable<string>): Partition[] => [
  { partition: KNOWN_HOSTS, scope: { 'known-hosts': [path] } },
  ...[...hosts].map((partition) => ({ partition, scope: HOST_LISTINGS })),
];

async function open(configured: SshSettings, opening: Opening): Promise<Session> {
  const known = await readKnownHosts(configured.knownHosts);
  const hosts = hostsOf(configured, known.lines, opening, await loginOf(configured, opening));
  return {
    partitions: async () => partitionsOf(configured.knownHosts, hosts.keys()),
    async *read({ partition }, listing) {
      const host = hosts.get(partition);
      if (host === undefined) yield knownHostsPage(known, configured.everyKnownHost);
      else if (listing === 'host-keys') yield* host.hostKeys();
      else if (listing === 'accounts') yield* host.accounts();
      else if (listing === 'authorized-keys') yield* host.authorizedKeys();
      else yield* host.server();
    },
    close: async () => void (await Promise.all([...hosts.values()].map((host) => host.close()))),
  };
}

export const source = defineSource<SshSettings>({
  type: 'ssh',
  version: 1,
  title: 'SSH hosts',
  settings,
  hostSettings: ['knownHosts'],
  secrets: {
    privateKey: { about: 'private key of `user`, in OpenSSH or PEM form', optional: true },
    passphrase: { about: 'passphrase of the private key', optional: true },
  },
  operations,
  listings,
  open,
});
