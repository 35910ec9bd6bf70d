import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openingOf, readAll } from '../../testing/read-all.ts';
import { source } from './connector.ts';
import { operations } from './operations.ts';
import { double } from './testing/double.ts';
import { accessToken, estate, FINGERPRINT } from './testing/estate.ts';
import { json, notFound } from './testing/fake.ts';
import { serve } from './testing/serve.ts';

const GROUP = 'example/';
const TOKENS = '-instance/personal-tokens';

test('one of everything is read whole, by declared calls alone, and all of them', async (t) => {
  const running = await serve(t, estate());
  const read = await readAll(source, running);
  for (const [listing, { pages, denied, errors, observed }] of Object.entries(read)) {
    assert.deepEqual({ denied, errors }, { denied: [], errors: [] }, listing);
    assert.equal(pages.at(-1)?.end, true, listing);
    assert.notEqual(observed.length, 0, listing);
  }
  assert.equal(Object.keys(read).length, source.listings.length);
  assert.deepEqual([...new Set(running.asked())].sort(), operations.map(({ name }) => name).sort());
  assert.equal(read[`${GROUP}groups`]?.pages.at(-1)?.providerCount, 2);
});

test('each access token has a user of its own, and its role is what it may do', async (t) => {
  const read = await readAll(source, await serve(t, estate()));
  const [bot, token, right] = read[`${GROUP}group-access-tokens`]?.observed ?? [];
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
  const [, revoked] = read[`${GROUP}project-access-tokens`]?.observed ?? [];
  assert.equal(revoked?.attributes.enabled, false);
});

test('one deploy key in two projects is one credential with two rights', async (t) => {
  const read = await readAll(source, await serve(t, estate()));
  const keys = read[`${GROUP}deploy-keys`]?.observed ?? [];
  const credentials = keys.filter((each) => each.class === 'credential');
  assert.equal(new Set(credentials.map(({ naturalId }) => naturalId)).size, 1);
  assert.deepEqual(credentials[0]?.joins, [`ssh:${FINGERPRINT}`]);
  assert.deepEqual(
    keys.filter((each) => each.class === 'permission').map(({ attributes }) => attributes.grants),
    [['write on example/team/shop'], ['read on example/site']],
  );
});

test('variables are names, page after page; no value, address or registration token is kept', async (t) => {
  const read = await readAll(source, await serve(t, estate()));
  const names = read[`${GROUP}project-variables`]?.observed.map(({ label }) => label);
  assert.deepEqual(names, ['A', 'DEPLOY_TOKEN', 'THIRD']);
  const kept = JSON.stringify(Object.values(read).map(({ committed }) => committed));
  for (const secret of ['unguessable', '192.0.2.1']) assert.equal(kept.includes(secret), false, secret);
  const [, hook] = [
    ...(read[`${GROUP}group-webhooks`]?.observed ?? []),
    ...(read[`${GROUP}project-webhooks`]?.observed ?? []),
  ];
  assert.deepEqual(hook?.attributes.usedAt, ['chat.example.net']);
});

test('the jobs of a project are trusted under its path', async (t) => {
  const read = await readAll(source, await serve(t, estate()));
  const [, trust] = read[`${GROUP}projects`]?.observed ?? [];
  assert.equal(trust?.attributes.issuer, 'https://gitlab.example.net');
  assert.equal(trust?.attributes.subject, 'project_path:example/team/shop:*');
});

test('tokens of members are out of reach, and said to be, unless the instance is asked for', async (t) => {
  const running = await serve(t, estate());
  const settings = { ...running.settings, instance: false };
  const session = await source.open(source.settings.parse(settings), openingOf({ ...running, settings }));
  const [partition, ...more] = await session.partitions();
  assert.deepEqual(more, []);
  assert.match(partition?.denied?.['personal-tokens'] ?? '', /^only an administrator/);
});

test('to one who is no administrator the list of tokens would look whole: it is refused', async (t) => {
  const gitlab = estate();
  gitlab.single['/user'] = { id: 3 };
  const read = await readAll(source, await serve(t, gitlab));
  assert.deepEqual([read[TOKENS]?.pages.length, read[TOKENS]?.denied.length], [0, 1]);
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
  const read = await readAll(source, running);
  assert.deepEqual(
    read[TOKENS]?.pages.map(({ items, providerCount }) => [items.length, providerCount]),
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
  const read = await readAll(source, running);
  for (const listing of ['project-access-tokens', 'project-webhooks']) {
    const { denied, errors } = read[`${GROUP}${listing}`] ?? {};
    assert.deepEqual([denied?.map(({ what }) => what), errors], [['example/team/shop'], []], listing);
  }
});

test('variables that GraphQL does not show are a denied range, an error in its answer is an error', async (t) => {
  const gitlab = estate();
  delete gitlab.variables['project example/site'];
  const denied = await readAll(source, await serve(t, gitlab));
  assert.deepEqual(
    denied[`${GROUP}project-variables`]?.denied.map(({ what }) => what),
    ['example/site'],
  );
  const broken = await serve(t, estate(), ({ url }, answer) =>
    url.pathname === '/api/graphql' ? json({ errors: [{ message: 'no' }], data: null }) : answer,
  );
  const read = await readAll(source, broken);
  assert.equal(read[`${GROUP}group-variables`]?.errors.length, 2);
});

for (const fault of ['repeated-page', 'cut-page', 'broken-item', 'count-disagrees'] as const)
  test(`the double with ${fault} is noticed`, async (t) => {
    const running = await double.start(t, { items: 250, name: (index) => `token-${index}`, fault });
    const { [TOKENS]: tokens } = await readAll(source, running);
    const items = tokens?.pages.reduce((sum, page) => sum + page.items.length, 0);
    assert.ok((tokens?.errors.length ?? 0) > 0 || tokens?.pages.at(-1)?.providerCount !== items);
  });
