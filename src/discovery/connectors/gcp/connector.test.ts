import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FaultCase } from '../../testing/double.ts';
import { httpDouble } from '../../testing/http-double.ts';
import { committedItem, mapped, of, openingFor, readSource, testMapping } from '../../testing/read.ts';
import { source } from './connector.ts';
import { double, OTHER, PROJECT, provider } from './testing/double.ts';
import { openTokens, tokensOf } from './token.ts';

const EMAIL = `deployer@${PROJECT}.iam.gserviceaccount.com`;
const KEY_NAME = `projects/${PROJECT}/serviceAccounts/${EMAIL}/keys/0a1b`;
const plan = (fault: FaultCase = 'none', items = 250) => ({ items, name: (at: number) => `sa ${at}`, fault });
const map = (listing: string, item: unknown) => mapped(source, listing, [item], PROJECT);
const { key } = testMapping(PROJECT);

test('a service account goes by its address; when it was made cannot be told', () => {
  const [account] = map('service-accounts', {
    email: EMAIL,
    uniqueId: '1',
    displayName: 'deploys',
    disabled: true,
  });
  assert.equal(account?.naturalId, `service-account/${EMAIL}`);
  assert.deepEqual(account?.joins, [`gcp:${EMAIL}`]);
  assert.deepEqual(account?.attributes, {
    kind: 'gcp-service-account',
    email: EMAIL,
    enabled: false,
    uniqueId: '1',
    displayName: 'deploys',
  });
});

test('a key ends, or is told never to end; its last use is absent', () => {
  const keyWith = (validBeforeTime: string) =>
    map('service-account-keys', {
      name: KEY_NAME,
      validAfterTime: '2025-01-01T00:00:00Z',
      validBeforeTime,
    })[0];
  assert.deepEqual(keyWith('9999-12-31T23:59:59Z')?.attributes, {
    kind: 'gcp-service-account-key',
    holder: key('identity', `service-account/${EMAIL}`),
    keyId: '0a1b',
    enabled: true,
    expires: null,
    created: '2025-01-01T00:00:00Z',
  });
  assert.equal(keyWith('2027-01-01T00:00:00Z')?.attributes.expires, '2027-01-01T00:00:00Z');
});

test('the last authentication is told, or else since when it would have been', () => {
  const activity = (lastAuthenticatedTime?: string) => ({
    fullResourceName: `//iam.googleapis.com/${KEY_NAME}`,
    observationPeriod: { startTime: '2026-08-01T00:00:00Z', endTime: '2026-11-01T00:00:00Z' },
    activity: { ...(lastAuthenticatedTime && { lastAuthenticatedTime }) },
  });
  const [used] = map('last-key-authentications', activity('2026-10-01T00:00:00Z'));
  assert.equal(used?.naturalId, `key/${EMAIL}/0a1b`);
  assert.equal(used?.attributes.lastUsed, '2026-10-01T00:00:00Z');
  const [idle] = map('last-key-authentications', activity());
  assert.deepEqual(idle?.attributes, {
    kind: 'gcp-service-account-key',
    usesKnownSince: '2026-08-01T00:00:00Z',
  });
  const account = {
    ...activity(),
    fullResourceName: `//iam.googleapis.com/projects/p/serviceAccounts/${EMAIL}`,
  };
  assert.equal(map('last-authentications', account)[0]?.naturalId, `service-account/${EMAIL}`);
});

const policy = {
  bindings: [
    { role: 'roles/editor', members: ['user:ada@alpha.example', `serviceAccount:${EMAIL}`] },
    { role: 'roles/viewer', members: ['serviceAccount:app@other-home.iam.gserviceaccount.com', 'allUsers'] },
    {
      role: 'roles/storage.admin',
      members: [`serviceAccount:${EMAIL}`],
      condition: { title: 'one', expression: 'resource.name == "b"' },
    },
    { role: 'roles/viewer', members: ['serviceAccount:service-1@gcp-sa-build.iam.gserviceaccount.com'] },
  ],
};

test('a policy makes one permission a machine; people in it are commitments and make none', () => {
  const told = map('iam-policy', policy);
  assert.deepEqual(
    told.map(({ attributes: { kind, holder, grants, administrator } }) => [
      kind,
      holder,
      grants,
      administrator,
    ]),
    [
      [
        'gcp-iam-binding',
        key('identity', `service-account/${EMAIL}`),
        [
          `roles/editor on projects/${PROJECT}`,
          `roles/storage.admin on projects/${PROJECT} if resource.name == "b"`,
        ],
        true,
      ],
      [
        'gcp-iam-binding',
        key('identity', 'service-account/app@other-home.iam.gserviceaccount.com', 'other-home'),
        [`roles/viewer on projects/${PROJECT}`],
        false,
      ],
      ['gcp-public-binding', null, [`roles/viewer on projects/${PROJECT}`], false],
      ['gcp-iam-binding', null, [`roles/viewer on projects/${PROJECT}`], false],
    ],
  );
  assert.doesNotMatch(JSON.stringify(committedItem(source, 'iam-policy', policy)), /ada/);
});

test('who may act as a service account is a trust', () => {
  const trusts = map('service-account-policies', {
    email: EMAIL,
    policy: {
      bindings: [
        {
          role: 'roles/iam.workloadIdentityUser',
          members: [
            `serviceAccount:${PROJECT}.svc.id.goog[shop/pay]`,
            'principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/attribute.repo/a/b',
            'group:ops@alpha.example',
          ],
        },
      ],
    },
  });
  assert.deepEqual(
    trusts.map(({ attributes: { issuer, subject, holder } }) => [issuer, subject, holder]),
    [
      [
        `${PROJECT}.svc.id.goog`,
        'system:serviceaccount:shop:pay',
        key('identity', `service-account/${EMAIL}`),
      ],
      [
        'projects/1/locations/global/workloadIdentityPools/ci',
        'attribute.repo/a/b',
        key('identity', `service-account/${EMAIL}`),
      ],
    ],
  );
});

test('a provider of a pool is a trust, disabled with its pool', () => {
  const [trust] = map('workload-identity', {
    pool: { name: 'pool', disabled: true },
    provider: {
      name: 'pool/providers/github',
      state: 'ACTIVE',
      attributeMapping: { 'google.subject': 'assertion.sub', 'attribute.repo': 'assertion.repository' },
      attributeCondition: "assertion.repository_owner == 'alpha'",
      oidc: {
        issuerUri: 'https://token.actions.githubusercontent.com',
        allowedAudiences: ['a', 'b'],
        jwksJson: '{}',
      },
    },
  });
  assert.deepEqual(trust?.attributes, {
    kind: 'gcp-workload-identity-provider',
    holder: null,
    enabled: false,
    pool: 'pool',
    attributeMapping: ['attribute.repo=assertion.repository', 'google.subject=assertion.sub'],
    issuer: 'https://token.actions.githubusercontent.com',
    subject: 'assertion.sub',
    audience: 'a b',
    conditions: "assertion.repository_owner == 'alpha'",
  });
});

test('an API key tells what it is good for, and its string is hidden', () => {
  const item = {
    uid: 'u1',
    displayName: 'maps',
    keyString: 'the string',
    createTime: '2024-01-01T00:00:00Z',
    restrictions: {
      apiTargets: [{ service: 'maps.googleapis.com' }],
      serverKeyRestrictions: { allowedIps: ['192.0.2.1'] },
    },
  };
  const [apiKey] = map('api-keys', item);
  assert.deepEqual(apiKey?.attributes, {
    kind: 'gcp-api-key',
    holder: null,
    expires: null,
    created: '2024-01-01T00:00:00Z',
    services: ['maps.googleapis.com'],
    boundToClients: true,
  });
  assert.equal(map('api-keys', { uid: 'u2' })[0]?.attributes.boundToClients, false);
  assert.doesNotMatch(JSON.stringify(committedItem(source, 'api-keys', item)), /the string/);
});

test('projects are found and read page by page, each as a partition', async (t) => {
  const running = await double.start(t, plan());
  const read = await readSource(source, running);
  for (const { listing, thrown, dropped } of read)
    assert.deepEqual([thrown, dropped], [undefined, 0], listing);
  const withPages = read.filter(({ pages }) => pages.length > 0);
  assert.deepEqual([...new Set(withPages.map(({ partition }) => partition))], [PROJECT, OTHER]);
  assert.deepEqual(
    of(read, 'api-keys', PROJECT).pages.map(({ items, end, request }) => [
      items.length,
      end,
      request.pageToken,
    ]),
    [
      [100, false, null],
      [100, false, '100'],
      [50, true, '200'],
    ],
  );
  const ofAccounts = read
    .flatMap(({ observed }) => observed)
    .filter(({ attributes }) => attributes.kind === 'gcp-service-account-key');
  assert.equal(ofAccounts.length, 1);
  assert.deepEqual(
    running.asked().filter((name) => name.includes(': ')),
    [],
  );
});

test('a project that is refused is a denied range, and the other is read', async (t) => {
  const read = await readSource(source, await double.start(t, plan('forbidden-part', 3)));
  const refused = read.filter(({ thrown }) => thrown !== undefined);
  assert.ok(refused.length > 0);
  for (const { partition, listing, thrown } of refused)
    assert.deepEqual([partition, thrown?.kind], [OTHER, 'denied'], listing);
});

test('named projects are not searched for', async (t) => {
  const running = await double.start(t, plan('none', 1));
  await readSource(source, { ...running, settings: { ...running.settings, projects: [PROJECT] } });
  assert.ok(!running.asked().includes('cloudresourcemanager.projects.search'));
});

test('the name of a pool cannot lead to another call', async (t) => {
  const crooked = httpDouble({
    ...provider,
    answer(request, given) {
      const isPools = request.url.pathname.endsWith('/workloadIdentityPools');
      return isPools
        ? { body: JSON.stringify({ workloadIdentityPools: [{ name: '../../v3/projects:search?' }] }) }
        : provider.answer(request, given);
    },
  });
  const running = await crooked.start(t, plan('none', 1));
  const read = await readSource(source, {
    ...running,
    settings: { ...running.settings, projects: [PROJECT] },
  });
  const errors = read.flatMap((each) => each.errors);
  assert.deepEqual(
    errors.map(({ why }) => why),
    ['the name of a pool is not one'],
  );
});

test('a refused sign-in is a denied read in our own words', async () => {
  const failing = (error: unknown) => tokensOf({ getAccessToken: () => Promise.reject(error) });
  const refused = Object.assign(new Error('invalid_grant: secret words'), { response: { status: 400 } });
  await assert.rejects(failing(refused)(), { kind: 'denied', message: 'the sign-in was refused' });
  await assert.rejects(failing(new Error('Could not load'))(), { kind: 'denied' });
  await assert.rejects(failing(Object.assign(new Error('x'), { code: 'ECONNRESET' }))(), { kind: 'failed' });
  await assert.rejects(openTokens(openingFor({ secrets: { credentials: 'no json' } })), {
    message: '`credentials` is not the JSON of a key or a federation',
  });
});
