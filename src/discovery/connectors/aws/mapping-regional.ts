import { z } from 'zod';
import { defineListing } from '../../contract.ts';
import { joins } from '../../joins.ts';
import { nameOf, tagsOf, told, toldByTags } from './shapes.ts';

/** Names under which people keep what should have been encrypted. */
const SECRET_NAME = /pass(?:word|wd|phrase)?|secret|token|api-?_?key|private-?_?key|credential/i;
const UNUSABLE_KEY = new Set(['Disabled', 'PendingDeletion', 'PendingImport', 'Unavailable']);

export const secrets = defineListing({
  listing: 'secrets',
  about: 'secrets in Secrets Manager: names, ages, rotation; never a value',
  operations: ['secretsmanager:ListSecrets'],
  shape: (marks) =>
    marks.object({
      ARN: marks.text(),
      Name: marks.text(),
      CreatedDate: marks.text().optional(),
      LastChangedDate: marks.text().optional(),
      LastRotatedDate: marks.text().optional(),
      LastAccessedDate: marks.text().optional(),
      NextRotationDate: marks.text().optional(),
      DeletedDate: marks.text().optional(),
      RotationEnabled: z.boolean().optional(),
      RotationRules: marks.object({ AutomaticallyAfterDays: z.number().optional() }).optional(),
      OwningService: marks.text().optional(),
      Tags: tagsOf(marks),
    }),
  map: (secret) => [
    {
      class: 'credential',
      naturalId: `secret/${secret.ARN}`,
      label: secret.Name,
      attributes: told({
        kind: 'aws-secret',
        location: `secretsmanager:${secret.ARN}`,
        enabled: secret.DeletedDate === undefined,
        created: secret.CreatedDate,
        rotated: secret.LastRotatedDate ?? secret.LastChangedDate ?? secret.CreatedDate,
        modified: secret.LastChangedDate,
        lastUsed: secret.LastAccessedDate ?? null,
        rotation: secret.RotationEnabled ?? false,
        rotationDays: secret.RotationRules?.AutomaticallyAfterDays,
        nextRotation: secret.NextRotationDate,
        owningService: secret.OwningService,
        ...toldByTags(secret.Tags),
      }),
      joins: [joins.aws(secret.ARN)],
    },
  ],
});

/** Only encrypted ones are credentials; one in clear whose name says that it is a secret is an exposure. */
export const parameters = defineListing({
  listing: 'parameters',
  about: 'parameters of Systems Manager: names and ages; never a value',
  operations: ['ssm:DescribeParameters'],
  shape: (marks) =>
    marks.object({
      Name: marks.text(),
      ARN: marks.text().optional(),
      Type: marks.text(),
      LastModifiedDate: marks.text().optional(),
      LastModifiedUser: nameOf(marks).optional(),
      Version: z.number().optional(),
    }),
  map({ Name, ARN, Type, LastModifiedDate, LastModifiedUser, Version }) {
    const secret = Type === 'SecureString';
    if (!secret && !SECRET_NAME.test(Name)) return [];
    return [
      {
        class: secret ? 'credential' : 'exposure',
        naturalId: `parameter/${Name}`,
        label: Name,
        attributes: told({
          kind: secret ? 'aws-ssm-parameter' : 'aws-ssm-parameter-in-clear',
          location: `ssm:${ARN ?? Name}`,
          rotated: secret ? LastModifiedDate : undefined,
          modified: LastModifiedDate,
          modifiedBy: LastModifiedUser,
          version: Version,
          created: Version === 1 ? LastModifiedDate : undefined,
        }),
        joins: ARN === undefined ? [] : [joins.aws(ARN)],
      },
    ];
  },
});

export const kmsKeys = defineListing({
  listing: 'kms-keys',
  about: 'keys of the Key Management Service: state, use, rotation',
  operations: ['kms:ListKeys', 'kms:DescribeKey', 'kms:GetKeyRotationStatus'],
  shape: (marks) =>
    marks.object({
      KeyId: marks.text(),
      Arn: marks.text().optional(),
      CreationDate: marks.text().optional(),
      Enabled: z.boolean().optional(),
      KeyState: marks.text().optional(),
      KeyManager: marks.text().optional(),
      KeyUsage: marks.text().optional(),
      KeySpec: marks.text().optional(),
      Origin: marks.text().optional(),
      ValidTo: marks.text().optional(),
      KeyRotationEnabled: z.boolean().optional(),
      RotationPeriodInDays: z.number().optional(),
    }),
  map: (key) => [
    {
      class: 'credential',
      naturalId: `kms-key/${key.KeyId}`,
      label: key.KeyId,
      attributes: told({
        kind: key.KeyManager === 'AWS' ? 'aws-kms-key-of-a-service' : 'aws-kms-key',
        enabled: key.KeyState === undefined ? key.Enabled : !UNUSABLE_KEY.has(key.KeyState),
        created: key.CreationDate,
        expires: key.KeyState === undefined ? undefined : (key.ValidTo ?? null),
        state: key.KeyState,
        usage: key.KeyUsage,
        spec: key.KeySpec,
        origin: key.Origin,
        rotation: key.KeyRotationEnabled,
        rotationDays: key.RotationPeriodInDays,
      }),
      joins: key.Arn === undefined ? [] : [joins.aws(key.Arn)],
    },
  ],
});
