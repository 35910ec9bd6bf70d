import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Listing, Mapping, Observed } from '../../contract.ts';
import { SOURCE_LIMITS } from '../../limits.ts';
import { marksOf } from '../../marks.ts';
import { type FaultHouse, openFaultHouse } from '../../testing/fault-house.ts';
import { httpDouble } from '../../testing/http-double.ts';
import { source } from './connector.ts';
import { credentialReport } from './mapping-credentials.ts';
import { accounts, roles, users } from './mapping-identities.ts';
import { permissions } from './mapping-permissions.ts';
import { parameters, secrets } from './mapping-regional.ts';
import { OPERATIONS, policyOf } from './operations.ts';
import { decodedDocument, statementsOf, trustOf } from './policy-documents.ts';
import { differing } from './report.ts';
import { OPTIONAL_LISTINGS } from './settings.ts';
import { ACCOUNT, awsProvider } from './testing/double.ts';
import { queryError } from './testing/query.ts';

const MAPPING: Mapping = {
  source: 'aws',
  partition: ACCOUNT,
  key: (observed, naturalId) => `aws/${observed}/${naturalId}`,
};

function mapped(listing: Listing, item: object): Observed[] {
  const committed = listing.shape(marksOf('aws', new Uint8Array(32)).marks).parse(item);
  return listing.map(committed as never, MAPPING);
}
const document = (...Statement: object[]) =>
  encodeURIComponent(JSON.stringify({ Version: '2012-10-17', Statement }));

const ROLE = {
  RoleId: 'AROA1',
  RoleName: 'deploy',
  Arn: `arn:aws:iam::${ACCOUNT}:role/deploy`,
  CreateDate: '2024-01-01T00:00:00.000Z',
};
const trusted = (...statements: object[]) =>
  mapped(roles, { ...ROLE, Trust: trustOf(decodedDocument(document(...statements))) })
    .slice(1)
    .map(({ attributes }) => attributes);
const GITHUB = `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`;
const federated = (Condition?: object) => ({
  Effect: 'Allow',
  Principal: { Federated: GITHUB },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition,
});
const subject = (value: string) => ({ StringLike: { 'token.actions.githubusercontent.com:sub': value } });

describe('what the items of AWS tell', () => {
  test('a user with a password, or of whom that is not known, is a person', () => {
    const item = {
      UserId: 'AIDA1',
      UserName: 'alice',
      Arn: `arn:aws:iam::${ACCOUNT}:user/alice`,
      CreateDate: '2024-01-01T00:00:00.000Z',
    };
    for (const Console of [true, null]) {
      const seen = mapped(users, { ...item, Console, Tags: [{ Key: 'owner', Value: 'alice' }] });
      assert.ok(!JSON.stringify(seen).includes('alice'));
      assert.deepEqual(seen[0]?.joins, ['aws:AIDA1']);
    }
    const [machine] = mapped(users, {
      ...item,
      Console: false,
      Tags: [
        { Key: 'Stage', Value: 'PROD' },
        { Key: 'cost', Value: 'alice' },
      ],
    });
    assert.equal(machine?.label, 'alice');
    assert.equal(machine?.attributes.environment, 'prod');
    assert.deepEqual(machine?.joins, ['aws:AIDA1', `aws:${item.Arn}`]);
  });

  test('a trust without a bound subject says so', () => {
    const bound = (Condition?: object) =>
      trusted(federated(Condition)).map(({ subject, subjectBound }) => [subject, subjectBound]);
    assert.deepEqual(bound(), [[undefined, false]]);
    assert.deepEqual(bound(subject('repo:*')), [['repo:*', false]]);
    assert.deepEqual(bound(subject('repo:shop/web:ref:refs/heads/main')), [
      ['repo:shop/web:ref:refs/heads/main', true],
    ]);
    const other = { StringNotLike: { 'token.actions.githubusercontent.com:sub': 'repo:shop/*' } };
    assert.deepEqual(bound(other), [[undefined, false]], 'what is not let pass names nobody');
  });

  test('a trust of anybody, of another account, of a service, of all but some', () => {
    const allow = (Principal: object | string) => ({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' });
    const kinds = (statement: object) => trusted(statement).map(({ kind }) => kind);
    assert.deepEqual(kinds(allow('*')), ['aws-trust-anyone']);
    assert.deepEqual(kinds(allow({ AWS: '*' })), ['aws-trust-anyone']);
    assert.deepEqual(kinds(allow({ AWS: '999988887777' })), ['aws-trust-cross-account']);
    assert.deepEqual(kinds(allow({ AWS: 'arn:aws:iam::999988887777:user/eve' })), [
      'aws-trust-cross-account',
    ]);
    assert.deepEqual(kinds(allow({ AWS: `arn:aws:iam::${ACCOUNT}:root` })), ['aws-trust-principal']);
    assert.deepEqual(kinds(allow({ Service: ['ec2.amazonaws.com', 'lambda.amazonaws.com'] })), [
      'aws-trust-service',
      'aws-trust-service',
    ]);
    assert.deepEqual(
      kinds({ Effect: 'Allow', NotPrincipal: { AWS: '999988887777' }, Action: 'sts:AssumeRole' }),
      ['aws-trust-all-but'],
    );
    assert.deepEqual(kinds({ ...allow('*'), Effect: 'Deny' }), []);
    assert.ok(!JSON.stringify(trusted(allow({ AWS: 'arn:aws:iam::999988887777:user/eve' }))).includes('eve'));
  });

  test('an external id is told of, and never told', () => {
    const statement = {
      Effect: 'Allow',
      Principal: { AWS: '999988887777' },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:ExternalId': 'half-secret' } },
    };
    const [trust] = trusted(statement);
    assert.equal(trust?.externalId, true);
    assert.equal(trust?.conditions, 'StringEquals sts:ExternalId = …');
  });

  test('an administrator is who may do everything, unless a boundary or a condition stands against it', () => {
    const all = { Effect: 'Allow', Action: '*', Resource: '*' };
    const statements = (...some: object[]) => statementsOf(decodedDocument(document(...some)));
    const is = (policy: object, boundary?: object) =>
      mapped(permissions, {
        UserId: 'AIDA1',
        Policies: [{ path: 'policy x', statements: statements(policy) }],
        ...(boundary && { Boundary: 'arn:b', BoundaryStatements: statements(boundary) }),
      })[0]?.attributes.administrator;
    assert.equal(is(all), true);
    assert.equal(is({ ...all, Action: ['s3:Get*', '*:*'] }), true);
    assert.equal(is({ ...all, Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } }), false);
    assert.equal(is({ ...all, Resource: 'arn:aws:s3:::shop' }), false);
    assert.equal(is(all, { ...all, Action: 's3:*' }), false);
    assert.equal(is(all, all), true);
  });

  test('more grants than one observation holds go on in the next', () => {
    const Action = Array.from({ length: 501 }, (_, index) => `s3:Action${index}`);
    const statements = statementsOf(decodedDocument(document({ Effect: 'Deny', Action, Resource: '*' })));
    const seen = mapped(permissions, { RoleId: 'AROA1', Policies: [{ path: 'policy x', statements }] });
    assert.deepEqual(
      seen.map(({ naturalId }) => naturalId),
      ['role/AROA1/policy x', 'role/AROA1/policy x/2'],
    );
    assert.deepEqual(seen[1]?.attributes.grants, ['deny s3:Action500 on *']);
  });

  test("the report tells the keys of the account's root, and passwords", () => {
    const none = Object.fromEntries(
      ['1', '2'].flatMap((n) => [
        [`access_key_${n}_active`, 'false'],
        [`access_key_${n}_last_rotated`, 'N/A'],
        [`access_key_${n}_last_used_date`, 'N/A'],
        [`cert_${n}_active`, 'false'],
        [`cert_${n}_last_rotated`, 'N/A'],
      ]),
    );
    const row = {
      ...none,
      account: ACCOUNT,
      UserId: null,
      user_creation_time: '2020-01-01T00:00:00+00:00',
      password_enabled: 'not_supported',
      password_last_used: 'no_information',
      password_last_changed: 'not_supported',
      mfa_active: 'false',
    };
    const seen = mapped(credentialReport, {
      ...row,
      user: '<root_account>',
      access_key_1_active: 'true',
      access_key_1_last_rotated: '2020-02-01T00:00:00+00:00',
    });
    assert.deepEqual(
      seen.map(({ naturalId }) => naturalId),
      [`account/${ACCOUNT}`, `root/${ACCOUNT}/access_key_1`],
    );
    assert.equal(seen[0]?.attributes.lastUsed, null);
    assert.equal(seen[1]?.attributes.rotated, '2020-02-01T00:00:00.000Z');
    const [password] = mapped(credentialReport, {
      ...row,
      user: 'alice',
      UserId: 'AIDA1',
      password_enabled: 'true',
    });
    assert.equal(password?.attributes.holder, 'aws/identity/user/AIDA1');
    assert.ok(!JSON.stringify(password).includes('alice'));
  });

  test('secrets, parameters and accounts are names and ages', () => {
    const [secret] = mapped(secrets, {
      ARN: 'arn:s',
      Name: 'shop',
      CreatedDate: '2024-01-01T00:00:00.000Z',
      RotationEnabled: false,
    });
    assert.deepEqual(
      [secret?.attributes.rotated, secret?.attributes.lastUsed],
      ['2024-01-01T00:00:00.000Z', null],
    );
    assert.deepEqual(mapped(parameters, { Name: '/size', Type: 'String' }), []);
    assert.equal(mapped(parameters, { Name: '/db/password', Type: 'String' })[0]?.class, 'exposure');
    const [account] = mapped(accounts, {
      Id: ACCOUNT,
      Arn: 'arn:o',
      Name: 'shop',
      Email: 'root@shop.test',
      Status: 'SUSPENDED',
    });
    assert.equal(account?.attributes.enabled, false);
    assert.ok(!JSON.stringify(account).includes('shop.test'));
  });

  test('the report and the list differ by whom only one knows, but for those younger than the report', () => {
    const row = (name: string) => ({ user: name, arn: `arn:${name}` });
    const user = (name: string, CreateDate: string) => ({
      UserId: name,
      UserName: name,
      Arn: `arn:${name}`,
      CreateDate,
      Console: null,
    });
    const report = { rows: [row('a'), row('b')], generated: '2026-01-02T00:00:00.000Z', calls: 1 };
    const old = '2025-01-01T00:00:00.000Z';
    assert.equal(
      differing(report, [user('a', old), user('b', old), user('c', '2026-01-02T00:00:01.000Z')]),
      0,
    );
    assert.equal(differing(report, [user('a', old), user('c', old)]), 2);
  });
});

describe('reading user by user', () => {
  let house: FaultHouse;
  before(async () => {
    house = await openFaultHouse([], { ...SOURCE_LIMITS, tries: 1 });
  });
  after(() => house.close());

  test('takes every page of users, and every page of each one, and tells what is not answered', async (t) => {
    const running = await httpDouble(awsProvider(['service-credentials', 'signing-certificates'])).start(t, {
      ...{ items: 250, fault: 'none' },
      name: (index) => `user-${index}`,
    });
    await house.configure('paged', 'aws', running);
    const [account] = await house.sweep('paged');
    const keys = account?.listings.find(({ listing }) => listing === 'access-keys');
    assert.deepEqual([keys?.items, keys?.pages, keys?.whole], [500, 3, true]);
    const unanswered = account?.listings.find(({ listing }) => listing === 'ssh-public-keys');
    assert.equal(unanswered?.whole, false, 'the double does not know that call');
    assert.equal(account?.verdict, 'PARTIAL');
  });

  test('one user whose keys are refused is a denied range: the rest is read, and nothing is gone', async (t) => {
    const provider = awsProvider(OPTIONAL_LISTINGS.filter((listing) => listing !== 'access-keys'));
    const double = httpDouble({
      ...provider,
      isPart: ({ body }) => body.includes('Action=ListAccessKeys') && /UserName=user-7(?:&|$)/.test(body),
      refusal: () => queryError(403, 'AccessDenied'),
    });
    const running = await double.start(t, {
      items: 20,
      fault: 'forbidden-part',
      name: (index) => `user-${index}`,
    });
    running.heal();
    await house.configure('refused', 'aws', running);
    assert.equal((await house.sweep('refused'))[0]?.verdict, 'COMPLETE');
    running.fail?.();
    const [account] = await house.sweep('refused');
    const what = 'access keys of user AIDA0000000000000007';
    assert.deepEqual(account?.denied, [{ what, why: 'no permission (AccessDenied)' }]);
    assert.deepEqual([account?.verdict, account?.errors, account?.differences.gone], ['PARTIAL', [], 0]);
    const keys = account?.listings.find(({ listing }) => listing === 'access-keys');
    assert.deepEqual([keys?.items, keys?.whole], [38, false]);
  });
});

describe('least privileges', () => {
  const readme = () => readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');
  test('are the policy in the README, and none that could change or open anything', () => {
    const policy = policyOf(OPERATIONS);
    const told = /<!-- policy -->\s+```json\n([\s\S]+?)```/.exec(readme())?.[1] ?? '';
    assert.deepEqual(JSON.parse(told), policy);
    const actions = policy.Statement.flatMap(({ Action }) => Action);
    assert.ok(actions.every((action) => /:(?:List|Describe|Get|Generate)[A-Z]/.test(action)));
    assert.ok(!actions.some((action) => /GetSecretValue|GetParameter|kms:(?:Decrypt|Encrypt)/.test(action)));
  });

  test('name roles and buckets', () => {
    const scope = { roles: ['arn:aws:iam::1:role/r'], bucket: { name: 'b', prefix: 'p/' } };
    const [, ...named] = policyOf(OPERATIONS, scope).Statement;
    assert.deepEqual(
      named.map(({ Action, Resource }) => [Action, Resource]),
      [
        [['sts:AssumeRole'], ['arn:aws:iam::1:role/r']],
        [['s3:ListBucket'], 'arn:aws:s3:::b'],
        [['s3:GetObject'], 'arn:aws:s3:::b/p/*'],
      ],
    );
  });

  test('settings hold no secret, and what they do not know they refuse', () => {
    assert.ok(!source.settings.safeParse({ regions: ['eu-central-1'], secretAccessKey: 'x' }).success);
    assert.ok(!source.settings.safeParse({ regions: [] }).success);
  });
});
