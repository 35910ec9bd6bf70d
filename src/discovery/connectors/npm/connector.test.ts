import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { DoubleAnswer, DoubleRequest } from '../../testing/double.ts';
import { httpDouble } from '../../testing/http-double.ts';
import { of, readSource } from '../../testing/read.ts';
import { source } from './connector.ts';
import { operations } from './operations.ts';
import { answerOf, double, json, provider, token, tokensPage } from './testing/double.ts';

const TOKENS = 'tokens';

const tokens = [
  token(1, 'release', { bypass_2fa: true, cidr: ['192.0.2.0/24'], accessed: '2024-04-01T00:00:00Z' }),
  token(2, '', {
    readonly: true,
    permissions: [{ name: 'package', action: 'read' }],
    scopes: [{ type: 'package', name: '@example/one' }],
  }),
];

const serve = (
  t: TestContext,
  change: (request: DoubleRequest, answer: DoubleAnswer) => DoubleAnswer = (_, answer) => answer,
  held: unknown[] = tokens,
) =>
  httpDouble({
    ...provider,
    answer: (request) =>
      change(request, provider.isListing(request) ? tokensPage(request, held, 'none') : answerOf(request)),
  }).start(t, { items: 0, name: String, fault: 'none' });

test('everything is read whole, by declared calls alone, and all of them', async (t) => {
  const running = await serve(t);
  const read = await readSource(source, running);
  for (const { listing, denied, errors, end, observed } of read) {
    assert.deepEqual({ denied, errors, end }, { denied: [], errors: [], end: true }, listing);
    assert.notEqual(observed.length, 0, listing);
  }
  assert.deepEqual(
    read.map(({ partition, listing }) => `${partition}/${listing}`),
    [
      ...['-account/account', '-account/tokens'],
      ...['example/members', 'example/packages', 'example/collaborators', 'example/trusted-publishers'],
    ],
  );
  assert.deepEqual([...new Set(running.asked())].sort(), operations.map(({ name }) => name).sort());
});

test('a token is its ages and what it may do; the part of it that npm shows is not kept', async (t) => {
  const read = await readSource(source, await serve(t));
  const { observed, committed } = of(read, TOKENS);
  const [release, rights, , narrow] = observed;
  const [account] = of(read, 'account').observed;
  assert.deepEqual(release?.attributes, {
    kind: 'npm-token',
    holder: `-account/identity/${account?.naturalId}`,
    enabled: true,
    created: '2024-03-01T10:00:00.000Z',
    expires: '2024-06-01T10:00:00.000Z',
    lastUsed: '2024-04-01T00:00:00.000Z',
    networks: ['192.0.2.0/24'],
    bypassesSecondFactor: true,
  });
  assert.deepEqual(rights?.attributes.grants, ['write on whatever the account may reach']);
  assert.deepEqual(narrow?.attributes.grants, ['read package on package @example/one']);
  assert.equal(JSON.stringify(committed).includes('npm_aBcD'), false);
});

test('members and collaborators are commitments; an owner is an administrator', async (t) => {
  const read = await readSource(source, await serve(t));
  const kept = JSON.stringify([of(read, 'members').committed, of(read, 'collaborators').committed]);
  for (const name of ['alice', 'example-bot']) assert.equal(kept.includes(name), false, name);
  const [account, role] = of(read, 'members').observed;
  assert.equal(role?.attributes.administrator, true);
  assert.equal(role?.attributes.holder, `example/identity/${account?.naturalId}`);
  assert.deepEqual(
    of(read, 'collaborators').observed.flatMap(({ attributes }) => attributes.grants ?? []),
    ['read-write on @example/one', 'read-write on @example/one', 'read-only on two'],
  );
});

test('a trusted publisher says whose jobs may publish', async (t) => {
  const read = await readSource(source, await serve(t));
  const [trust, rights] = of(read, 'trusted-publishers').observed;
  assert.equal(trust?.attributes.issuer, 'https://token.actions.githubusercontent.com');
  assert.equal(trust?.attributes.subject, 'repo:example/one:environment:production');
  assert.equal(trust?.attributes.conditions, 'publish.yml; environment production');
  assert.deepEqual(rights?.attributes.grants, ['createPackage on @example/one']);
});

test('a one-time password that npm asks for makes a denied range of that package', async (t) => {
  const running = await serve(t, ({ url }, answer) =>
    url.pathname.endsWith('one/trust') ? json({ message: 'Unauthorized' }, 401) : answer,
  );
  const { denied } = of(await readSource(source, running), 'trusted-publishers');
  assert.deepEqual(
    denied.map(({ what }) => what),
    ['@example/one'],
  );
  assert.match(denied[0]?.why ?? '', /one-time password/);
});

test('pages are followed by number, on our own registry alone', async (t) => {
  const held = Array.from({ length: 201 }, (_, index) => token(index, `t${index}`));
  const running = await serve(
    t,
    (_, answer) => ({ ...answer, body: answer.body.replace('"/-/npm', '"https://elsewhere.invalid/-/npm') }),
    held,
  );
  const read = of(await readSource(source, running), TOKENS);
  assert.deepEqual(
    read.pages.map(({ items, end, providerCount }) => [items.length, end, providerCount]),
    [
      [100, false, 201],
      [100, false, 201],
      [1, true, 201],
    ],
  );
});

for (const fault of ['repeated-page', 'cut-page', 'broken-item', 'count-disagrees'] as const)
  test(`the double with ${fault} is noticed`, async (t) => {
    const running = await double.start(t, { items: 250, name: (index) => `token-${index}`, fault });
    const read = of(await readSource(source, running), TOKENS);
    const items = read.pages.reduce((sum, page) => sum + page.items.length, 0);
    assert.ok(read.errors.length > 0 || read.providerCount !== items);
  });
