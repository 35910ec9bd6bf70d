import { defineListing, type Mapping, type Observed } from '../../contract.ts';
import { joins } from '../../joins.ts';
import { GRANT_LISTINGS } from './mapping-grants.ts';
import { accountOf, flag, holderOf, read, rights } from './words.ts';

const accounts = defineListing({
  listing: 'accounts',
  about:
    'accounts and roles: how each proves itself, since when its password is the same, what it may do everywhere',
  operations: read('mysql.user', 'mysql.global_priv'),
  shape: ({ text, object }) =>
    object({
      user: text(),
      host: text(),
      plugin: text(),
      locked: flag,
      expired: flag,
      changed: text().nullable(),
      until: text().nullable(),
      tls: text(),
      issuer: text().nullable(),
      subject: text().nullable(),
      role: flag,
      privileges: text(),
    }),
  map(item, mapping): Observed[] {
    const account = accountOf(item);
    const identity: Observed = {
      class: 'identity',
      naturalId: `account/${account}`,
      label: account,
      attributes: {
        kind: item.role ? 'mysql-role' : 'mysql-account',
        ...(item.role ? {} : { enabled: !item.locked, plugin: item.plugin, requiresTls: item.tls !== '' }),
      },
      joins: item.role ? [] : [joins.database(mapping.partition, account)],
    };
    const everywhere = everywhereOf(item, account, mapping);
    if (item.role) return [identity, ...everywhere];
    return [
      identity,
      ...passwordOf(item, account, mapping),
      ...certificateOf(item, account, mapping),
      ...placeOf(item, account),
      ...everywhere,
    ];
  },
});

/** These believe somebody else (the system, a directory, a certificate): there is no password here. */
const ELSEWHERE =
  /^(auth_socket|unix_socket|auth_pam|pam|authentication_(ldap|kerberos|windows|webauthn|fido|openid)|gssapi|mysql_no_login)/;

interface Account {
  user: string;
  host: string;
  plugin: string;
  locked: boolean;
  expired: boolean;
  changed: string | null;
  until: string | null;
  tls: string;
  issuer: string | null;
  subject: string | null;
  privileges: string;
}

function passwordOf(item: Account, account: string, mapping: Mapping): Observed[] {
  if (ELSEWHERE.test(item.plugin)) return [];
  return [
    {
      class: 'credential',
      naturalId: `password/${account}`,
      label: `password of ${account}`,
      attributes: {
        kind: 'mysql-password',
        holder: holderOf(mapping, account),
        plugin: item.plugin,
        enabled: !item.expired && !item.locked,
        expires: item.until,
        // Nothing: the server has kept no time, which is not that it was never changed.
        ...(item.changed === null ? {} : { rotated: item.changed }),
      },
    },
  ];
}

/** X509: any certificate of the server's CA; SPECIFIED: one of this issuer or name. */
function certificateOf(item: Account, account: string, mapping: Mapping): Observed[] {
  if (item.tls !== 'X509' && item.tls !== 'SPECIFIED') return [];
  return [
    {
      class: 'trust',
      naturalId: `certificate/${account}`,
      label: `certificate for ${account}`,
      attributes: {
        kind: 'mysql-certificate-rule',
        holder: holderOf(mapping, account),
        issuer: item.issuer || 'any that the server trusts',
        subject: item.subject || 'any',
      },
    },
  ];
}

const exposure = (sort: string, account: string, why: string): Observed => ({
  class: 'exposure',
  naturalId: `${sort}/${account}`,
  label: `${account}: ${why}`,
  attributes: { kind: `mysql-${sort}`, why, account },
});

/** Locked accounts let nobody in. */
const placeOf = (item: Account, account: string): Observed[] =>
  item.locked
    ? []
    : [
        ...(item.user === '' ? [exposure('anonymous-account', account, 'any name is let in')] : []),
        ...(item.host === '%' ? [exposure('any-host', account, 'may connect from everywhere')] : []),
      ];

function everywhereOf(
  { privileges, role }: { privileges: string; role: boolean },
  account: string,
  mapping: Mapping,
): Observed[] {
  const grants = rights(privileges, '*.*');
  if (grants.length === 0) return [];
  // A role acts by those who take it: they have a way of their own.
  const path = role ? undefined : administratorBy(new Set(privileges.split(',')));
  return [
    {
      class: 'permission',
      naturalId: `global/${account}`,
      label: `${account}: ${path ?? grants[0]}`,
      attributes: {
        kind: 'mysql-global-grants',
        holder: holderOf(mapping, account),
        grants,
        ...(path === undefined ? {} : { administrator: true, path }),
      },
    },
  ];
}

function administratorBy(held: Set<string>): string | undefined {
  if (held.has('super')) return 'SUPER on *.*';
  return held.has('create_user') && held.has('grant') ? 'CREATE USER and GRANT OPTION on *.*' : undefined;
}

const emptyPasswords = defineListing({
  listing: 'empty-passwords',
  about: 'accounts that anybody may use, for their password is empty',
  operations: read('mysql.user', 'mysql.global_priv'),
  shape: ({ text, object }) => object({ user: text(), host: text() }),
  map: (item) => [exposure('empty-password', accountOf(item), 'the password is empty')],
});

const connections = defineListing({
  listing: 'connections',
  about: 'whether an account was used since the server started (where its performance schema is on)',
  operations: read('performance_schema.accounts', 'mysql.user'),
  events: true,
  shape: ({ text, object }) =>
    object({ user: text(), host: text(), present: flag, used: flag, today: text(), since: text() }),
  map: (item) => [
    {
      class: 'identity',
      naturalId: `account/${accountOf(item)}`,
      label: accountOf(item),
      attributes: {
        kind: 'mysql-account',
        ...lastUseOf(item),
      },
    },
  ],
});

/** Who was here and is gone left no time behind. */
function lastUseOf({
  present,
  used,
  today,
  since,
}: {
  present: boolean;
  used: boolean;
  today: string;
  since: string;
}) {
  const usesKnownSince = since;
  if (present) return { usesKnownSince, lastUsed: today > since ? today : since };
  return used ? { usesKnownSince } : { usesKnownSince, lastUsed: null };
}

export const LISTINGS = [accounts, emptyPasswords, ...GRANT_LISTINGS, connections];
