import { z } from 'zod';
import { defineListing, type Listing, type Mapping, type Observed } from '../../contract.ts';
import { idOf } from '../../marks.ts';
import { ASK } from './operations.ts';
import { moment, permissionsOf, placed, type Rights, rights, seconds, texts } from './words.ts';

/** Roles of auth methods: each is an identity that whoever passes its check becomes. */

export const roleId = (mount: string, name: string): string => `role/auth/${mount}/${name}`;

const told = (name: string, value: unknown): Record<string, string> =>
  value === undefined || value === null || value === '' ? {} : { [name]: String(value) };

const listed = (values: readonly string[] | null | undefined): string[] => [...(values ?? [])];

interface Role {
  mount: string;
  name: string;
  rights: Rights;
}

function identityOf(
  kind: string,
  { mount, name, rights: held }: Role,
  more: Record<string, string | string[] | boolean>,
  mapping: Mapping,
): Observed[] {
  const naturalId = roleId(mount, name);
  const label = `${mount}/${name}`;
  const attributes = { kind, policies: held.map(({ policy }) => policy), ...more };
  return [
    { class: 'identity', naturalId, label, attributes },
    ...permissionsOf(naturalId, label, held, mapping),
  ];
}

const appRoles = defineListing({
  listing: 'approle-roles',
  about: 'AppRoles, how they log in, and what their policies grant',
  operations: [ASK.roles, ASK.role],
  restsOn: ['auth-methods', 'policies'],
  shape: (marks) =>
    marks.object({
      ...placed(marks),
      bind_secret_id: z.boolean().optional(),
      secret_id_bound_cidrs: texts(marks),
      secret_id_ttl: seconds(),
      token_ttl: seconds(),
      rights: rights(marks),
    }),
  map: (role, mapping) =>
    identityOf(
      'vault-approle',
      role,
      {
        ...(role.bind_secret_id === undefined ? {} : { needsSecretId: role.bind_secret_id }),
        ...told('secretIdSeconds', role.secret_id_ttl),
        ...told('tokenSeconds', role.token_ttl),
        boundTo: listed(role.secret_id_bound_cidrs),
      },
      mapping,
    ),
});

const secretIds = defineListing({
  listing: 'approle-secret-ids',
  about: 'secret ids of AppRoles by their accessors: when they were made and end, never what they are',
  operations: [ASK.roles, ASK.secretIds, ASK.secretId],
  restsOn: ['approle-roles'],
  shape: (marks) =>
    marks.object({
      ...placed(marks),
      secret_id_accessor: marks.text(),
      creation_time: marks.text(),
      expiration_time: marks.text().nullish(),
      secret_id_num_uses: z.number().optional(),
      cidr_list: texts(marks),
    }),
  map: (secret, { key }) => [
    {
      class: 'credential',
      naturalId: `secret-id/${secret.mount}/${secret.name}/${secret.secret_id_accessor}`,
      label: `secret id of ${secret.mount}/${secret.name}`,
      attributes: {
        kind: 'vault-secret-id',
        holder: key('identity', roleId(secret.mount, secret.name)),
        accessor: secret.secret_id_accessor,
        created: moment(secret.creation_time),
        expires: moment(secret.expiration_time),
        boundTo: listed(secret.cidr_list),
        // 0 means any number.
        ...(secret.secret_id_num_uses === undefined ? {} : { usesLeft: secret.secret_id_num_uses || null }),
      },
    },
  ],
});

const kubernetesRoles = defineListing({
  listing: 'kubernetes-roles',
  about: 'which service accounts of Kubernetes become which role',
  operations: [ASK.roles, ASK.role],
  restsOn: ['auth-methods', 'policies'],
  shape: (marks) =>
    marks.object({
      ...placed(marks),
      bound_service_account_names: texts(marks),
      bound_service_account_namespaces: texts(marks),
      audience: marks.text().nullish(),
      rights: rights(marks),
    }),
  map(role, mapping) {
    const names = listed(role.bound_service_account_names).join(',');
    const subject = `system:serviceaccount:${listed(role.bound_service_account_namespaces).join(',')}:${names}`;
    return [
      ...identityOf('vault-kubernetes-role', role, {}, mapping),
      trustOf('vault-kubernetes-trust', role, { subject, ...told('audience', role.audience) }, mapping),
    ];
  },
});

const jwtRoles = defineListing({
  listing: 'jwt-roles',
  about: 'whose tokens, with which subject and claims, become which role',
  operations: [ASK.roles, ASK.role, ASK.authConfig],
  restsOn: ['auth-methods', 'policies'],
  shape: (marks) =>
    marks.object({
      ...placed(marks),
      role_type: marks.text().nullish(),
      bound_subject: marks.text().nullish(),
      bound_audiences: texts(marks),
      bound_claims: z.record(z.string(), z.union([marks.text(), z.array(marks.text())])).nullish(),
      issuer: marks.text().nullable(),
      rights: rights(marks),
    }),
  map(role, mapping) {
    const claims = Object.entries(role.bound_claims ?? {}).map(([name, value]) => `${name}=${String(value)}`);
    const trust = {
      ...told('issuer', role.issuer),
      subject: role.bound_subject || '*',
      audience: listed(role.bound_audiences).join(','),
      conditions: claims.join('; '),
    };
    return [
      ...identityOf('vault-jwt-role', role, told('roleType', role.role_type), mapping),
      trustOf('vault-jwt-trust', role, trust, mapping),
    ];
  },
});

function trustOf(
  kind: string,
  { mount, name }: Role,
  trust: Record<string, string>,
  { key }: Mapping,
): Observed {
  const naturalId = roleId(mount, name);
  const holder = key('identity', naturalId);
  return { class: 'trust', naturalId, label: `${mount}/${name}`, attributes: { kind, holder, ...trust } };
}

const tokenRoles = defineListing({
  listing: 'token-roles',
  about: 'roles that tokens are made from, and what these may do',
  operations: [ASK.tokenRoles, ASK.tokenRole],
  restsOn: ['policies'],
  shape: (marks) =>
    marks.object({
      ...placed(marks),
      orphan: z.boolean().optional(),
      renewable: z.boolean().optional(),
      token_period: seconds(),
      rights: rights(marks),
    }),
  map: (role, mapping) =>
    identityOf('vault-token-role', role, { ...told('periodSeconds', role.token_period) }, mapping),
});

const users = defineListing({
  listing: 'userpass-users',
  about: 'users with a password, and what their policies grant',
  operations: [ASK.users, ASK.user],
  restsOn: ['auth-methods', 'policies'],
  shape: (marks) => marks.object({ ...placed(marks), name: marks.personal(), rights: rights(marks) }),
  map({ mount, name, rights: held }, mapping) {
    const naturalId = `user/auth/${mount}/${idOf(name)}`;
    const attributes = { kind: 'vault-userpass-user', policies: held.map(({ policy }) => policy) };
    return [
      { class: 'identity', naturalId, label: name, attributes },
      ...permissionsOf(naturalId, name, held, mapping),
    ];
  },
});

export const roleListings: Listing[] = [appRoles, secretIds, kubernetesRoles, jwtRoles, tokenRoles, users];
