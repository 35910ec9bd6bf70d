import { createHmac } from 'node:crypto';
import { factsOfBlob, type PublicKeyFacts } from './ssh-keys.ts';

/** A line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export interface KnownHost extends PublicKeyFacts {
  marker: 'cert-authority' | 'revoked' | null;
  /** Patterns as they stand, e.g. `example.com`, `[example.com]:2222`, `*.example.com`, `!db`; a hashed name is one pattern. */
  patterns: string[];
  /** The key's blob, base64. */
  blob: string;
}

export const SSH_PORT = 22;
const HASHED = /^\|1\|([A-Za-z0-9+/=]+)\|([A-Za-z0-9+/=]+)$/;
const PATTERN_CHARACTERS = /[*?!]/;

export const isHashed = (pattern: string): boolean => pattern.startsWith('|');

const MARKERS: Record<string, KnownHost['marker']> = {
  '@cert-authority': 'cert-authority',
  '@revoked': 'revoked',
};

function parseLine(line: string): KnownHost | undefined {
  const words = line.split(/\s+/);
  const marker = line.startsWith('@') ? MARKERS[words.shift() ?? ''] : null;
  const [patterns, , blob = ''] = words;
  const facts = factsOfBlob(Buffer.from(blob, 'base64'));
  if (marker === undefined || patterns === undefined || facts === undefined) return undefined;
  return { ...facts, marker, patterns: patterns.split(','), blob };
}

/** Lines of another shape are passed over and counted. */
export function parseKnownHosts(text: string): { lines: KnownHost[]; badLines: number } {
  const told = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const lines = told.flatMap((line) => parseLine(line) ?? []);
  return { lines, badLines: told.length - lines.length };
}

export interface HostAddress {
  host: string;
  port: number;
}

/** As OpenSSH names it: `host`, or `[host]:port` where the port is another than 22. */
export const nameOfHost = ({ host, port }: HostAddress): string =>
  port === SSH_PORT ? host : `[${host}]:${port}`;

/** `host`, `host:port`, `[host]:port`, a bare IPv6 address; undefined for what is none of them. */
export function parseHost(text: string): HostAddress | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([^[\]\s]+)\]|([^[\]\s:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined)
    return /^[0-9a-f:.]+$/i.test(text) && text.slice(0, -1).includes(':')
      ? { host: text, port: SSH_PORT }
      : undefined;
  const port = digits === undefined ? SSH_PORT : Number(digits);
  return port > 0 && port < 65_536 ? { host, port } : undefined;
}

const asExpression = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*/g, '.*')
      .replace(/\?/g, '.')}$`,
    'i',
  );

function isHashOf(pattern: string, name: string): boolean {
  const [, salt = '', hash] = HASHED.exec(pattern) ?? [];
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

const matches = (pattern: string, name: string): boolean =>
  isHashed(pattern) ? isHashOf(pattern, name) : asExpression(pattern).test(name);

/** Lines that speak of a host. A pattern with `!` takes the host out of its line. */
export const linesFor = (lines: KnownHost[], address: HostAddress): KnownHost[] =>
  lines.filter(({ patterns }) => {
    const name = nameOfHost(address).toLowerCase();
    const against = patterns.filter((pattern) => pattern.startsWith('!'));
    if (against.some((pattern) => matches(pattern.slice(1), name))) return false;
    return patterns.some((pattern) => !pattern.startsWith('!') && matches(pattern, name));
  });

/** The host that a line names, or undefined where it has only patterns or hashed names: those name no host. */
export const hostOfLine = ({ patterns }: KnownHost): HostAddress | undefined =>
  patterns
    .filter((pattern) => !isHashed(pattern) && !PATTERN_CHARACTERS.test(pattern))
    .map(parseHost)
    .find((address) => address !== undefined);

/** `known`; `changed`: another key of this type is known; `revoked`; `unlisted`: nothing is known of this host's keys of this type. */
export type HostKeyState = 'known' | 'changed' | 'revoked' | 'unlisted';

/** What known_hosts says of a key that a host presents. */
export function stateOfHostKey(lines: KnownHost[], address: HostAddress, key: PublicKeyFacts): HostKeyState {
  const told = linesFor(lines, address).filter(({ marker }) => marker !== 'cert-authority');
  const same = told.filter(({ fingerprint }) => fingerprint === key.fingerprint);
  if (same.some(({ marker }) => marker === 'revoked')) return 'revoked';
  if (same.length > 0) return 'known';
  const others = told.filter(({ marker, type }) => marker === null && type === key.type);
  return others.length > 0 ? 'changed' : 'unlisted';
}
