import { z } from 'zod';
import type { Commitment } from '#verifier';
import { timestamp } from '../../../kernel/index.ts';
import { defineListing, type Listing, type Mapping, type Observed } from '../../contract.ts';
import { idOf, type Marks } from '../../marks.ts';

const time = () => z.iso.datetime({ offset: true });
const utc = (value: string | null): string | null => (value === null ? null : timestamp(new Date(value)));

/** The part of a token that npm shows is not named here, so it is hidden. */
const itemShape = (marks: Marks) =>
  marks.object({
    key: marks.text(),
    name: marks.text().nullish(),
    readonly: z.boolean(),
    bypass_2fa: z.boolean().optional(),
    cidr: z.array(marks.text()).nullish(),
    created: time(),
    updated: time().nullish(),
    accessed: time().nullish(),
    expiry: time().nullish(),
    revoked: time().nullish(),
    permissions: z.array(marks.object({ name: marks.text(), action: marks.text() })).nullish(),
    scopes: z.array(marks.object({ type: marks.text(), name: marks.text().nullish() })).nullish(),
  });

const tokenShape = (marks: Marks) => marks.object({ account: marks.personal(), item: itemShape(marks) });

type Token = z.output<ReturnType<typeof tokenShape>>;

const accountOf = (name: Commitment): Observed => ({
  class: 'identity',
  naturalId: `account/${idOf(name)}`,
  label: name,
  attributes: { kind: 'npm-account' },
});

const accountKey = (mapping: Mapping, name: Commitment): string =>
  mapping.key('identity', `account/${idOf(name)}`);

const nameOf = ({ item }: Token): string => item.name || `token ${item.key.slice(0, 8)}`;

/** `expiry` and `accessed` are null where there is none; a registry that does not send them does not tell. */
function token(given: Token, mapping: Mapping): Observed {
  const { account, item } = given;
  return {
    class: 'credential',
    naturalId: `token/${item.key}`,
    label: nameOf(given),
    attributes: {
      kind: 'npm-token',
      holder: accountKey(mapping, account),
      enabled: (item.revoked ?? null) === null,
      created: utc(item.created),
      ...(item.expiry === undefined ? {} : { expires: utc(item.expiry) }),
      ...(item.accessed === undefined ? {} : { lastUsed: utc(item.accessed) }),
      ...(item.cidr ? { networks: item.cidr } : {}),
      ...(item.bypass_2fa === undefined ? {} : { bypassesSecondFactor: item.bypass_2fa }),
    },
  };
}

/** Scopes say where, permissions what; a token without them may do what its account may. */
function grantsOf({ item }: Token): string[] {
  const actions = item.permissions?.map(({ name, action }) => `${action} ${name}`) ?? [];
  const wheres = item.scopes?.map(({ type, name }) => (name ? `${type} ${name}` : type)) ?? [];
  const what = actions.length > 0 ? actions : [item.readonly ? 'read' : 'write'];
  const where = wheres.length > 0 ? wheres : ['whatever the account may reach'];
  return what.flatMap((action) => where.map((each) => `${action} on ${each}`));
}

const account = defineListing({
  listing: 'account',
  about: 'the account that the registry is read as',
  operations: ['GET /-/whoami'],
  shape: (marks) => marks.object({ name: marks.personal() }),
  map: ({ name }) => [accountOf(name)],
});

const tokens = defineListing({
  listing: 'tokens',
  about: 'tokens of the account that the registry is read as',
  operations: ['GET /-/whoami', 'GET /-/npm/v1/tokens'],
  restsOn: ['account'],
  shape: tokenShape,
  map: (given, mapping): Observed[] => [
    token(given, mapping),
    {
      class: 'permission',
      naturalId: `token/${given.item.key}`,
      label: nameOf(given),
      attributes: {
        kind: 'npm-token-scopes',
        holder: accountKey(mapping, given.account),
        path: nameOf(given),
        grants: grantsOf(given),
      },
    },
  ],
});

const ADMINISTRATORS = ['owner', 'admin'];

const members = defineListing({
  listing: 'members',
  about: 'accounts of the organisation and their roles',
  operations: ['GET /-/org/{orgName}/user'],
  shape: (marks) => marks.object({ name: marks.personal(), level: marks.text() }),
  map: (item, mapping): Observed[] => [
    accountOf(item.name),
    {
      class: 'permission',
      naturalId: `member/${idOf(item.name)}`,
      label: `${item.level} of ${mapping.partition}`,
      attributes: {
        kind: 'npm-member',
        holder: accountKey(mapping, item.name),
        path: `${item.level} of ${mapping.partition}`,
        grants: [`${item.level} on ${mapping.partition}`],
        administrator: ADMINISTRATORS.includes(item.level),
      },
    },
  ],
});

const packages = defineListing({
  listing: 'packages',
  about: 'packages of the organisation',
  operations: ['GET /-/org/{orgName}/package'],
  shape: (marks) => marks.object({ name: marks.text(), level: marks.text() }),
  map: (item) => [
    {
      class: 'identity',
      naturalId: `package/${item.name}`,
      label: item.name,
      attributes: { kind: 'npm-package' },
    },
  ],
});

const collaborators = defineListing({
  listing: 'collaborators',
  about: 'who may read or publish a package',
  operations: ['GET /-/package/{escapedPackageName}/collaborators'],
  restsOn: ['packages'],
  shape: (marks) =>
    marks.object({
      package: marks.text(),
      item: marks.object({ name: marks.personal(), level: marks.text() }),
    }),
  map: ({ package: name, item }, mapping): Observed[] => [
    accountOf(item.name),
    {
      class: 'permission',
      naturalId: `collaborator/${name}/${idOf(item.name)}`,
      label: `${item.level} on ${name}`,
      attributes: {
        kind: 'npm-package-access',
        holder: accountKey(mapping, item.name),
        path: 'collaborator',
        grants: [`${item.level} on ${name}`],
      },
    },
  ],
});

const ISSUERS: Record<string, string> = {
  github: 'https://token.actions.githubusercontent.com',
  gitlab: 'https://gitlab.com',
};

const file = (marks: Marks) => marks.object({ file: marks.text() }).optional();

const publisherShape = (marks: Marks) =>
  marks.object({
    package: marks.text(),
    item: marks.object({
      id: marks.text(),
      type: marks.text(),
      claims: marks.object({
        repository: marks.text().optional(),
        workflow_ref: file(marks),
        project_path: marks.text().optional(),
        ci_config_ref_uri: file(marks),
        environment: marks.text().optional(),
        'oidc.circleci.com/project-id': marks.text().optional(),
      }),
      permissions: z.array(marks.text()).optional(),
    }),
  });

type Publisher = z.output<ReturnType<typeof publisherShape>>;

/** The subject as its provider writes it, with `*` for what npm does not look at. */
function subjectOf({ claims }: Publisher['item']): string | undefined {
  const { repository, project_path, environment } = claims;
  if (repository !== undefined)
    return `repo:${repository}:${environment ? `environment:${environment}` : '*'}`;
  if (project_path !== undefined) return `project_path:${project_path}:*`;
  const project = claims['oidc.circleci.com/project-id'];
  return project === undefined ? undefined : `project:${project}`;
}

const conditionsOf = ({ claims }: Publisher['item']): string[] =>
  [
    claims.workflow_ref?.file ?? claims.ci_config_ref_uri?.file,
    claims.environment && `environment ${claims.environment}`,
  ].filter((each): each is string => typeof each === 'string' && each !== '');

function publisher({ package: name, item }: Publisher, mapping: Mapping): Observed[] {
  const [issuer, subject, conditions] = [ISSUERS[item.type], subjectOf(item), conditionsOf(item)];
  const grants = (item.permissions ?? []).map((permission) => `${permission} on ${name}`);
  const holder = mapping.key('identity', `package/${name}`);
  const trust: Observed = {
    class: 'trust',
    naturalId: `publisher/${item.id}`,
    label: `${item.type} publishes ${name}`,
    attributes: {
      kind: 'npm-trusted-publisher',
      holder,
      ...(issuer === undefined ? {} : { issuer }),
      ...(subject === undefined ? {} : { subject }),
      audience: 'npm:registry.npmjs.org',
      ...(conditions.length === 0 ? {} : { conditions: conditions.join('; ') }),
    },
  };
  if (grants.length === 0) return [trust];
  const attributes = { kind: 'npm-publisher-access', holder, path: `trusted publisher ${item.type}`, grants };
  return [trust, { class: 'permission', naturalId: `publisher/${item.id}`, label: trust.label, attributes }];
}

const trustedPublishers = defineListing({
  listing: 'trusted-publishers',
  about: 'whose CI jobs may publish a package without a token',
  operations: ['GET /-/package/{package}/trust'],
  restsOn: ['packages'],
  shape: publisherShape,
  map: publisher,
});

export const accountListings: Listing[] = [account, tokens];
export const organizationListings: Listing[] = [members, packages, collaborators, trustedPublishers];
