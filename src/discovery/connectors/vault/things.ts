import { z } from 'zod';
import { defineListing, type Listing } from '../../contract.ts';
import { ASK } from './operations.ts';
import { roleId } from './roles.ts';
import { moment, permissionsOf, placed, rights, seconds, texts } from './words.ts';

/** What is not a role of an auth method: methods and mounts themselves, policies, entities, tokens, and what engines hand out. */

const authMethods = defineListing({
  listing: 'auth-methods',
  about: 'ways to log in',
  operations: [ASK.authMethods],
  shape: (marks) =>
    marks.object({ mount: marks.text(), type: marks.text(), accessor: marks.text().optional() }),
  map: ({ mount, type, accessor }) => [
    {
      class: 'trust',
      naturalId: `auth/${mount}`,
      label: `auth/${mount}`,
      attributes: { kind: 'vault-auth-method', type, ...(accessor === undefined ? {} : { accessor }) },
    },
  ],
});

const mounts = defineListing({
  listing: 'secret-mounts',
  about: 'engines; which of them hand out credentials',
  operations: [ASK.mounts],
  shape: (marks) => marks.object({ mount: marks.text(), type: marks.text() }),
  map: () => [],
});

const policies = defineListing({
  listing: 'policies',
  about: 'policies and their rules; they count where somebody has them',
  operations: [ASK.policies, ASK.policy],
  shape: (marks) => marks.object({ rights: rights(marks) }),
  map: () => [],
});

const MACHINE_ENTITY = /^entity_[0-9a-f]{8}$/;

const entities = defineListing({
  listing: 'entities',
  about: 'who the server knows across its ways to log in, and what their own policies grant',
  operations: [ASK.entities, ASK.entity],
  restsOn: ['policies'],
  shape: (marks) =>
    marks.object({
      id: marks.text(),
      // The server makes up the first kind of name; any other may be a person's.
      name: z.union([z.string().regex(MACHINE_ENTITY), marks.personal()]),
      disabled: z.boolean().optional(),
      creation_time: marks.text().nullish(),
      aliases: z.array(marks.object({ mount_path: marks.text(), mount_type: marks.text() })).nullish(),
      rights: rights(marks),
    }),
  map(entity, mapping) {
    const naturalId = `entity/${entity.id}`;
    return [
      {
        class: 'identity',
        naturalId,
        label: entity.name,
        attributes: {
          kind: 'vault-entity',
          ...(entity.creation_time ? { created: moment(entity.creation_time) } : {}),
          ...(entity.disabled === undefined ? {} : { enabled: !entity.disabled }),
          logsInBy: (entity.aliases ?? []).map(({ mount_path }) => mount_path),
        },
      },
      ...permissionsOf(naturalId, entity.name, entity.rights, mapping),
    ];
  },
});

const ROLE_LOGIN = /^auth\/(.+)\/login$/;

const tokens = defineListing({
  listing: 'tokens',
  about: 'tokens that are valid, by their accessors, never the tokens themselves',
  operations: [ASK.tokens, ASK.token],
  shape: (marks) =>
    marks.object({
      accessor: marks.text(),
      creation_time: z.number(),
      expire_time: marks.text().nullish(),
      entity_id: marks.text().nullish(),
      path: marks.text().optional(),
      policies: texts(marks),
      type: marks.text().optional(),
      meta: marks.object({ role_name: marks.text().optional() }).nullish(),
    }),
  map(token, { key }) {
    const mount = ROLE_LOGIN.exec(token.path ?? '')?.[1];
    const role = token.meta?.role_name;
    const byRole = mount === undefined || role === undefined ? undefined : roleId(mount, role);
    const holder = byRole ?? (token.entity_id ? `entity/${token.entity_id}` : undefined);
    const isRoot = token.policies?.includes('root') === true;
    return [
      {
        class: 'credential',
        naturalId: `token/${token.accessor}`,
        label: `token ${token.accessor}`,
        attributes: {
          kind: 'vault-token',
          holder: holder === undefined ? null : key('identity', holder),
          accessor: token.accessor,
          created: moment(new Date(token.creation_time * 1000).toISOString()),
          expires: moment(token.expire_time),
          policies: [...(token.policies ?? [])],
          ...(token.path === undefined ? {} : { madeBy: token.path }),
          administrator: isRoot,
          ...(isRoot ? { path: 'policy root' } : {}),
        },
      },
    ];
  },
});

const databaseRoles = defineListing({
  listing: 'database-roles',
  about: 'roles that logins of databases are made from at need',
  operations: [ASK.databaseRoles, ASK.databaseRole],
  restsOn: ['secret-mounts'],
  shape: (marks) =>
    marks.object({ ...placed(marks), db_name: marks.text(), default_ttl: seconds(), max_ttl: seconds() }),
  map: ({ mount, name, db_name, default_ttl, max_ttl }) => [
    {
      class: 'identity',
      naturalId: `role/${mount}/${name}`,
      label: `${mount}/${name}`,
      attributes: {
        kind: 'vault-database-role',
        database: db_name,
        lifetimeSeconds: String(default_ttl ?? 0),
        lifetimeMaxSeconds: String(max_ttl ?? 0),
      },
    },
  ],
});

const staticRoles = defineListing({
  listing: 'database-static-roles',
  about: 'logins of databases whose password the server changes',
  operations: [ASK.staticRoles, ASK.staticRole],
  restsOn: ['secret-mounts'],
  shape: (marks) =>
    marks.object({
      ...placed(marks),
      db_name: marks.text(),
      username: marks.text(),
      last_vault_rotation: marks.text().nullish(),
      rotation_period: seconds(),
    }),
  map({ mount, name, db_name, username, last_vault_rotation, rotation_period }, { key }) {
    const naturalId = `static-role/${mount}/${name}`;
    const label = `${mount}/${name}`;
    return [
      {
        class: 'identity',
        naturalId,
        label,
        attributes: { kind: 'vault-database-static-role', database: db_name, login: username },
      },
      {
        class: 'credential',
        naturalId,
        label,
        attributes: {
          kind: 'vault-database-password',
          holder: key('identity', naturalId),
          rotated: moment(last_vault_rotation),
          rotationSeconds: String(rotation_period ?? 0),
        },
      },
    ];
  },
});

const pkiRoles = defineListing({
  listing: 'pki-roles',
  about: 'what certificates may be asked for',
  operations: [ASK.databaseRoles, ASK.databaseRole],
  restsOn: ['secret-mounts'],
  shape: (marks) =>
    marks.object({
      ...placed(marks),
      allow_any_name: z.boolean().optional(),
      allowed_domains: texts(marks),
      allow_subdomains: z.boolean().optional(),
      client_flag: z.boolean().optional(),
      max_ttl: seconds(),
    }),
  map: ({ mount, name, allow_any_name = false, allowed_domains, client_flag, max_ttl }) => [
    {
      class: 'trust',
      naturalId: `role/${mount}/${name}`,
      label: `${mount}/${name}`,
      attributes: {
        kind: 'vault-pki-role',
        subject: allow_any_name ? '*' : (allowed_domains ?? []).join(','),
        lifetimeMaxSeconds: String(max_ttl ?? 0),
        ...(client_flag === undefined ? {} : { logsIn: client_flag }),
      },
    },
  ],
});

const leases = defineListing({
  listing: 'leases',
  about: 'logins of databases that were handed out and have not ended',
  operations: [ASK.leases, ASK.lease],
  restsOn: ['database-roles'],
  shape: (marks) =>
    marks.object({
      ...placed(marks),
      id: marks.text(),
      issue_time: marks.text(),
      expire_time: marks.text().nullish(),
      last_renewal: marks.text().nullish(),
    }),
  map: ({ mount, name, id, issue_time, expire_time }, { key }) => [
    {
      class: 'credential',
      naturalId: `lease/${id}`,
      label: `login by ${mount}/${name}`,
      attributes: {
        kind: 'vault-lease',
        holder: key('identity', `role/${mount}/${name}`),
        created: moment(issue_time),
        expires: moment(expire_time),
      },
    },
  ],
});

/** What others rest on comes first. */
export const firstListings: Listing[] = [authMethods, mounts, policies];
export const otherListings: Listing[] = [entities, tokens, databaseRoles, staticRoles, pkiRoles, leases];
