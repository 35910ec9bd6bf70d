import { z } from 'zod';
import { defineListing, type Mapping, type Observed } from '../../contract.ts';
import { joins } from '../../joins.ts';

const read = (...tables: string[]) => tables.map((table) => `SELECT ${table}`);

/** The server's own way to write an account. */
export const accountOf = ({ user, host }: { user: string; host: string }): string => `'${user}'@'${host}'`;
/** A role has no place. In MySQL it is an account like any other, with the place that it was made with. */
const roleOf = ({ role, roleHost }: { role: string; roleHost: string }): string =>
  accountOf({ user: role, host: roleHost });
const holderOf = (mapping: Mapping, account: string): string => mapping.key('identity', `account/${account}`);

/** The server tells truth as 1 and 0. */
const flag = z.literal([0, 1]).transform((value) => value === 1);
/** As the server writes a set: `Select,Insert`, `select,create_tmp_table`. */
const rights = (privileges: string, where: string): string[] =>
  privileges
    .split(',')
    .filter((privilege) => privilege !== '')
    .map((privilege) => `${wordsOf(privilege)} on ${where}`);

const WORDS: Record<string, string> = {
  GRANT: 'GRANT OPTION',
  'SHOW DB': 'SHOW DATABASES',
  'CREATE TMP TABLE': 'CREATE TEMPORARY TABLES',
  'REPL SLAVE': 'REPLICATION SLAVE',
  'REPL CLIENT': 'REPLICATION CLIENT',
};
const wordsOf = (privilege: string): string => {
  const words = privilege.replaceAll('_', ' ').toUpperCase();
  return WORDS[words] ?? words;
};

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

const memberships = defineListing({
  listing: 'memberships',
  about: 'which account or role is given which role, and whether it is active without asking',
  operations: read('mysql.role_edges', 'mysql.default_roles', 'mysql.roles_mapping'),
  shape: ({ text, object }) =>
    object({
      user: text(),
      host: text(),
      role: text(),
      roleHost: text(),
      admin: flag,
      standard: flag.nullable(),
    }),
  map: (item, mapping) => [
    {
      class: 'permission',
      naturalId: `membership/${accountOf(item)}/${roleOf(item)}`,
      label: `${accountOf(item)} has role ${roleOf(item)}`,
      attributes: {
        kind: 'mysql-role-membership',
        holder: holderOf(mapping, accountOf(item)),
        role: roleOf(item),
        default: item.standard === true,
        grants: [`SET ROLE on ${roleOf(item)}`, ...(item.admin ? [`ADMIN on ${roleOf(item)}`] : [])],
      },
    },
  ],
});

const administrators = defineListing({
  listing: 'administrators',
  about: 'accounts that may take a role which is as good as the administrator',
  operations: read('mysql.user', 'mysql.role_edges', 'mysql.roles_mapping'),
  shape: ({ text, object }) =>
    object({ user: text(), host: text(), role: text(), roleHost: text(), top: text(), topHost: text() }),
  map(item, mapping) {
    const account = accountOf(item);
    const next = roleOf(item);
    const top = roleOf({ role: item.top, roleHost: item.topHost });
    return [
      {
        class: 'permission',
        naturalId: `administrator/${account}/${next}/${top}`,
        label: `${account} may become ${top}`,
        attributes: {
          kind: 'mysql-administrator-path',
          holder: holderOf(mapping, account),
          administrator: true,
          path: next === top ? `role ${top}` : `role ${next}, which leads to ${top}`,
        },
      },
    ];
  },
});

/** What an account may do on one thing, as one observation. */
const heldOn = (
  mapping: Mapping,
  item: { user: string; host: string },
  where: string,
  grants: string[],
): Observed => ({
  class: 'permission',
  naturalId: `grants/${accountOf(item)}/${where}`,
  label: `${accountOf(item)}: ${grants[0] ?? 'nothing'}${grants.length > 1 ? ` and ${grants.length - 1} more` : ''}`,
  attributes: { kind: 'mysql-grants', holder: holderOf(mapping, accountOf(item)), path: where, grants },
});

const databaseGrants = defineListing({
  listing: 'database-grants',
  about: 'rights on whole databases',
  operations: read('mysql.db'),
  shape: ({ text, object }) => object({ user: text(), host: text(), name: text(), privileges: text() }),
  map: (item, mapping) => [
    heldOn(mapping, item, `\`${item.name}\`.*`, rights(item.privileges, `\`${item.name}\`.*`)),
  ],
});

const tableGrants = defineListing({
  listing: 'table-grants',
  about: 'rights on tables, and which of them are for some columns alone',
  operations: read('mysql.tables_priv'),
  shape: ({ text, object }) =>
    object({ user: text(), host: text(), name: text(), item: text(), privileges: text(), columns: text() }),
  map(item, mapping) {
    const table = `\`${item.name}\`.\`${item.item}\``;
    const grants = [...rights(item.privileges, table), ...rights(item.columns, `columns of ${table}`)];
    return [heldOn(mapping, item, table, grants)];
  },
});

const routineGrants = defineListing({
  listing: 'routine-grants',
  about: 'rights on functions and procedures',
  operations: read('mysql.procs_priv'),
  shape: ({ text, object }) =>
    object({ user: text(), host: text(), name: text(), item: text(), kind: text(), privileges: text() }),
  map(item, mapping) {
    const routine = `${item.kind} \`${item.name}\`.\`${item.item}\``;
    return [heldOn(mapping, item, routine, rights(item.privileges, routine))];
  },
});

const globalGrants = defineListing({
  listing: 'global-grants',
  about: 'dynamic privileges (MySQL)',
  operations: read('mysql.global_grants'),
  shape: ({ text, object }) => object({ user: text(), host: text(), privilege: text(), granting: flag }),
  map: (item, mapping) => [
    heldOn(mapping, item, `${item.privilege} on *.*`, [
      `${item.privilege} on *.*${item.granting ? ' with grant option' : ''}`,
    ]),
  ],
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

export const LISTINGS = [
  accounts,
  emptyPasswords,
  memberships,
  administrators,
  databaseGrants,
  tableGrants,
  routineGrants,
  globalGrants,
  connections,
];
