import { z } from 'zod';
import type { Commitment } from '#verifier';
import { defineListing, type Mapping, type Observed } from '../../contract.ts';
import { joins } from '../../joins.ts';
import type { Marks } from '../../marks.ts';
import { passwordId } from './mapping-identities.ts';
import { ROOT } from './report.ts';
import { told } from './shapes.ts';

const holderOf = (mapping: Mapping, userId: string): string => mapping.key('identity', `user/${userId}`);

/** The provider writes `N/A` for a use of which it does not say where. */
const placeOf = (value: string | undefined): string | null =>
  value === undefined || value === 'N/A' ? null : value;

export const accessKeys = defineListing({
  listing: 'access-keys',
  about: 'access keys of each user, and when and for what each was last used',
  operations: ['iam:GetAccountAuthorizationDetails', 'iam:ListAccessKeys', 'iam:GetAccessKeyLastUsed'],
  restsOn: ['users'],
  shape: (marks) =>
    marks.object({
      UserId: marks.text(),
      AccessKeyId: marks.text(),
      Status: marks.text(),
      CreateDate: marks.text(),
      LastUsed: marks
        .object({
          LastUsedDate: marks.text().optional(),
          ServiceName: marks.text().optional(),
          Region: marks.text().optional(),
        })
        .optional(),
    }),
  map: ({ UserId, AccessKeyId, Status, CreateDate, LastUsed }, mapping) => [
    {
      class: 'credential',
      naturalId: `access-key/${AccessKeyId}`,
      label: AccessKeyId,
      attributes: told({
        kind: 'aws-access-key',
        holder: holderOf(mapping, UserId),
        enabled: Status === 'Active',
        created: CreateDate,
        rotated: CreateDate,
        expires: null,
        lastUsed: LastUsed && (LastUsed.LastUsedDate ?? null),
        lastUsedFrom: LastUsed && placeOf(LastUsed.ServiceName),
        lastUsedRegion: LastUsed && placeOf(LastUsed.Region),
      }),
      joins: [joins.awsKey(AccessKeyId)],
    },
  ],
});

export const serviceCredentials = defineListing({
  listing: 'service-credentials',
  about: 'passwords and keys that users have for one service (Git over HTTPS, Cassandra, Bedrock)',
  operations: ['iam:GetAccountAuthorizationDetails', 'iam:ListServiceSpecificCredentials'],
  restsOn: ['users'],
  shape: (marks) =>
    marks.object({
      UserId: marks.text(),
      ServiceSpecificCredentialId: marks.text(),
      ServiceName: marks.text(),
      Status: marks.text(),
      CreateDate: marks.text(),
      ExpirationDate: marks.text().optional(),
    }),
  map: (
    { UserId, ServiceSpecificCredentialId, ServiceName, Status, CreateDate, ExpirationDate },
    mapping,
  ) => [
    {
      class: 'credential',
      naturalId: `service-credential/${ServiceSpecificCredentialId}`,
      label: `${ServiceName} ${ServiceSpecificCredentialId}`,
      attributes: told({
        kind: 'aws-service-credential',
        holder: holderOf(mapping, UserId),
        service: ServiceName,
        enabled: Status === 'Active',
        created: CreateDate,
        expires: ExpirationDate ?? null,
      }),
      joins: [joins.awsKey(ServiceSpecificCredentialId)],
    },
  ],
});

export const signingCertificates = defineListing({
  listing: 'signing-certificates',
  about: 'X.509 certificates with which users sign requests',
  operations: ['iam:GetAccountAuthorizationDetails', 'iam:ListSigningCertificates'],
  restsOn: ['users'],
  shape: (marks) =>
    marks.object({
      UserId: marks.text(),
      CertificateId: marks.text(),
      Status: marks.text(),
      UploadDate: marks.text().optional(),
      Spki: marks.text().optional(),
      NotAfter: marks.text().optional(),
    }),
  map: ({ UserId, CertificateId, Status, UploadDate, Spki, NotAfter }, mapping) => [
    {
      class: 'credential',
      naturalId: `signing-certificate/${CertificateId}`,
      label: CertificateId,
      attributes: told({
        kind: 'aws-signing-certificate',
        holder: holderOf(mapping, UserId),
        enabled: Status === 'Active',
        created: UploadDate,
        expires: NotAfter,
      }),
      joins: Spki === undefined ? [] : [joins.spki(Spki)],
    },
  ],
});

export const sshPublicKeys = defineListing({
  listing: 'ssh-public-keys',
  about: 'SSH keys with which users reach CodeCommit',
  operations: ['iam:GetAccountAuthorizationDetails', 'iam:ListSSHPublicKeys'],
  restsOn: ['users'],
  shape: (marks) =>
    marks.object({
      UserId: marks.text(),
      SSHPublicKeyId: marks.text(),
      Status: marks.text(),
      UploadDate: marks.text(),
    }),
  map: ({ UserId, SSHPublicKeyId, Status, UploadDate }, mapping) => [
    {
      class: 'credential',
      naturalId: `ssh-public-key/${SSHPublicKeyId}`,
      label: SSHPublicKeyId,
      attributes: told({
        kind: 'aws-ssh-public-key',
        holder: holderOf(mapping, UserId),
        enabled: Status === 'Active',
        created: UploadDate,
        expires: null,
      }),
      joins: [joins.awsKey(SSHPublicKeyId)],
    },
  ],
});

const NUMBERS = ['1', '2'] as const;

const keyColumns = (marks: Marks, number: (typeof NUMBERS)[number]) => ({
  [`access_key_${number}_active`]: marks.text(),
  [`access_key_${number}_last_rotated`]: marks.text(),
  [`access_key_${number}_last_used_date`]: marks.text(),
  [`cert_${number}_active`]: marks.text(),
  [`cert_${number}_last_rotated`]: marks.text(),
});

/** The report writes words where it has no moment; `no_information` is a use that was never seen. */
function momentOf(value: string | undefined): string | null | undefined {
  if (value === undefined || value === 'not_supported') return undefined;
  if (value === 'N/A' || value === 'no_information') return null;
  const at = new Date(value);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

type Row = Record<string, unknown>;
const column = (row: Row, name: string): string | undefined => {
  const value = row[name];
  return typeof value === 'string' ? value : undefined;
};

/** Keys of the account's own login, which no list shows. */
function rootCredentials(account: string, row: Row, holder: string): Observed[] {
  const sorts = NUMBERS.flatMap((number) => [`access_key_${number}`, `cert_${number}`]);
  return sorts
    .filter((sort) => column(row, `${sort}_active`) === 'true')
    .map((sort) => ({
      class: 'credential',
      naturalId: `root/${account}/${sort}`,
      label: `root ${sort.replaceAll('_', ' ')}`,
      attributes: told({
        kind: sort.startsWith('cert') ? 'aws-signing-certificate' : 'aws-access-key',
        holder,
        enabled: true,
        created: momentOf(column(row, `${sort}_last_rotated`)),
        rotated: momentOf(column(row, `${sort}_last_rotated`)),
        expires: null,
        lastUsed: momentOf(column(row, `${sort}_last_used_date`)),
      }),
    }));
}

function root(account: string, row: Row, mapping: Mapping): Observed[] {
  const holder = mapping.key('identity', `account/${account}`);
  return [
    {
      class: 'identity',
      naturalId: `account/${account}`,
      label: `root of ${account}`,
      attributes: told({
        kind: 'aws-root',
        account,
        administrator: true,
        path: 'root of the account',
        created: momentOf(column(row, 'user_creation_time')),
        lastUsed: momentOf(column(row, 'password_last_used')),
        mfa: column(row, 'mfa_active') === 'true',
      }),
      joins: [joins.aws(`arn:aws:iam::${account}:root`)],
    },
    ...rootCredentials(account, row, holder),
  ];
}

function password(user: string | Commitment, userId: string | null, row: Row, mapping: Mapping): Observed[] {
  if (column(row, 'password_enabled') !== 'true') return [];
  return [
    {
      class: 'credential',
      naturalId: passwordId(user),
      label: user,
      attributes: told({
        kind: 'aws-console-password',
        holder: userId === null ? undefined : holderOf(mapping, userId),
        enabled: true,
        rotated: momentOf(column(row, 'password_last_changed')),
        lastUsed: momentOf(column(row, 'password_last_used')),
        mfa: column(row, 'mfa_active') === 'true',
      }),
    },
  ];
}

export const credentialReport = defineListing({
  listing: 'credential-report',
  about:
    "passwords, and the keys of the account's root; the provider's own list of users against which ours is held",
  operations: [
    'iam:GetAccountAuthorizationDetails',
    'iam:GenerateCredentialReport',
    'iam:GetCredentialReport',
  ],
  restsOn: ['users'],
  shape: (marks) =>
    marks.object({
      user: z.union([z.literal(ROOT), marks.personal()]),
      account: marks.text(),
      UserId: marks.text().nullable(),
      user_creation_time: marks.text(),
      password_enabled: marks.text(),
      password_last_used: marks.text(),
      password_last_changed: marks.text(),
      mfa_active: marks.text(),
      ...keyColumns(marks, '1'),
      ...keyColumns(marks, '2'),
    }),
  map: (row, mapping) =>
    row.user === ROOT ? root(row.account, row, mapping) : password(row.user, row.UserId, row, mapping),
});
