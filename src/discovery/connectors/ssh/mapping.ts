import { z } from 'zod';
import { defineListing } from '../../contract.ts';
import { mayLogIn } from '../../formats/passwd.ts';
import { parseKeyOptions } from '../../formats/ssh-options.ts';
import { joins } from '../../joins.ts';
import { idOf, type Marks } from '../../marks.ts';
import * as operation from './operations.ts';

const FILES = [operation.LOGIN, operation.OPEN, operation.STAT, operation.READ, operation.CLOSE];
const HOST = 'host';

const keyShape = (marks: Marks) => ({
  fingerprint: marks.text(),
  type: marks.text(),
  bits: z.int().nullable(),
});
/** `account` for those of the system, `person` for all others. */
const whoseShape = (marks: Marks) => ({
  uid: z.int(),
  account: marks.text().optional(),
  person: marks.personal().optional(),
  shell: marks.text(),
});

type Whose = { account?: string | undefined; person?: { commitment: string } | undefined };
const nameOf = ({ account, person }: Whose) => account ?? person ?? '';
const accountId = (whose: Whose): string => `account/${idOf(nameOf(whose))}`;
const administration = (uid: number) => (uid === 0 ? { administrator: true, path: 'uid 0' } : {});

const hostKeys = defineListing({
  listing: 'host-keys',
  about: 'the keys by which the host is known, as it proves them in a handshake',
  operations: [operation.HANDSHAKE, operation.FILE],
  shape: (marks) => marks.object({ ...keyShape(marks), knownHosts: marks.text() }),
  map: ({ fingerprint, type, bits, knownHosts }, mapping) => [
    {
      class: 'identity',
      naturalId: HOST,
      label: mapping.partition,
      attributes: { kind: 'ssh-host' },
    },
    {
      class: 'credential',
      naturalId: `host-key/${fingerprint}`,
      label: `host key of ${mapping.partition} (${type})`,
      attributes: {
        kind: 'ssh-host-key',
        holder: mapping.key('identity', HOST),
        fingerprint,
        type,
        bits,
        knownHosts,
        expires: null,
      },
      joins: [joins.ssh(fingerprint)],
    },
  ],
});

const accounts = defineListing({
  listing: 'accounts',
  about: 'accounts of /etc/passwd',
  operations: FILES,
  shape: (marks) => marks.object({ ...whoseShape(marks), gid: z.int() }),
  map: (item, mapping) => [
    {
      class: 'identity',
      naturalId: accountId(item),
      label: nameOf(item),
      attributes: {
        kind: 'ssh-account',
        host: mapping.partition,
        uid: item.uid,
        gid: item.gid,
        shell: item.shell,
        mayLogIn: mayLogIn(item),
        ...administration(item.uid),
      },
    },
  ],
});

/** What an option says that ends is told only where it could be read: else the end is not known. */
function optionFacts(text: string) {
  const { names, from, command, expires, certAuthority, principals } = parseKeyOptions(text);
  const ends = names.includes('expiry-time') && expires === null ? {} : { expires };
  return { options: names, from, command, certAuthority, principals, restricted: names.length > 0, ...ends };
}

const authorizedKeys = defineListing({
  listing: 'authorized-keys',
  about: 'public keys that open an account',
  operations: [...FILES, operation.FOLDER, operation.ENTRIES],
  restsOn: ['accounts'],
  shape: (marks) =>
    marks.object({
      ...whoseShape(marks),
      ...keyShape(marks),
      file: marks.text(),
      mode: marks.text(),
      modified: z.iso.datetime(),
      options: optionsShape(marks),
      comment: marks.personal(),
    }),
  map: (item, mapping) => [
    {
      class: 'trust',
      naturalId: `authorized-key/${idOf(nameOf(item))}/${item.file}/${item.fingerprint}`,
      label: item.comment,
      attributes: {
        kind: item.options.certAuthority ? 'ssh-user-authority' : 'ssh-authorized-key',
        holder: mapping.key('identity', accountId(item)),
        subject: `uid ${item.uid} on ${mapping.partition}`,
        fingerprint: item.fingerprint,
        type: item.type,
        bits: item.bits,
        ...item.options,
        accountMayLogIn: mayLogIn(item),
        ...administration(item.uid),
        comment: item.comment,
        location: item.file,
        mode: item.mode,
        modified: item.modified,
      },
      joins: [joins.ssh(item.fingerprint)],
    },
  ],
});

/** Names of options stay, and values that hold no secret; `command` and `environment` may hold one. */
const optionsShape = (marks: Marks) => marks.text().transform(optionFacts);

const server = defineListing({
  listing: 'server',
  about: 'what sshd_config lets in, and the authorities whose user certificates it takes',
  operations: [...FILES, operation.FOLDER, operation.ENTRIES],
  shape: (marks) =>
    marks.object({
      settings: z.record(z.string(), marks.text()),
      authoritiesFile: marks.text().nullable(),
      authorities: z.array(marks.object({ ...keyShape(marks), comment: marks.personal() })),
      matchBlocks: z.int(),
    }),
  map: ({ settings, authorities, authoritiesFile, matchBlocks }, mapping) => [
    {
      class: 'identity' as const,
      naturalId: HOST,
      label: mapping.partition,
      attributes: { kind: 'ssh-host', ...settings, matchBlocks },
    },
    ...authorities.map(({ fingerprint, type, bits, comment }) => ({
      class: 'trust' as const,
      naturalId: `user-authority/${fingerprint}`,
      label: comment,
      attributes: {
        kind: 'ssh-user-authority',
        holder: mapping.key('identity', HOST),
        subject: 'user certificates that it signs',
        fingerprint,
        type,
        bits,
        location: authoritiesFile ?? '',
      },
      joins: [joins.ssh(fingerprint)],
    })),
  ],
});

/** A line that trusts a host's key. Its own partition: the file is one place, whatever hosts it names. */
const knownHosts = defineListing({
  listing: 'known-hosts',
  about: 'host keys that known_hosts trusts',
  operations: [operation.FILE],
  shape: (marks) =>
    marks.object({
      ...keyShape(marks),
      marker: marks.text().nullable(),
      patterns: z.array(marks.text()).min(1),
    }),
  map: ({ fingerprint, type, bits, marker, patterns }) => [
    {
      class: 'trust',
      naturalId: `known-host/${patterns.join(',')}/${marker ?? 'key'}/${fingerprint}`,
      label: `${patterns[0]} (${type})`,
      attributes: {
        kind: marker === 'cert-authority' ? 'ssh-host-authority' : 'ssh-known-host',
        enabled: marker !== 'revoked',
        subject: patterns.join(','),
        fingerprint,
        type,
        bits,
      },
      joins: [joins.ssh(fingerprint)],
    },
  ],
});

export const listings = [hostKeys, accounts, authorizedKeys, server, knownHosts];
