import { z } from 'zod';
import { defineListing, type Mapping, type Observed } from '../../contract.ts';
import { joins } from '../../joins.ts';
import { idOf, type Marks } from '../../marks.ts';
import { fingerprintOf } from './ssh-key.ts';
import { isAdministration, permissions, repositoryKey, repositoryShape, time, utc } from './words.ts';

const deployKeyShape = (marks: Marks) =>
  marks.object({
    repository: repositoryShape(marks),
    item: marks.object({
      id: z.int(),
      title: marks.text(),
      key: marks.text(),
      created_at: time(),
      read_only: z.boolean(),
      enabled: z.boolean().optional(),
      added_by: marks.personal().nullish(),
      last_used: time().nullish(),
    }),
  });

type DeployKey = z.output<ReturnType<typeof deployKeyShape>>;

/** GitHub takes one public key as deploy key once, so its fingerprint tells it from all others. */
const deployKeyId = ({ item }: DeployKey): string => `deploy-key/${fingerprintOf(item.key) ?? item.id}`;

/** Attributes of what GitHub may leave out: absent stays absent, null stays null. */
const toldOf = (item: DeployKey['item']) => ({
  ...(item.enabled === undefined ? {} : { enabled: item.enabled }),
  ...(item.last_used === undefined ? {} : { lastUsed: utc(item.last_used) }),
  ...(item.added_by === undefined ? {} : { createdBy: item.added_by }),
});

function deployKey(key: DeployKey, mapping: Mapping): Observed {
  const { repository, item } = key;
  const fingerprint = fingerprintOf(item.key);
  return {
    class: 'credential',
    naturalId: deployKeyId(key),
    label: item.title,
    attributes: {
      kind: 'github-deploy-key',
      holder: repositoryKey(mapping, repository),
      created: utc(item.created_at),
      ...toldOf(item),
      expires: null,
      ...(fingerprint === undefined ? {} : { fingerprint }),
      writes: !item.read_only,
      location: repository.name,
    },
    joins: fingerprint === undefined ? [] : [joins.ssh(fingerprint)],
  };
}

export const deployKeys = defineListing({
  listing: 'deploy-keys',
  about: 'SSH keys that open one repository each',
  operations: ['GET /repos/{owner}/{repo}/keys'],
  restsOn: ['repositories'],
  shape: deployKeyShape,
  map: (key, mapping) => [
    deployKey(key, mapping),
    ...permissions({
      naturalId: deployKeyId(key),
      holder: repositoryKey(mapping, key.repository),
      kind: 'github-deploy-key-access',
      label: `deploy key ${key.item.title}`,
      path: `deploy key ${key.item.title}`,
      grants: [`${key.item.read_only ? 'read' : 'write'} on ${key.repository.name}`],
    }),
  ],
});

const account = (login: { commitment: string }): Observed => ({
  class: 'identity',
  naturalId: `account/${idOf(login)}`,
  label: login,
  attributes: { kind: 'github-account' },
});

const rights = (marks: Marks) => z.record(marks.text(), marks.text()).optional();

const grantShape = (marks: Marks) =>
  marks.object({
    token_id: z.int(),
    token_name: marks.text(),
    owner: marks.object({ login: marks.personal() }),
    repository_selection: marks.text(),
    permissions: marks.object({
      organization: rights(marks),
      repository: rights(marks),
      other: rights(marks),
    }),
    access_granted_at: time(),
    token_expired: z.boolean(),
    token_expires_at: time().nullable(),
    token_last_used_at: time().nullable(),
  });

type Grant = z.output<ReturnType<typeof grantShape>>;

/** The moment of the grant is not the token's creation, which GitHub does not tell. */
const fineGrained = (item: Grant, mapping: Mapping): Observed => ({
  class: 'credential',
  naturalId: `fine-grained-token/${item.token_id}`,
  label: item.token_name,
  attributes: {
    kind: 'github-fine-grained-token',
    holder: mapping.key('identity', `account/${idOf(item.owner.login)}`),
    owner: item.owner.login,
    ownerFrom: 'creator',
    granted: utc(item.access_granted_at),
    enabled: !item.token_expired,
    expires: utc(item.token_expires_at),
    lastUsed: utc(item.token_last_used_at),
    repositories: item.repository_selection,
  },
});

function grantRights(item: Grant, mapping: Mapping): Observed[] {
  const { organization = {}, repository = {}, other = {} } = item.permissions;
  const all = [organization, repository, other].flatMap((group) => Object.entries(group)).sort();
  return permissions({
    naturalId: `fine-grained-token/${item.token_id}`,
    holder: mapping.key('identity', `account/${idOf(item.owner.login)}`),
    kind: 'github-token-permissions',
    label: `token ${item.token_name}`,
    path: `token ${item.token_name} on ${item.repository_selection} repositories`,
    grants: all.map(([name, level]) => `${level} on ${name}`),
    administrator: all.some(([name, level]) => isAdministration(name, level)),
  });
}

export const fineGrainedTokens = defineListing({
  listing: 'fine-grained-tokens',
  about: 'fine-grained tokens of members that reach the organisation',
  operations: ['GET /orgs/{org}/personal-access-tokens'],
  shape: grantShape,
  map: (item, mapping) => [
    account(item.owner.login),
    fineGrained(item, mapping),
    ...grantRights(item, mapping),
  ],
});

const ADMIN_SCOPES = ['admin:org', 'admin:enterprise', 'site_admin'];

const authorizationShape = (marks: Marks) =>
  marks.object({
    login: marks.personal(),
    credential_id: z.int(),
    credential_type: marks.text(),
    scopes: z.array(marks.text()).optional(),
    credential_authorized_at: time(),
    credential_accessed_at: time().nullable(),
    authorized_credential_title: marks.text().nullish(),
    authorized_credential_note: marks.text().nullish(),
    authorized_credential_expires_at: time().nullish(),
    fingerprint: marks.text().optional(),
  });

type Authorization = z.output<ReturnType<typeof authorizationShape>>;

const nameOf = (item: Authorization): string =>
  item.authorized_credential_note ??
  item.authorized_credential_title ??
  `${item.credential_type} ${item.credential_id}`;

/** `personal access token` becomes `github-personal-access-token`. */
const kindOf = (item: Authorization): string =>
  `github-${item.credential_type.toLowerCase().replaceAll(' ', '-')}`;

const SSH_FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{43}$/;

function authorized(item: Authorization, mapping: Mapping): Observed {
  const fingerprint = SSH_FINGERPRINT.test(item.fingerprint ?? '') ? item.fingerprint : undefined;
  const expires = item.authorized_credential_expires_at;
  return {
    class: 'credential',
    naturalId: `authorization/${item.credential_id}`,
    label: nameOf(item),
    attributes: {
      kind: kindOf(item),
      holder: mapping.key('identity', `account/${idOf(item.login)}`),
      owner: item.login,
      ownerFrom: 'creator',
      granted: utc(item.credential_authorized_at),
      lastUsed: utc(item.credential_accessed_at),
      ...(expires === undefined ? {} : { expires: utc(expires) }),
      ...(fingerprint === undefined ? {} : { fingerprint }),
    },
    joins: fingerprint === undefined ? [] : [joins.ssh(fingerprint)],
  };
}

export const credentialAuthorizations = defineListing({
  listing: 'credential-authorizations',
  about: 'classic tokens and SSH keys of members that were let through single sign-on',
  operations: ['GET /orgs/{org}/credential-authorizations'],
  shape: authorizationShape,
  map: (item, mapping) => [
    account(item.login),
    authorized(item, mapping),
    ...permissions({
      naturalId: `authorization/${item.credential_id}`,
      holder: mapping.key('identity', `account/${idOf(item.login)}`),
      kind: 'github-token-scopes',
      label: nameOf(item),
      path: nameOf(item),
      grants: item.scopes ?? [],
      administrator: (item.scopes ?? []).some((scope) => ADMIN_SCOPES.includes(scope)),
    }),
  ],
});
