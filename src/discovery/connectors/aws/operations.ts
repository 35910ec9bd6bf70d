import type { Operation } from '../../contract.ts';

const read = (name: string, note?: string): Operation => ({
  name,
  privilege: name,
  ...(note === undefined ? {} : { note }),
});

/** Everything that is ever asked. */
export const OPERATIONS: Operation[] = [
  {
    name: 'sts:GetCallerIdentity',
    privilege: 'none',
    note: 'tells the account; no policy can allow or deny it',
  },
  read('sts:AssumeRole', 'a session in a member account, where members are configured; changes nothing'),
  read('iam:GetAccountAuthorizationDetails'),
  read(
    'iam:GetAccountSummary',
    'how many users, groups, roles, … there are: what the lists are counted against',
  ),
  read('iam:ListAccessKeys'),
  read('iam:GetAccessKeyLastUsed'),
  read('iam:ListServiceSpecificCredentials'),
  read('iam:ListSigningCertificates'),
  read('iam:ListSSHPublicKeys'),
  read('iam:GetRole', 'last use, where the list of roles does not tell it'),
  read('iam:ListOpenIDConnectProviders'),
  read('iam:GetOpenIDConnectProvider'),
  read('iam:ListSAMLProviders'),
  read('iam:ListInstanceProfiles'),
  read('iam:GenerateCredentialReport', 'has the provider write its report anew, at most every four hours'),
  read('iam:GetCredentialReport'),
  read('secretsmanager:ListSecrets', 'names, ages, tags; no value'),
  read('ssm:DescribeParameters', 'names and ages; no value'),
  read('kms:ListKeys'),
  read('kms:DescribeKey'),
  read('kms:GetKeyRotationStatus'),
  read('organizations:ListAccounts'),
  { name: 's3:ListObjectsV2', privilege: 's3:ListBucket' },
  { name: 's3:GetObject', privilege: 's3:GetObject' },
  { name: 'file:read', privilege: 'none', note: 'a file of a folder, where the trail is read from one' },
];

interface Statement {
  Sid: string;
  Effect: 'Allow';
  Action: string[];
  Resource: string | string[];
}

export interface PolicyDocument {
  Version: '2012-10-17';
  Statement: Statement[];
}

export interface PolicyScope {
  /** Roles that are assumed in member accounts. */
  roles: string[];
  bucket?: { name: string; prefix: string };
}

const allow = (Sid: string, Action: string[], Resource: string | string[]): Statement[] =>
  Action.length === 0 ? [] : [{ Sid, Effect: 'Allow', Action: [...new Set(Action)].sort(), Resource }];

/**
 * The least policy that allows operations: lists have no narrower resource than `*`; roles and buckets are named, and without a
 * name there is no statement for them.
 */
export function policyOf(operations: Operation[], scope: PolicyScope = { roles: [] }): PolicyDocument {
  const privileges = operations.map(({ privilege }) => privilege).filter((privilege) => privilege !== 'none');
  const of = (wanted: (privilege: string) => boolean) => privileges.filter(wanted);
  const named = (privilege: string) => privilege.startsWith('s3:') || privilege === 'sts:AssumeRole';
  const { roles, bucket } = scope;
  return {
    Version: '2012-10-17',
    Statement: [
      ...allow(
        'ReadIdentities',
        of((privilege) => !named(privilege)),
        '*',
      ),
      ...(roles.length === 0
        ? []
        : allow(
            'Members',
            of((one) => one === 'sts:AssumeRole'),
            roles,
          )),
      ...(bucket === undefined
        ? []
        : [
            ...allow(
              'ListTrail',
              of((one) => one === 's3:ListBucket'),
              `arn:aws:s3:::${bucket.name}`,
            ),
            ...allow(
              'ReadTrail',
              of((one) => one === 's3:GetObject'),
              `arn:aws:s3:::${bucket.name}/${bucket.prefix}*`,
            ),
          ]),
    ],
  };
}
