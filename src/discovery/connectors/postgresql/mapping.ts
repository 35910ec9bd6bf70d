import { z } from 'zod';
import { defineListing, type Mapping, type Observed } from '../../contract.ts';
import { joins } from '../../joins.ts';

const read = (...relations: string[]) => relations.map((relation) => `SELECT pg_catalog.${relation}`);

/** Server of a partition, which is `host:port` or `host:port/database`. */
const serverOf = (mapping: Mapping): string => mapping.partition.split('/')[0] as string;
const holderOf = (mapping: Mapping, role: string): string =>
  mapping.key('identity', `role/${role}`, serverOf(mapping));

const roles = defineListing({
  listing: 'roles',
  about: 'roles, what each may do by itself, and until when its password holds',
  operations: read('pg_roles'),
  shape: ({ text, object }) =>
    object({
      name: text(),
      login: z.boolean(),
      superuser: z.boolean(),
      createrole: z.boolean(),
      createdb: z.boolean(),
      replication: z.boolean(),
      bypassrls: z.boolean(),
      connlimit: z.int(),
      expires: text().nullable(),
      predefined: z.boolean(),
    }),
  map(role, mapping): Observed[] {
    // Predefined roles come with the server, cannot log in, and are the same everywhere.
    if (role.predefined) return [];
    const { name, login, superuser, createrole, createdb, replication, bypassrls, connlimit } = role;
    const identity: Observed = {
      class: 'identity',
      naturalId: `role/${name}`,
      label: name,
      attributes: {
        kind: login ? 'postgresql-login-role' : 'postgresql-group-role',
        ...(login ? { enabled: connlimit !== 0 } : {}),
        superuser,
        createrole,
        createdb,
        replication,
        bypassrls,
        connectionLimit: connlimit === -1 ? null : connlimit,
      },
      joins: [joins.database(serverOf(mapping), name)],
    };
    return [identity, ...(login ? [passwordOf(role, mapping)] : []), ...powers(role, mapping)];
  },
});

/** Whether a password is set is told to superusers alone, beside its hash: so that it can be used at all is what is known. */
const passwordOf = (
  { name, expires }: { name: string; expires: string | null },
  mapping: Mapping,
): Observed => ({
  class: 'credential',
  naturalId: `password/${name}`,
  label: `password of ${name}, where one is set`,
  attributes: { kind: 'postgresql-password', holder: holderOf(mapping, name), expires },
});

const POWERS = ['superuser', 'createrole', 'createdb', 'replication', 'bypassrls'] as const;

function powers(
  role: { name: string; login: boolean } & Record<(typeof POWERS)[number], boolean>,
  mapping: Mapping,
): Observed[] {
  const held = POWERS.filter((power) => role[power]);
  if (held.length === 0) return [];
  return [
    {
      class: 'permission',
      naturalId: `attributes/${role.name}`,
      label: `${role.name}: ${held.join(', ')}`,
      attributes: {
        kind: 'postgresql-role-attributes',
        holder: holderOf(mapping, role.name),
        grants: held.map((power) => `${power.toUpperCase()} on server`),
        ...(role.superuser && role.login ? { administrator: true, path: 'superuser' } : {}),
      },
    },
  ];
}

const memberships = defineListing({
  listing: 'memberships',
  about: 'which role is a member of which, and whether it inherits, may become, may pass on',
  operations: read('pg_auth_members'),
  shape: ({ text, object }) =>
    object({
      member: text(),
      role: text(),
      admin: z.boolean(),
      inherit: z.boolean(),
      become: z.boolean(),
    }),
  map: ({ member, role, admin, inherit, become }, mapping) => [
    {
      class: 'permission',
      naturalId: `membership/${member}/${role}`,
      label: `${member} is a member of ${role}`,
      attributes: {
        kind: 'postgresql-membership',
        holder: holderOf(mapping, member),
        role,
        grants: [
          ...(inherit ? [`INHERIT on role ${role}`] : []),
          ...(become ? [`SET on role ${role}`] : []),
          ...(admin ? [`ADMIN on role ${role}`] : []),
        ],
      },
    },
  ],
});

const administrators = defineListing({
  listing: 'administrators',
  about: 'login roles that may become a superuser, or run programs of the server, through groups',
  operations: read('pg_auth_members'),
  shape: ({ text, object }) => object({ member: text(), next: text(), top: text() }),
  map: ({ member, next, top }, mapping) => [
    {
      class: 'permission',
      naturalId: `administrator/${member}/${next}/${top}`,
      label: `${member} may become ${top}`,
      attributes: {
        kind: 'postgresql-administrator-path',
        holder: holderOf(mapping, member),
        administrator: true,
        path: next === top ? `member of ${top}` : `member of ${next}, which leads to ${top}`,
      },
    },
  ],
});

/** What each method is worth where it is the only thing that is asked for. */
const WEAK_METHODS: Record<string, string> = {
  trust: 'whoever connects is believed without any proof',
  password: 'the password is sent as it is',
  md5: 'the stored MD5 hash is as good as the password',
};

const authenticationRules = defineListing({
  listing: 'authentication-rules',
  about: 'who may connect from where, and by which proof (`pg_hba.conf` as the server reads it)',
  operations: read('pg_hba_file_rules'),
  shape: ({ text, object }) =>
    object({
      line: z.int(),
      type: text(),
      databases: z.array(text()),
      users: z.array(text()),
      address: text().nullable(),
      netmask: text().nullable(),
      method: text(),
    }),
  map(rule) {
    const from =
      rule.address === null ? rule.type : `${rule.type} ${rule.address} ${rule.netmask ?? ''}`.trim();
    const users = rule.users.join(' ');
    const databases = rule.databases.join(' ');
    const id = `${from}/${databases}/${users}/${rule.method}`;
    const weakness = WEAK_METHODS[rule.method];
    const trust: Observed = {
      class: 'trust',
      naturalId: `authentication/${id}`,
      label: `${users} from ${from}: ${rule.method}`,
      attributes: {
        kind: 'postgresql-authentication-rule',
        issuer: rule.method,
        subject: users,
        audience: databases,
        conditions: from,
        location: `pg_hba.conf:${rule.line}`,
      },
    };
    if (weakness === undefined) return [trust];
    const exposure: Observed = {
      class: 'exposure',
      naturalId: `authentication/${id}`,
      label: `method ${rule.method} for ${users} from ${from}: ${weakness}`,
      attributes: {
        kind: `postgresql-${rule.method}-authentication`,
        why: weakness,
        location: `pg_hba.conf:${rule.line}`,
      },
    };
    return [trust, exposure];
  },
});

const sessions = defineListing({
  listing: 'sessions',
  about: 'roles that are connected at the moment: the only last use that the server tells',
  operations: read('pg_stat_activity', 'pg_stat_ssl'),
  events: true,
  shape: ({ text, object }) =>
    object({
      name: text(),
      sessions: z.int(),
      seen: text(),
      address: text().nullable(),
      clear: z.boolean().nullable(),
    }),
  map: ({ name, seen, address, clear }) => [
    {
      class: 'identity',
      naturalId: `role/${name}`,
      label: name,
      attributes: {
        kind: 'postgresql-login-role',
        lastUsed: seen,
        lastUsedFrom: address ?? 'local',
        withoutTls: clear ?? false,
      },
    },
  ],
});

const clientCertificates = defineListing({
  listing: 'client-certificates',
  about: 'certificates of clients that are connected at the moment',
  operations: read('pg_stat_ssl', 'pg_stat_activity'),
  events: true,
  shape: ({ text, object }) =>
    object({ name: text(), subject: text(), issuer: text(), serial: text(), seen: text() }),
  map: ({ name, subject, issuer, serial, seen }, mapping) => [
    {
      class: 'credential',
      naturalId: `certificate/${issuer}/${serial}/${name}`,
      label: `certificate ${subject} of ${name}`,
      attributes: {
        kind: 'postgresql-client-certificate',
        holder: holderOf(mapping, name),
        subject,
        certificateIssuer: issuer,
        serial,
        lastUsed: seen,
      },
    },
  ],
});

const grants = defineListing({
  listing: 'grants',
  about: 'rights on the objects of one database, by holder; what somebody owns is `OWNER`',
  operations: read('pg_class', 'pg_attribute', 'pg_namespace', 'pg_proc', 'pg_database', 'pg_foreign_server'),
  shape: ({ text, object }) => object({ name: text().nullable(), part: z.int(), held: z.array(text()) }),
  map: ({ name, part, held }, mapping) => [
    {
      class: 'permission',
      naturalId: `grants/${name === null ? 'public' : `role/${name}`}/${part}`,
      label: `${name ?? 'everybody'}: ${held[0] ?? ''}${held.length > 1 ? ` and ${held.length - 1} more` : ''}`,
      attributes: {
        kind: name === null ? 'postgresql-public-grants' : 'postgresql-grants',
        holder: name === null ? null : holderOf(mapping, name),
        database: mapping.partition.slice(serverOf(mapping).length + 1),
        grants: held,
      },
    },
  ],
});

export const SERVER_LISTINGS = [
  roles,
  memberships,
  administrators,
  authenticationRules,
  sessions,
  clientCertificates,
];
export const DATABASE_LISTINGS = [grants];
