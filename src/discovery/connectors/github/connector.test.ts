import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { decodeJwt } from 'jose';
import type { Observed } from '../../contract.ts';
import { of, openingFor, readSource } from '../../testing/read.ts';
import { ownersOfAll } from './code-owners.ts';
import { issuerOf, source } from './connector.ts';
import { operations } from './operations.ts';
import { double } from './testing/double.ts';
import { estate, FINGERPRINT } from './testing/estate.ts';
import { json, notFound } from './testing/fake.ts';
import { installation, numberOf } from './testing/objects.ts';
import { serve } from './testing/serve.ts';

const NOW = new Date('2024-04-01T00:00:00Z');

const attributesOf = (observed: Observed[] = [], kind: string) =>
  observed.find(({ attributes }) => attributes.kind === kind)?.attributes;

test('one of everything is read whole, and told as what it is', async (t) => {
  const running = await serve(t, estate());
  const read = await readSource(source, { ...running, now: NOW });
  assert.deepEqual(
    read.map(({ listing }) => listing),
    source.listings.map(({ listing }) => listing),
  );
  for (const { listing, denied, errors, end, observed } of read) {
    assert.deepEqual({ denied, errors, end }, { denied: [], errors: [], end: true }, listing);
    assert.notEqual(observed.length, 0, listing);
  }
  const shop = `example/identity/repository/${numberOf('example/shop')}`;
  assert.equal(of(read, 'repositories').providerCount, 2);
  const { createdBy, ...key } = attributesOf(of(read, 'deploy-keys').observed, 'github-deploy-key') ?? {};
  assert.match(JSON.stringify(createdBy), /^\{"commitment":"[0-9a-f]{64}"\}$/);
  assert.deepEqual(key, {
    kind: 'github-deploy-key',
    holder: shop,
    created: '2024-03-01T10:00:00.000Z',
    lastUsed: '2025-01-02T03:04:05.000Z',
    expires: null,
    fingerprint: FINGERPRINT,
    writes: true,
    location: 'example/shop',
  });
  assert.deepEqual(of(read, 'deploy-keys').observed[0]?.joins, [`ssh:${FINGERPRINT}`]);
  assert.deepEqual(attributesOf(of(read, 'deploy-keys').observed, 'github-deploy-key-access')?.grants, [
    'write on example/shop',
  ]);
});

test('what an App may do is a permission, and a suspended one is not enabled', async (t) => {
  const read = await readSource(source, { ...(await serve(t, estate())), now: NOW });
  const [release, rights, old] = of(read, 'app-installations').observed;
  assert.deepEqual(release?.joins, [`github-app:${numberOf('release-bot')}`]);
  assert.equal(release?.attributes.enabled, true);
  assert.deepEqual(rights?.attributes.grants, ['write on administration', 'read on metadata']);
  assert.equal(rights?.attributes.administrator, true);
  assert.equal(rights?.attributes.holder, `example/identity/${release?.naturalId}`);
  assert.equal(old?.attributes.enabled, false);
});

test('tokens belong to the account of a person whose name is a commitment', async (t) => {
  const read = await readSource(source, { ...(await serve(t, estate())), now: NOW });
  const [account, token] = of(read, 'fine-grained-tokens').observed;
  assert.equal(token?.attributes.holder, `example/identity/${account?.naturalId}`);
  assert.equal(token?.attributes.expires, '2026-01-01T08:00:00.000Z');
  assert.equal(token?.attributes.lastUsed, null);
  assert.equal('created' in (token?.attributes ?? {}), false);
  const classic = of(read, 'credential-authorizations').observed;
  assert.equal(attributesOf(classic, 'github-personal-access-token')?.expires, null);
  assert.equal(attributesOf(classic, 'github-token-scopes')?.administrator, true);
  assert.equal(attributesOf(classic, 'github-ssh-key')?.fingerprint, FINGERPRINT);
  const kept = JSON.stringify([of(read, 'fine-grained-tokens').committed, classic]);
  for (const secret of ['bob', 'alice', '12345678']) assert.equal(kept.includes(secret), false, secret);
});

test('secrets are names and ages; of a webhook only the host is kept', async (t) => {
  const read = await readSource(source, { ...(await serve(t, estate())), now: NOW });
  const [password] = of(read, 'environment-secrets').observed;
  assert.equal(password?.attributes.rotated, '2024-06-01T10:00:00.000Z');
  assert.equal(password?.attributes.environment, 'production');
  const [open] = of(read, 'repository-webhooks').observed;
  assert.equal(open?.class, 'exposure');
  assert.deepEqual(open?.attributes.usedAt, ['hooks.example.net']);
  assert.equal(JSON.stringify(of(read, 'repository-webhooks').committed).includes('unguessable'), false);
  assert.equal(of(read, 'organization-webhooks').observed[0]?.class, 'credential');
});

test('the subject that clouds see says whether it names the repository', async (t) => {
  const read = await readSource(source, { ...(await serve(t, estate())), now: NOW });
  const [shop, site] = of(read, 'oidc-subjects').observed;
  assert.equal(shop?.attributes.subject, 'repository_owner:example:*');
  assert.equal(shop?.attributes.namesRepository, false);
  assert.equal(site?.attributes.subject, 'repo:example/site:*');
  assert.equal(site?.attributes.namesRepository, true);
  const [production] = of(read, 'environments').observed;
  assert.equal(production?.attributes.conditions, 'branch policy; required reviewers; protected branches');
});

test('an event of the audit log and the deploy key that it made are one thing', async (t) => {
  const read = await readSource(source, { ...(await serve(t, estate())), now: NOW });
  const [made, installed, ...more] = of(read, 'audit-log').observed;
  assert.equal(made?.naturalId, of(read, 'deploy-keys').observed[0]?.naturalId);
  assert.equal(made?.attributes.creationEvent, 'doc-1');
  assert.equal(installed?.class, 'identity');
  assert.deepEqual(more, []);
});

test('CODEOWNERS: the last rule for all files, teams before people', () => {
  assert.deepEqual(ownersOfAll('* @a\r\n*  @org/team b@example.net # both\n/x @c'), {
    teams: ['@org/team'],
    people: ['b@example.net'],
  });
  assert.deepEqual(ownersOfAll('# * @a\n/x @c\n'), { teams: [], people: [] });
});

test('a listing is followed page by page, and only on our own host', async (t) => {
  const installations = Array.from({ length: 250 }, (_, id) => ({
    ...installation('example', `app-${id}`),
    id,
  }));
  const running = await serve(t, { ...estate(), installations }, (_request, answer) => {
    const { link } = answer.headers ?? {};
    const moved = { link: (link ?? '').replace(/http:\/\/[^/]+/, 'https://elsewhere.invalid') };
    return link === undefined ? answer : { ...answer, headers: { ...answer.headers, ...moved } };
  });
  const apps = of(await readSource(source, { ...running, now: NOW }), 'app-installations');
  assert.deepEqual(
    apps.pages.map(({ items, end, providerCount }) => [items.length, end, providerCount]),
    [
      [100, false, 250],
      [100, false, 250],
      [50, true, 250],
    ],
  );
});

test('what one repository refuses is a denied range, and the others stand', async (t) => {
  const running = await serve(t, estate(), ({ url }, answer) => {
    if (url.pathname === '/repos/example/shop/keys') return json({ message: 'Not accessible' }, 403);
    return url.pathname === '/repos/example/shop/hooks' ? notFound() : answer;
  });
  const read = await readSource(source, { ...running, now: NOW });
  assert.deepEqual(of(read, 'deploy-keys').denied, [{ what: 'example/shop', why: 'no permission (403)' }]);
  assert.deepEqual(
    of(read, 'repository-webhooks').denied.map(({ what }) => what),
    ['example/shop'],
  );
  assert.deepEqual(of(read, 'deploy-keys').errors, []);
});

test('without Enterprise Cloud its listings are denied ranges, never empty', async (t) => {
  const { log: _log, authorizations: _authorizations, ...team } = estate();
  const read = await readSource(source, { ...(await serve(t, team)), now: NOW });
  for (const listing of ['audit-log', 'credential-authorizations'])
    assert.deepEqual([of(read, listing).denied.length, of(read, listing).pages.length], [1, 0], listing);
});

test('a rate limit that comes as 403 is waited for; one that lasts too long is no refusal', async (t) => {
  let limited = 1;
  const reset = () => ({
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(Date.parse('2024-04-01') / 1000),
  });
  const running = await serve(t, estate(), ({ url }, answer) => {
    if (!url.pathname.endsWith('/installations') || limited === 0) return answer;
    limited -= 1;
    return json({ message: 'API rate limit exceeded' }, 403, reset());
  });
  const first = await readSource(source, { ...running, now: NOW });
  assert.deepEqual(of(first, 'app-installations').denied, []);
  assert.equal(of(first, 'app-installations').pages[0]?.calls, 2);
  limited = 1;
  const late = await readSource(source, { ...running, now: new Date('2024-03-31T12:00:00Z') });
  assert.deepEqual(of(late, 'app-installations').denied, []);
  assert.match(of(late, 'app-installations').errors[0]?.why ?? '', /^asked to wait/);
});

test('who sees fewer repositories than the organisation has does not see them all', async (t) => {
  const running = await serve(t, estate(), ({ url }, answer) =>
    url.pathname === '/orgs/example' ? json({ ...JSON.parse(answer.body), total_private_repos: 7 }) : answer,
  );
  const read = await readSource(source, { ...running, now: NOW });
  assert.equal(of(read, 'repositories').providerCount, 8);
});

test('an App signs in by its key, once for many calls, and its token goes nowhere else', async (t) => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  const seen: string[] = [];
  const running = await serve(t, estate(), ({ url, headers }, answer) => {
    const bearer = headers.authorization?.replace('Bearer ', '') ?? '';
    const isSignIn = /\/installation$|\/access_tokens$/.test(url.pathname);
    seen.push(isSignIn ? `app ${decodeJwt(bearer).iss}` : bearer);
    if (url.pathname === '/orgs/example/installation') return json(installation('example', 'muniment'));
    if (!isSignIn) return answer;
    return json({ token: 'short-lived', expires_at: '2024-04-01T01:00:00Z' }, 201);
  });
  const given = { settings: { ...running.settings, appId: '77' }, secrets: { privateKey: pem }, now: NOW };
  const read = await readSource(source, given);
  assert.deepEqual(of(read, 'repositories').errors, []);
  assert.deepEqual(seen.slice(0, 2), ['app 77', 'app 77']);
  assert.deepEqual(new Set(seen.slice(2)), new Set(['short-lived']));
});

test('every call is a declared one, and every declared one is made', async (t) => {
  const running = await serve(t, estate());
  await readSource(source, { ...running, now: NOW });
  const asked = new Set(running.asked());
  const signIn = operations.slice(-2).map(({ name }) => name);
  assert.deepEqual(
    [...asked].sort(),
    operations
      .map(({ name }) => name)
      .filter((name) => !signIn.includes(name))
      .sort(),
  );
});

test('issuers of Actions, by where GitHub is', () => {
  assert.equal(issuerOf('https://api.github.com'), 'https://token.actions.githubusercontent.com');
  assert.equal(issuerOf('https://ghe.example.net/api/v3'), 'https://ghe.example.net/_services/token');
  assert.equal(issuerOf('https://api.corp.ghe.com'), 'https://token.actions.corp.ghe.com');
});

test('a key that is none, and no credential at all, are told as such', async () => {
  const settings = source.settings.parse({ organizations: ['example'], appId: '7' });
  await assert.rejects(
    async () => {
      const session = await source.open(settings, openingFor({ secrets: { privateKey: 'none' } }));
      for await (const _ of session.read({ partition: 'example', scope: {} }, 'repositories'));
    },
    { message: 'the private key of the App is no PEM' },
  );
});

for (const fault of ['repeated-page', 'cut-page', 'broken-item', 'count-disagrees'] as const)
  test(`the double with ${fault} is noticed`, async (t) => {
    const running = await double.start(t, { items: 250, name: (index) => `app-${index}`, fault });
    const apps = of(await readSource(source, { ...running, now: NOW }), 'app-installations');
    const items = apps.pages.reduce((sum, page) => sum + page.items.length, 0);
    assert.ok(apps.errors.length > 0 || apps.providerCount !== items);
  });
