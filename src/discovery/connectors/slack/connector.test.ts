import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FaultCase } from '../../testing/double.ts';
import { httpDouble } from '../../testing/http-double.ts';
import { mapped, of, openingFor, readSource, testMapping } from '../../testing/read.ts';
import { source } from './connector.ts';
import { double, OTHER, provider, WORKSPACE } from './testing/double.ts';

const plan = (fault: FaultCase = 'none', items = 250) => ({
  items,
  name: (at: number) => `bot-${at}`,
  fault,
});
const map = (listing: string, item: unknown) => mapped(source, listing, [item], WORKSPACE);
const holder = testMapping(WORKSPACE).key('identity', 'app/A1');

const app = {
  app: { id: 'A1', name: 'deployer', is_internal: true },
  scopes: [
    { name: 'chat:write', token_type: 'bot' },
    { name: 'admin.users:write', token_type: 'user' },
    { name: 'users:read', token_type: 'user' },
  ],
  date_updated: 1_700_000_000,
  last_resolved_by: { actor_id: 'W1', actor_type: 'user' },
};

test('an approved app has its scopes, by the kind of token', () => {
  const [identity, bot, user] = map('approved-apps', app);
  assert.deepEqual(identity?.joins, ['slack-app:A1']);
  assert.equal(identity?.attributes.enabled, true);
  assert.equal(identity?.attributes.resolvedAt, '2023-11-14T22:13:20.000Z');
  assert.match(JSON.stringify(identity?.attributes.resolvedBy), /commitment/);
  assert.deepEqual(
    [bot, user].map((seen) => [
      seen?.attributes.holder,
      seen?.attributes.grants,
      seen?.attributes.administrator,
    ]),
    [
      [holder, [`chat:write on ${WORKSPACE}`], false],
      [holder, [`admin.users:write on ${WORKSPACE}`, `users:read on ${WORKSPACE}`], true],
    ],
  );
});

test('a restricted app is disabled and has no rights', () => {
  const told = map('restricted-apps', app);
  assert.deepEqual(
    told.map(({ class: kind, attributes }) => [kind, attributes.enabled, attributes.approval]),
    [['identity', false, 'restricted']],
  );
});

test('the bot of an app is the app; a custom bot is itself', () => {
  const bot = { id: 'U1', name: 'deployer', is_bot: true, deleted: true, updated: 0 };
  const [ofApp] = map('bots', { ...bot, profile: { api_app_id: 'A1', bot_id: 'B1' } });
  assert.equal(ofApp?.naturalId, 'app/A1');
  assert.equal(ofApp?.attributes.enabled, false);
  const [custom] = map('bots', { ...bot, profile: { api_app_id: '' } });
  assert.equal(custom?.naturalId, 'bot/U1');
  assert.equal(custom?.attributes.kind, 'slack-bot');
  assert.ok(!('modified' in (custom?.attributes ?? {})));
});

test('the log tells who added an app, and nothing of other changes', () => {
  const log = { app_id: 'A1', app_type: 'Deployer', date: '1700000000', user_id: 'W1', user_name: 'ada' };
  const [added] = map('integration-logs', { ...log, change_type: 'added' });
  assert.equal(added?.attributes.created, '2023-11-14T22:13:20.000Z');
  assert.equal(added?.attributes.creationEvent, 'A1 added 1700000000');
  assert.match(JSON.stringify(added?.attributes.createdBy), /commitment/);
  assert.deepEqual(map('integration-logs', { ...log, change_type: 'removed' }), []);
});

test('members are read to the empty cursor, and no person is kept', async (t) => {
  const running = await double.start(t, plan());
  const read = await readSource(source, running);
  for (const { listing, thrown, dropped } of read)
    assert.deepEqual([thrown, dropped], [undefined, 0], listing);
  const { pages } = of(read, 'bots', WORKSPACE);
  assert.deepEqual(
    pages.map(({ items, end }) => [items.length, end]),
    [
      [100, false],
      [100, false],
      [50, true],
    ],
  );
  assert.doesNotMatch(JSON.stringify(pages), /ada|Ada/);
  assert.deepEqual(
    running.asked().filter((name) => name.includes(': ')),
    [],
  );
});

test('a repeated page is told although people in it were dropped', async (t) => {
  const read = await readSource(source, await double.start(t, plan('repeated-page')));
  assert.match(of(read, 'bots', WORKSPACE).thrown?.message ?? '', /same page again/);
});

const SAID: Array<[string, string, RegExp]> = [
  ['missing_scope', 'denied', /no permission \(missing_scope\)/],
  ['not_allowed_token_type', 'denied', /not_allowed_token_type/],
  ['ratelimited', 'limited', /too many requests/],
  ['a word of its own', 'failed', /^the answer is not ok$/],
];
for (const [error, kind, message] of SAID)
  test(`\`ok: false\` with ${error} is ${kind}, in our own words`, async (t) => {
    const refusing = httpDouble({
      ...provider,
      answer: () => ({ body: JSON.stringify({ ok: false, error }) }),
    });
    const read = await readSource(source, await refusing.start(t, plan()));
    const { thrown } = of(read, 'bots', OTHER);
    assert.equal(thrown?.kind, kind);
    assert.match(thrown?.message ?? '', message);
  });

test('logs are paged by number and counted by Slack', async (t) => {
  const entry = (page: string | null) => ({ app_id: `A${page}`, change_type: 'added', date: '1700000000' });
  const logging = httpDouble({
    ...provider,
    answer(request, given) {
      if (!request.url.pathname.endsWith('team.integrationLogs')) return provider.answer(request, given);
      const page = request.url.searchParams.get('page') ?? '1';
      const paging = { count: 1, total: 2, page: Number(page), pages: 2 };
      return { body: JSON.stringify({ ok: true, logs: [entry(page)], paging }) };
    },
  });
  const running = await logging.start(t, plan('none', 1));
  const settings = { ...running.settings, workspaces: [WORKSPACE], integrationLogs: true };
  const read = await readSource(source, { ...running, settings });
  assert.deepEqual(
    of(read, 'integration-logs').pages.map(({ providerCount, end }) => [providerCount, end]),
    [
      [2, false],
      [2, true],
    ],
  );
});

test('what there is no token for is a denied range', async (t) => {
  const running = await double.start(t, plan('none', 1));
  const parsed = source.settings.parse(running.settings);
  const session = await source.open(parsed, openingFor({ secrets: { token: 'only this' } }));
  const [workspace] = await session.partitions();
  assert.deepEqual(workspace?.denied, {
    'approved-apps': 'no secret `admin-token`',
    'restricted-apps': 'no secret `admin-token`',
  });
});
