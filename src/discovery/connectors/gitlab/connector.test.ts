import assert from 'node:assert/strict';
import { test } from 'node:test';
import { of, openingFor, readSource } from '../../testing/read.ts';
import { source } from './connector.ts';
import { operations } from './operations.ts';
import { double } from './testing/double.ts';
import { accessToken, estate, FINGERPRINT } from './testing/estate.ts';
import { json, notFound } from './testing/fake.ts';
import { serve } from './testing/serve.ts';

const TOKENS = 'personal-tokens';

test('one of everything is read whole, by declared calls alone, and all of them', async (t) => {
  const running = await serve(t, estate());
  const read = await readSource(source, running);
  for (const { listing, denied, errors, end, observed } of read) {
    assert.deepEqual({ denied, errors, end }, { denied: [], errors: [], end: true }, listing);
    assert.notEqual(observed.length, 0, listing);
  }
  const elsewhere = read.filter(({ partition }) => partition !== 'example');
  assert.deepEqual(
    elsewhere.map(({ partition, listing }) => [partition, listing]),
    [['-instance', TOKENS]],
  );
  assert.equal(read.length, source.listings.length);
  assert.deepEqual([...new Set(running.asked())].sort(), operations.map(({ name }) => name).sort());
  assert.equal(of(read, 'groups').providerCount, 2);
});

test('each access token has a user of its own, and its role is what it may do', async (t) => {
  const read = await readSource(source, await serve(t, estate()));
  const [bot, token, right] = of(read, 'group-access-tokens').observed;
  assert.deepEqual([bot?.naturalId, bot?.attributes.kind], ['user/110', 'gitlab-group-bot']);
  assert.deepEqual(token?.attributes, {
    kind: 'gitlab-group-access-token',
    holder: 'example/identity/user/110',
    enabled: true,
    created: '2024-03-01T10:00:00.000Z',
    expires: '2025-01-31T00:00:00.000Z',
    lastUsed: null,
  });
  assert.equal(right?.attributes.path, 'Owner of example');
  assert.equal(right?.attributes.administrator, true);
  const [, revoked] = of(read, 'project-access-tokens').observed;
  assert.equal(revoked?.attributes.enabled, false);
});

test('one deploy key in two projects is one credential with two rights', async (t) => {
  const read = await readSource(source, await serve(t, estate()));
  const keys = of(read, 'deploy-keys').observed;
  const credentials = keys.filter((each) => each.class === 'credential');
  assert.equal(new Set(credentials.map(({ naturalId }) => naturalId)).size, 1);
  assert.deepEqual(credentials[0]?.joins, [`ssh:${FINGERPRINT}`]);
  assert.deepEqual(
    keys.filter((each) => each.class === 'permission').map(({ attributes }) => attributes.grants),
    [['write on example/team/shop'], ['read on example/site']],
  );
});

test('variables are names, page after page; no value, address or registration token is kept', async (t) => {
  const read = await readSource(source, await serve(t, estate()));
  const names = of(read, 'project-variables').observed.map(({ label }) => label);
  assert.deepEqual(names, ['A', 'DEPLOY_TOKEN', 'THIRD']);
  const kept = JSON.stringify(read.map(({ committed }) => committed));
  for (const secret of ['unguessable', '192.0.2.1']) assert.equal(kept.includes(secret), false, secret);
  const [, hook] = [...of(read, 'group-webhooks').observed, ...of(read, 'project-webhooks').observed];
  assert.deepEqual(hook?.attributes.usedAt, ['chat.example.net']);
});

test('the jobs of a project are trusted under its path', async (t) => {
  const read = await readSource(source, await serve(t, estate()));
  const [, trust] = of(read, 'projects').observed;
  assert.equal(trust?.attributes.issuer, 'https://gitlab.example.net');
  assert.equal(trust?.attributes.subject, 'project_path:example/team/shop:*');
});

test('tokens of members are out of reach, and said to be, unless the instance is asked for', async (t) => {
  const running = await serve(t, estate());
  const settings = { ...running.settings, instance: false };
  const session = await source.open(source.settings.parse(settings), openingFor(running));
  const [partition, ...more] = await session.partitions();
  assert.deepEqual(more, []);
  assert.match(partition?.denied?.['personal-tokens'] ?? '', /^only an administrator/);
});

test('to one who is no administrator the list of tokens would look whole: it is refused', async (t) => {
  const gitlab = estate();
  gitlab.single['/user'] = { id: 3 };
  const read = await readSource(source, await serve(t, gitlab));
  const { pages, denied } = of(read, TOKENS);
  assert.deepEqual([pages.length, denied.length], [0, 1]);
});

test('pages are followed on our own host alone, and the count is told as long as GitLab tells it', async (t) => {
  const gitlab = estate();
  gitlab.lists['/personal_access_tokens'] = Array.from({ length: 250 }, (_, id) => accessToken(id, `t${id}`));
  const running = await serve(t, gitlab, (_, answer) => {
    const { link } = answer.headers ?? {};
    if (link === undefined) return answer;
    const moved = link.replace(/http:\/\/[^/>]+/, 'https://elsewhere.invalid');
    return { ...answer, headers: { ...answer.headers, link: moved } };
  });
  const read = await readSource(source, running);
  assert.deepEqual(
    of(read, TOKENS).pages.map(({ items, providerCount }) => [items.length, providerCount]),
    [
      [100, 250],
      [100, 250],
      [50, 250],
    ],
  );
});

test('what one project refuses is a denied range; the others stand', async (t) => {
  const running = await serve(t, estate(), ({ url }, answer) => {
    if (url.pathname === '/api/v4/projects/7/access_tokens') return json({ message: '401' }, 401);
    return url.pathname === '/api/v4/projects/7/hooks' ? notFound() : answer;
  });
  const read = await readSource(source, running);
  for (const listing of ['project-access-tokens', 'project-webhooks']) {
    const { denied, errors } = of(read, listing);
    assert.deepEqual([denied.map(({ what }) => what), errors], [['example/team/shop'], []], listing);
  }
});

test('variables that GraphQL does not show are a denied range, an error in its answer is an error', async (t) => {
  const gitlab = estate();
  delete gitlab.variables['project example/site'];
  const denied = await readSource(source, await serve(t, gitlab));
  assert.deepEqual(
    of(denied, 'project-variables').denied.map(({ what }) => what),
    ['example/site'],
  );
  const broken = await serve(t, estate(), ({ url }, answer) =>
    url.pathname === '/api/graphql' ? json({ errors: [{ message: 'no' }], data: null }) : answer,
  );
  const read = await readSource(source, broken);
  assert.equal(of(read, 'group-variables').errors.length, 2);
});

for (const fault of ['repeated-page', 'cut-page', 'broken-item', 'count-disagrees'] as const)
  test(`the double with ${fault} is noticed`, async (t) => {
    const running = await double.start(t, { items: 250, name: (index) => `token-${index}`, fault });
    const tokens = of(await readSource(source, running), TOKENS);
    const items = tokens.pages.reduce((sum, page) => sum + page.items.length, 0);
    assert.ok(tokens.errors.length > 0 || tokens.providerCount !== items);
  });
