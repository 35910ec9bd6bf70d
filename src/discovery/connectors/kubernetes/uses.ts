import { z } from 'zod';
import { defineListing, type Observed } from '../../contract.ts';
import type { Marks } from '../../marks.ts';
import type { AuditLog, Making, Use } from './audit-log.ts';
import { certificateId } from './certificates.ts';
import { READ_AUDIT_LOG } from './operations.ts';
import { accountId, accountOfUser, userId, userName, userOf } from './words.ts';

/** What the audit log tells, as items: one for each user and credential that was used, one for each token that somebody asked for. */

const CERTIFICATE = /^X509SHA256=([0-9a-f]{64})$/i;
const MASTERS = 'system:masters';

const item = (marks: Marks) =>
  z.discriminatedUnion('what', [
    marks.object({
      what: z.literal('use'),
      user: userName(marks),
      credential: marks.text().nullable(),
      isMaster: z.boolean(),
      last: marks.text(),
      from: marks.text().nullable(),
      since: marks.text(),
    }),
    marks.object({
      what: z.literal('making'),
      event: marks.text(),
      at: marks.text(),
      by: userName(marks),
      namespace: marks.text(),
      name: marks.text(),
      credential: marks.text().nullable(),
      expires: marks.text().nullable(),
    }),
  ]);
type Item = z.output<ReturnType<typeof item>>;
type Used = Extract<Item, { what: 'use' }>;
type Made = Extract<Item, { what: 'making' }>;

const useItem = (use: Use, since: string): z.input<ReturnType<typeof item>> => {
  const { groups, ...rest } = use;
  return { what: 'use', ...rest, isMaster: groups.includes(MASTERS), since };
};

/** A person who logs in by other means than a certificate is none of ours; service accounts are told of where they are listed. */
const isMachine = ({ user, credential }: Use): boolean =>
  credential !== null || (user.startsWith('system:') && accountOfUser(user) === undefined);

/** Items of the listing, in one order whatever the order of the files. */
export function itemsOf(log: AuditLog): unknown[] {
  const uses = [...log.uses.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, use]) => use);
  const makings = [...log.makings.values()].sort((a, b) => (a.event < b.event ? -1 : 1));
  return [
    ...makings.map((making: Making) => ({ what: 'making', ...making })),
    ...uses.filter(isMachine).map((use) => useItem(use, log.since ?? use.last)),
  ];
}

const tokenId = (credential: string): string => `token/${credential}`;

function madeToken(
  { event, at, by, namespace, name, credential, expires }: Made,
  key: (id: string) => string,
): Observed {
  return {
    class: 'credential',
    naturalId: tokenId(credential ?? event),
    label: `token of ${namespace}/${name}`,
    attributes: {
      kind: 'kubernetes-requested-token',
      holder: key(accountId(namespace, name)),
      created: at,
      createdBy: by,
      creationEvent: event,
      creationSource: 'kubernetes-audit',
      ...(expires === null ? {} : { expires }),
    },
  };
}

const seenAt = ({ last, from, since }: Used) => ({
  lastUsed: last,
  usesKnownSince: since,
  ...(from === null ? {} : { lastUsedFrom: from }),
});

function usedCredential(used: Used, key: (id: string) => string): Observed[] {
  const { user, credential, isMaster } = used;
  if (credential === null) return userOf(user, seenAt(used));
  const certificate = CERTIFICATE.exec(credential)?.[1]?.toLowerCase();
  const seen: Observed = {
    class: 'credential',
    naturalId: certificate === undefined ? tokenId(credential) : certificateId(certificate),
    label: user,
    attributes: {
      kind: certificate === undefined ? 'kubernetes-requested-token' : 'kubernetes-client-certificate',
      holder: key(userId(user)),
      ...seenAt(used),
      ...(isMaster ? { administrator: true, path: `group ${MASTERS}` } : {}),
    },
  };
  return [...userOf(user, seenAt(used)), seen];
}

export const auditLog = defineListing({
  listing: 'audit-log',
  about: 'last uses of users and certificates, and tokens of service accounts that somebody asked for',
  operations: [READ_AUDIT_LOG],
  events: true,
  shape: item,
  map(told, mapping) {
    const key = (naturalId: string) => mapping.key('identity', naturalId);
    return told.what === 'making' ? [madeToken(told, key)] : usedCredential(told, key);
  },
});
