import { z } from 'zod';
import { defineListing } from '../../contract.ts';
import { joins } from '../../joins.ts';
import type { Marks } from '../../marks.ts';
import { idOf } from '../../marks.ts';
import { conditionsOf, nameOf, tagsOf, told, toldByTags } from './shapes.ts';
import { assumedBy, trustsOf } from './trust.ts';

const GAAD = 'iam:GetAccountAuthorizationDetails';
const COUNT = 'iam:GetAccountSummary';
const REPORT = ['iam:GenerateCredentialReport', 'iam:GetCredentialReport'];

const common = (marks: Marks) => ({
  UserId: marks.text(),
  CreateDate: marks.text(),
  Tags: tagsOf(marks),
});

/** Who has a password is taken for a person, and so is everybody where that is not known. */
export const users = defineListing({
  listing: 'users',
  about:
    'users of the account; those with a password for the console, or of whom that is not known, are taken for persons',
  operations: [GAAD, COUNT, ...REPORT],
  shape: (marks) =>
    z.union([
      marks.object({
        ...common(marks),
        Console: z.literal(false),
        UserName: marks.text(),
        Arn: marks.text(),
        GroupList: z.array(marks.text()).optional(),
      }),
      marks.object({
        ...common(marks),
        Console: z.literal([true, null]),
        UserName: marks.personal(),
        Arn: marks.personal(),
        GroupList: z.array(marks.text()).optional(),
      }),
    ]),
  map: ({ UserId, UserName, Arn, CreateDate, Tags, Console, GroupList = [] }) => [
    {
      class: 'identity',
      naturalId: `user/${UserId}`,
      label: UserName,
      attributes: told({
        kind: 'aws-iam-user',
        created: CreateDate,
        console: Console ?? undefined,
        groups: GroupList.length > 0 ? GroupList : undefined,
        ...toldByTags(Tags),
      }),
      joins: [joins.aws(UserId), ...(typeof Arn === 'string' ? [joins.aws(Arn)] : [])],
    },
  ],
});

export const groups = defineListing({
  listing: 'groups',
  about: 'groups of users',
  operations: [GAAD, COUNT],
  shape: (marks) =>
    marks.object({
      GroupId: marks.text(),
      GroupName: marks.text(),
      Arn: marks.text(),
      CreateDate: marks.text(),
      AttachedManagedPolicies: z.array(marks.object({ PolicyName: marks.text() })).optional(),
      GroupPolicyList: z.array(marks.object({ PolicyName: marks.text() })).optional(),
    }),
  map: ({ GroupId, GroupName, Arn, CreateDate, AttachedManagedPolicies = [], GroupPolicyList = [] }) => [
    {
      class: 'permission',
      naturalId: `group/${GroupId}`,
      label: GroupName,
      attributes: told({
        kind: 'aws-iam-group',
        holder: null,
        created: CreateDate,
        policies: [...AttachedManagedPolicies, ...GroupPolicyList].map(({ PolicyName }) => PolicyName),
      }),
      joins: [joins.aws(Arn)],
    },
  ],
});

const trustShape = (marks: Marks) =>
  z.array(
    z.object({
      effect: marks.text(),
      actions: z.array(marks.text()),
      principals: z.array(
        z.object({ sort: marks.text(), name: nameOf(marks), account: marks.text().optional() }),
      ),
      conditions: conditionsOf(marks),
    }),
  );

export const roles = defineListing({
  listing: 'roles',
  about: 'roles, when they were last used, and whom their trust policies believe',
  operations: [GAAD, COUNT, 'iam:GetRole'],
  shape: (marks) =>
    marks.object({
      RoleId: marks.text(),
      RoleName: marks.text(),
      Arn: marks.text(),
      Path: marks.text().optional(),
      CreateDate: marks.text(),
      RoleLastUsed: marks
        .object({ LastUsedDate: marks.text().optional(), Region: marks.text().optional() })
        .optional(),
      TrackedSince: marks.text().optional(),
      Trust: trustShape(marks).optional(),
      Tags: tagsOf(marks),
    }),
  map(role, mapping) {
    const { RoleId, RoleName, Arn, Path, CreateDate, RoleLastUsed, TrackedSince, Trust, Tags } = role;
    const holder = mapping.key('identity', `role/${RoleId}`);
    const by = assumedBy(Trust ?? []);
    return [
      {
        class: 'identity',
        naturalId: `role/${RoleId}`,
        label: RoleName,
        attributes: told({
          kind: Path?.startsWith('/aws-service-role/') ? 'aws-iam-service-linked-role' : 'aws-iam-role',
          created: CreateDate,
          lastUsed: RoleLastUsed && (RoleLastUsed.LastUsedDate ?? null),
          lastUsedFrom: RoleLastUsed && (RoleLastUsed.Region ?? null),
          usesKnownSince: TrackedSince,
          assumedBy: by.length > 0 ? by : undefined,
          ...toldByTags(Tags),
        }),
        joins: [joins.aws(RoleId), joins.aws(Arn)],
      },
      ...trustsOf({ id: RoleId, name: RoleName, arn: Arn, holder }, Trust ?? []),
    ];
  },
});

export const oidcProviders = defineListing({
  listing: 'oidc-providers',
  about: 'issuers of OIDC tokens that the account believes',
  operations: ['iam:ListOpenIDConnectProviders', 'iam:GetOpenIDConnectProvider'],
  shape: (marks) =>
    marks.object({
      Arn: marks.text(),
      Url: marks.text().optional(),
      ClientIDList: z.array(marks.text()).optional(),
      CreateDate: marks.text().optional(),
      Tags: tagsOf(marks),
    }),
  map: ({ Arn, Url, ClientIDList, CreateDate, Tags }) => [
    {
      class: 'trust',
      naturalId: `oidc-provider/${Arn}`,
      label: Arn.split(':oidc-provider/')[1] ?? Arn,
      attributes: told({
        kind: 'aws-oidc-provider',
        issuer: `https://${(Url ?? Arn.split(':oidc-provider/')[1] ?? '').replace(/^https:\/\//, '')}`,
        audience: ClientIDList === undefined ? undefined : ClientIDList.join(' '),
        created: CreateDate,
        ...toldByTags(Tags),
      }),
      joins: [joins.aws(Arn)],
    },
  ],
});

export const samlProviders = defineListing({
  listing: 'saml-providers',
  about: 'SAML identity providers that the account believes',
  operations: ['iam:ListSAMLProviders'],
  shape: (marks) =>
    marks.object({
      Arn: marks.text(),
      ValidUntil: marks.text().optional(),
      CreateDate: marks.text().optional(),
    }),
  map: ({ Arn, ValidUntil, CreateDate }) => [
    {
      class: 'trust',
      naturalId: `saml-provider/${Arn}`,
      label: Arn.split(':saml-provider/')[1] ?? Arn,
      attributes: told({
        kind: 'aws-saml-provider',
        issuer: Arn,
        created: CreateDate,
        expires: ValidUntil,
      }),
      joins: [joins.aws(Arn)],
    },
  ],
});

export const instanceProfiles = defineListing({
  listing: 'instance-profiles',
  about: 'what hands a role to virtual machines',
  operations: ['iam:ListInstanceProfiles', COUNT],
  shape: (marks) =>
    marks.object({
      InstanceProfileId: marks.text(),
      InstanceProfileName: marks.text(),
      Arn: marks.text(),
      CreateDate: marks.text(),
      Roles: z.array(marks.object({ RoleId: marks.text(), RoleName: marks.text() })),
    }),
  map: ({ InstanceProfileId, InstanceProfileName, Arn, CreateDate, Roles }, mapping) => [
    {
      class: 'trust',
      naturalId: `instance-profile/${InstanceProfileId}`,
      label: InstanceProfileName,
      attributes: told({
        kind: 'aws-instance-profile',
        holder: Roles[0] === undefined ? null : mapping.key('identity', `role/${Roles[0].RoleId}`),
        created: CreateDate,
        issuer: 'ec2.amazonaws.com',
        subject: 'any instance with this profile',
      }),
      joins: [joins.aws(Arn)],
    },
  ],
});

export const accounts = defineListing({
  listing: 'accounts',
  about: 'accounts of the organisation; an active one that is not read is a denied range',
  operations: ['organizations:ListAccounts'],
  shape: (marks) =>
    marks.object({
      Id: marks.text(),
      Arn: marks.text(),
      Name: marks.text(),
      Email: marks.personal().optional(),
      Status: marks.text(),
      JoinedTimestamp: marks.text().optional(),
    }),
  map: ({ Id, Name, Email, Status, JoinedTimestamp }) => [
    {
      class: 'identity',
      naturalId: `account/${Id}`,
      label: Name,
      attributes: told({
        kind: 'aws-account',
        enabled: Status === 'ACTIVE',
        account: Id,
        joined: JoinedTimestamp,
        contact: Email,
      }),
      joins: [joins.aws(`arn:aws:iam::${Id}:root`)],
    },
  ],
});

/** Natural id of a user's password, by name: neither the report nor the trail gives the user's id. */
export const passwordId = (name: Parameters<typeof idOf>[0]): string => `password/${idOf(name)}`;
