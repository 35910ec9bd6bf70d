/** The AWS source against moto, which checks signatures and policies as AWS does. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateLoginProfileCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  TagUserCommand,
} from '@aws-sdk/client-iam';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateOrganizationCommand, OrganizationsClient } from '@aws-sdk/client-organizations';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { SOURCE_LIMITS } from '../../src/discovery/limits.ts';
import type { SweepResult } from '../../src/discovery/sweep.ts';
import { type FaultHouse, openFaultHouse } from '../../src/discovery/testing/fault-house.ts';
import { type Moto, startMoto } from '../support/moto.ts';
import { motoVersion } from './python.ts';
import { record } from './support.ts';

const REGION = 'eu-central-1';
const ACCOUNT = '123456789012';
const CLUSTER = 'oidc.eks.eu-central-1.amazonaws.com/id/0123';
/** Seeding makes more; afterwards the reader's own policies hold. */
const UNCHECKED = 40;
/** Not in moto: it answers with a page for people. */
const UNANSWERED = ['service-credentials'];

const policy = (...Statement: object[]): string => JSON.stringify({ Version: '2012-10-17', Statement });
const ALL = { Effect: 'Allow', Action: '*', Resource: '*' };

interface Reader {
  id: string;
  secret: string;
}

const clientOptions = (endpoint: string) => ({
  endpoint,
  region: REGION,
  credentials: { accessKeyId: 'seed', secretAccessKey: 'seed' },
});

async function keyOf(iam: IAMClient, UserName: string): Promise<Reader> {
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return { id: AccessKey?.AccessKeyId ?? '', secret: AccessKey?.SecretAccessKey ?? '' };
}

/** @returns access keys of one that may read everything, and of one that may not read keys of users */
async function seed(endpoint: string): Promise<{ reader: Reader; limited: Reader }> {
  const iam = new IAMClient(clientOptions(endpoint));
  for (const UserName of ['payments', 'backup', 'reader', 'limited', 'alice'])
    await iam.send(new CreateUserCommand({ UserName }));
  await iam.send(
    new TagUserCommand({
      UserName: 'payments',
      Tags: [
        { Key: 'team', Value: 'payments' },
        { Key: 'Environment', Value: 'Production' },
      ],
    }),
  );
  await iam.send(new CreateLoginProfileCommand({ UserName: 'alice', Password: 'made-up-Passw0rd' }));
  await iam.send(
    new AttachUserPolicyCommand({
      UserName: 'payments',
      PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
    }),
  );
  // moto does not look at the resource of a request: a refusal is one of all users.
  const no = { Effect: 'Deny', Action: 'iam:ListAccessKeys', Resource: '*' };
  await iam.send(
    new PutUserPolicyCommand({ UserName: 'reader', PolicyName: 'all', PolicyDocument: policy(ALL) }),
  );
  await iam.send(
    new PutUserPolicyCommand({ UserName: 'limited', PolicyName: 'most', PolicyDocument: policy(ALL, no) }),
  );
  for (const UserName of ['payments', 'backup']) await keyOf(iam, UserName);
  await seedRoles(iam);
  await seedRegion(endpoint);
  return { reader: await keyOf(iam, 'reader'), limited: await keyOf(iam, 'limited') };
}

async function seedRoles(iam: IAMClient): Promise<void> {
  const { OpenIDConnectProviderArn: Federated } = await iam.send(
    new CreateOpenIDConnectProviderCommand({
      Url: `https://${CLUSTER}`,
      ClientIDList: ['sts.amazonaws.com'],
      ThumbprintList: ['0'.repeat(40)],
    }),
  );
  const pod = {
    Effect: 'Allow',
    Principal: { Federated },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringEquals: { [`${CLUSTER}:sub`]: 'system:serviceaccount:shop:checkout' } },
  };
  const foreign = {
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::999988887777:root' },
    Action: 'sts:AssumeRole',
  };
  await iam.send(
    new CreateRoleCommand({ RoleName: 'checkout', AssumeRolePolicyDocument: policy(pod, foreign) }),
  );
  const read = {
    Effect: 'Allow',
    Action: ['s3:GetObject', 's3:ListBucket'],
    Resource: 'arn:aws:s3:::shop/*',
  };
  await iam.send(
    new PutRolePolicyCommand({ RoleName: 'checkout', PolicyName: 'shop', PolicyDocument: policy(read) }),
  );
}

async function seedRegion(endpoint: string): Promise<void> {
  const options = clientOptions(endpoint);
  const secret = {
    Name: 'shop/database',
    SecretString: 'made up',
    Tags: [{ Key: 'owner', Value: 'bob@shop.test' }],
  };
  await new SecretsManagerClient(options).send(new CreateSecretCommand(secret));
  const ssm = new SSMClient(options);
  await ssm.send(new PutParameterCommand({ Name: '/shop/token', Value: 'made up', Type: 'SecureString' }));
  await ssm.send(new PutParameterCommand({ Name: '/shop/password', Value: 'made up', Type: 'String' }));
  await new KMSClient(options).send(new CreateKeyCommand({ Description: 'shop' }));
  await new OrganizationsClient({ ...options, region: 'us-east-1' }).send(
    new CreateOrganizationCommand({ FeatureSet: 'ALL' }),
  );
}

type Found = Awaited<ReturnType<FaultHouse['present']>>;

function checkPermissions(rows: Found): void {
  const held = rows.filter(({ attributes }) => attributes.kind === 'aws-iam-policy-held');
  const administrators = held.filter(({ attributes }) => attributes.administrator === true);
  assert.deepEqual(administrators.map(({ label }) => String(label)).sort(), [
    'inline policy all',
    'inline policy most',
    'policy AdministratorAccess',
  ]);
  const shop = held.find(({ label }) => label === 'inline policy shop');
  assert.deepEqual(shop?.attributes.grants, [
    's3:GetObject on arn:aws:s3:::shop/*',
    's3:ListBucket on arn:aws:s3:::shop/*',
  ]);
  assert.equal(shop?.attributes.holder, rows.find(({ label }) => label === 'checkout')?.key);
}

function checkTrusts(rows: Found): void {
  const of = (kind: string) => rows.find(({ attributes }) => attributes.kind === kind)?.attributes;
  const account = `kubernetes:https://${CLUSTER}#system:serviceaccount:shop:checkout`;
  assert.deepEqual(of('aws-iam-role')?.assumedBy, [account]);
  const { issuer, subject, subjectBound, assumedBy } = of('aws-trust-oidc') ?? {};
  assert.deepEqual(
    { issuer, subject, subjectBound, assumedBy },
    {
      issuer: `https://${CLUSTER}`,
      subject: 'system:serviceaccount:shop:checkout',
      subjectBound: true,
      assumedBy: account,
    },
  );
  assert.equal(of('aws-trust-cross-account')?.account, '999988887777');
  assert.equal(of('aws-trust-cross-account')?.externalId, false);
}

describe('the AWS source against moto', () => {
  let moto: Moto | undefined;
  let house: FaultHouse;
  let keys: { reader: Reader; limited: Reader };
  before(async () => {
    moto = await startMoto(UNCHECKED);
    if (moto === undefined) return;
    keys = await seed(moto.endpoint);
    house = await openFaultHouse([], { ...SOURCE_LIMITS, tries: 2, backoffMilliseconds: 10 });
  });
  after(async () => {
    await house?.close();
    await moto?.stop();
  });

  async function sweep(
    source: string,
    { id, secret }: Reader,
    leaveOut = UNANSWERED,
  ): Promise<SweepResult[]> {
    await house.configure(source, 'aws', {
      settings: { endpoint: moto?.endpoint, regions: [REGION], accessKeyId: id, leaveOut },
      secrets: { secretAccessKey: secret },
    } as never);
    return house.sweep(source);
  }
  const whyOf = (results: SweepResult[]) =>
    results.flatMap(({ partition, errors, denied }) =>
      [...errors, ...denied].map(({ what, why }) => `${partition}: ${what}: ${why}`),
    );

  test('reads everything, and says that it is everything', async (t) => {
    if (moto === undefined) return t.skip('needs python3 with venv, and moto');
    const results = await sweep('whole', keys.reader);
    assert.deepEqual(whyOf(results), []);
    assert.deepEqual(
      results.map(({ partition, verdict }) => [partition, verdict]),
      [
        [ACCOUNT, 'COMPLETE'],
        [`${ACCOUNT}/${REGION}`, 'COMPLETE'],
        ['organization', 'COMPLETE'],
      ],
    );
    const rows = await house.present('whole');
    const found = (kind: string) => rows.filter(({ attributes }) => attributes.kind === kind);
    assert.equal(found('aws-iam-user').length, 5);
    assert.deepEqual(
      found('aws-iam-user').filter(({ label }) => typeof label !== 'string').length,
      1,
      'alice has a password, and is a person',
    );
    assert.ok(!JSON.stringify(rows).includes('alice') && !JSON.stringify(rows).includes('bob@shop'));
    assert.equal(found('aws-access-key').length, 4);
    const used = found('aws-access-key').find(({ label }) => label === keys.reader.id);
    assert.equal(used?.attributes.lastUsedFrom, 'iam');
    for (const kind of [
      'aws-secret',
      'aws-kms-key',
      'aws-ssm-parameter',
      'aws-ssm-parameter-in-clear',
      'aws-account',
    ])
      assert.equal(found(kind).length, 1, kind);
    checkPermissions(rows);
    checkTrusts(rows);
    record(t, {
      tool: 'moto',
      version: motoVersion(),
      checked:
        'sweep of users, keys, roles, policies, credential report, secrets, parameters, KMS keys, organisation',
      outcome: 'COMPLETE, and everything that was made was found',
    });
  });

  test('a second sweep with nothing changed changes nothing but what it did itself', async (t) => {
    if (moto === undefined) return t.skip('needs python3 with venv, and moto');
    const results = await sweep('whole', keys.reader);
    assert.deepEqual(
      results.map(({ differences }) => [differences.new, differences.gone]),
      [
        [0, 0],
        [0, 0],
        [0, 0],
      ],
    );
  });

  test('keys that may not be read are a denied range for each user, and nothing is gone', async (t) => {
    if (moto === undefined) return t.skip('needs python3 with venv, and moto');
    const [account] = await sweep('whole', keys.limited);
    assert.equal(account?.verdict, 'PARTIAL');
    assert.deepEqual(account?.errors, []);
    assert.equal(account?.denied.length, 5);
    for (const { what, why } of account?.denied ?? [])
      assert.match(`${what}: ${why}`, /^access keys of user \w+: no permission \(AccessDenied\)$/);
    assert.equal(account?.differences.gone, 0);
    assert.equal(
      (await house.present('whole')).filter(({ attributes }) => attributes.kind === 'aws-access-key').length,
      4,
    );
  });

  test('a wrong secret is refused, and an unknown key too', async (t) => {
    if (moto === undefined) return t.skip('needs python3 with venv, and moto');
    for (const reader of [
      { ...keys.reader, secret: 'wrong' },
      { id: 'AKIAUNKNOWN000000000', secret: 'any' },
    ]) {
      const results = await sweep('wrong', reader);
      assert.deepEqual(
        results.map(({ verdict }) => verdict),
        ['FAILED'],
      );
      assert.match(
        results[0]?.denied[0]?.why ?? '',
        /^no permission \((SignatureDoesNotMatch|InvalidClientTokenId)\)$/,
      );
    }
  });

  test('a call that the server does not know is an error, and never an empty list', async (t) => {
    if (moto === undefined) return t.skip('needs python3 with venv, and moto');
    const [account] = await sweep('unanswered', keys.reader, []);
    assert.equal(account?.verdict, 'PARTIAL');
    assert.equal(account?.errors.length, 5);
    assert.ok(account?.errors.every(({ what }) => what.startsWith('service-specific credentials of user ')));
  });
});
