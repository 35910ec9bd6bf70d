import type { z } from 'zod';
import { defineListing, type Observed } from '../../contract.ts';
import { joins } from '../../joins.ts';
import type { Marks } from '../../marks.ts';
import { passwordId } from './mapping-identities.ts';
import { told } from './shapes.ts';

const madeShape = (marks: Marks) => {
  const one = <Shape extends z.ZodRawShape>(shape: Shape) => marks.object(shape).optional();
  return marks
    .object({
      accessKey: one({ accessKeyId: marks.text() }),
      user: one({ userId: marks.text(), userName: marks.personal() }),
      role: one({ roleId: marks.text(), roleName: marks.text(), arn: marks.text() }),
      loginProfile: one({ userName: marks.personal() }),
      serviceSpecificCredential: one({ serviceSpecificCredentialId: marks.text() }),
      sSHPublicKey: one({ sSHPublicKeyId: marks.text() }),
      certificate: one({ certificateId: marks.text() }),
      openIDConnectProviderArn: marks.text().optional(),
      sAMLProviderArn: marks.text().optional(),
      instanceProfile: one({
        instanceProfileId: marks.text(),
        instanceProfileName: marks.text(),
        arn: marks.text(),
      }),
      keyMetadata: one({ keyId: marks.text(), arn: marks.text() }),
      arn: marks.text().optional(),
      ARN: marks.text().optional(),
      name: marks.text().optional(),
    })
    .nullable();
};

const eventShape = (marks: Marks) =>
  marks.object({
    eventID: marks.text(),
    eventTime: marks.text(),
    eventName: marks.text(),
    userIdentity: marks.object({
      arn: marks.personal().optional(),
      invokedBy: marks.text().optional(),
    }),
    responseElements: madeShape(marks),
  });

type Made = NonNullable<z.output<ReturnType<typeof madeShape>>>;
type Thing = Pick<Observed, 'class' | 'naturalId' | 'label'> & { kind: string; joins: string[] };

const credential = (kind: string, id: string): Thing => ({
  class: 'credential',
  kind: `aws-${kind}`,
  naturalId: `${kind}/${id}`,
  label: id,
  joins: [joins.awsKey(id)],
});
const provider = (kind: string, arn: string): Thing => ({
  class: 'trust',
  kind: `aws-${kind}`,
  naturalId: `${kind}/${arn}`,
  label: arn.split(`:${kind}/`)[1] ?? arn,
  joins: [joins.aws(arn)],
});

/** What an event made, under the natural id that the lists give it. */
const THINGS: Record<string, (made: Made) => Thing | undefined> = {
  CreateAccessKey: ({ accessKey }) => accessKey && credential('access-key', accessKey.accessKeyId),
  CreateServiceSpecificCredential: ({ serviceSpecificCredential: made }) =>
    made && credential('service-credential', made.serviceSpecificCredentialId),
  UploadSSHPublicKey: ({ sSHPublicKey }) =>
    sSHPublicKey && credential('ssh-public-key', sSHPublicKey.sSHPublicKeyId),
  UploadSigningCertificate: ({ certificate }) =>
    certificate && { ...credential('signing-certificate', certificate.certificateId), joins: [] },
  CreateOpenIDConnectProvider: ({ openIDConnectProviderArn: arn }) =>
    arn === undefined ? undefined : provider('oidc-provider', arn),
  CreateSAMLProvider: ({ sAMLProviderArn: arn }) =>
    arn === undefined ? undefined : provider('saml-provider', arn),
  CreateUser: ({ user }) =>
    user && {
      ...{ class: 'identity', kind: 'aws-iam-user', naturalId: `user/${user.userId}`, label: user.userName },
      joins: [joins.aws(user.userId)],
    },
  CreateRole: ({ role }) =>
    role && {
      ...{ class: 'identity', kind: 'aws-iam-role', naturalId: `role/${role.roleId}`, label: role.roleName },
      joins: [joins.aws(role.roleId), joins.aws(role.arn)],
    },
  CreateLoginProfile: ({ loginProfile }) =>
    loginProfile && {
      ...{ class: 'credential', kind: 'aws-console-password', label: loginProfile.userName, joins: [] },
      naturalId: passwordId(loginProfile.userName),
    },
  CreateInstanceProfile: ({ instanceProfile: made }) =>
    made && {
      ...{ class: 'trust', kind: 'aws-instance-profile', label: made.instanceProfileName },
      ...{ naturalId: `instance-profile/${made.instanceProfileId}`, joins: [joins.aws(made.arn)] },
    },
  CreateSecret: ({ arn, ARN = arn, name }) =>
    ARN === undefined
      ? undefined
      : {
          ...{ class: 'credential', kind: 'aws-secret', naturalId: `secret/${ARN}`, label: name ?? ARN },
          joins: [joins.aws(ARN)],
        },
  CreateKey: ({ keyMetadata: key }) =>
    key && {
      ...{ class: 'credential', kind: 'aws-kms-key', naturalId: `kms-key/${key.keyId}`, label: key.keyId },
      joins: [joins.aws(key.arn)],
    },
};

/** @throws Error where an event of a known kind does not say what it made: the listing is then not whole */
function thingOf(name: string, made: Made | null): Thing {
  const thing = made === null ? undefined : THINGS[name]?.(made);
  if (thing === undefined) throw new Error('an event that does not say what it made');
  return thing;
}

export const creationEvents = defineListing({
  listing: 'creation-events',
  about:
    "the provider's record of the making of credentials and identities, from delivered log files under signed digests",
  operations: ['s3:ListObjectsV2', 's3:GetObject', 'file:read'],
  events: true,
  shape: eventShape,
  map({ eventID, eventTime, eventName, userIdentity, responseElements }) {
    const { kind, ...thing } = thingOf(eventName, responseElements);
    return [
      {
        ...thing,
        attributes: told({
          kind,
          created: eventTime,
          creationEvent: eventID,
          creationSource: 'cloudtrail',
          createdBy: userIdentity.arn ?? userIdentity.invokedBy,
        }),
      },
    ];
  },
});
