import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { addEstate, type Estate } from './estate.ts';
import { furnish } from './furnish.ts';
import { missing, openWorld, signIn, type World } from './world.ts';

const DAY_MS = 86_400_000;
/** Setting of a source: an endpoint that refuses. */
const NOBODY_LISTENS = '["127.0.0.1:9"]';

describe('the estate by keyboard alone', { skip: missing ?? false }, () => {
  let world: World;
  let estate: Estate;
  let page: Page;
  before(async () => {
    world = await openWorld();
    estate = await addEstate(world.server, await furnish(world.server));
    page = await (await world.newContext()).newPage();
    await signIn(page, world.server, 'ada');
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  });
  after(() => world?.close());

  const dialog = () => page.getByRole('dialog');
  const button = (name: string, within: Page | Locator = page) =>
    within.getByRole('button', { name, exact: true });
  const heading = (name: string) => page.getByRole('heading', { level: 1, name, exact: true });
  const address = (key: string) => `/observations/${encodeURIComponent(key)}`;
  const observed = async (label: string) => {
    const rows = await world.server.house.log.rows('observation');
    return rows.find((row) => row.label === label);
  };
  async function press(control: Locator): Promise<void> {
    await control.focus();
    await page.keyboard.press('Enter');
  }
  async function type(control: Locator, text: string): Promise<void> {
    await control.focus();
    await page.keyboard.type(text);
  }
  /** A list takes the choice whose first letters are typed. */
  async function choose(label: string, choice: string): Promise<void> {
    const list = dialog().getByLabel(label, { exact: true });
    await list.getByRole('option', { name: choice, exact: true }).waitFor({ state: 'attached' });
    await type(list, choice);
    assert.equal(await list.evaluate((each: HTMLSelectElement) => each.selectedOptions[0]?.text), choice);
  }
  const queued = (label: string) => page.getByRole('listitem').filter({ hasText: label });

  test('a source is added through its form, tried, swept and removed', async () => {
    await page.goto('/sources');
    await page.getByRole('link', { name: 'aws-production' }).waitFor();
    await press(button('Add a source'));
    await choose('Type', 'TLS endpoints and stores');
    await dialog().getByText('name places on the server’s host').waitFor();
    await type(dialog().getByLabel('Name', { exact: true }), 'shop-certificates');
    await press(dialog().getByText('1 optional setting'));
    await type(dialog().getByLabel('endpoints', { exact: true }), NOBODY_LISTENS);
    await choose('Swept', 'Every hour');
    await press(button('Add it', dialog()));
    await heading('shop-certificates').waitFor();
    await page.getByText('every 1 h').waitFor();
    await press(button('Test'));
    await page.getByText('0 of 1 listing can be read').waitFor();
    await press(button('Sweep now'));
    await page.getByText('The source counts').waitFor();
    const swept = (await world.server.house.log.rows('sweep')).find(
      ({ source }) => source === 'shop-certificates',
    );
    assert.ok(swept, 'no sweep was recorded');
    await press(button('Remove'));
    await type(dialog().getByLabel('Reason'), 'It was a trial');
    await press(button('Remove it', dialog()));
    await heading('Sources').waitFor();
    await page.getByRole('link', { name: 'shop-certificates' }).waitFor({ state: 'detached' });
    assert.notEqual((await world.server.house.log.row('source', 'shop-certificates'))?.removed, null);
  });

  test('what a source cannot take is said in the form, and nothing is added', async () => {
    await press(button('Add a source'));
    await choose('Type', 'this host');
    await type(dialog().getByLabel('Name', { exact: true }), 'host');
    await press(button('Add it', dialog()));
    await dialog().getByRole('alert').getByText('conflict').waitFor();
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    assert.equal(await world.server.house.log.row('source', 'host'), undefined);
  });

  test('what nobody declared is claimed in one step: its proposed owner is chosen, and a change waits', async () => {
    await page.goto('/unregistered');
    await press(button('Claim', queued('deploy-bot')));
    await dialog().getByText('Proposed with high confidence: a tag names `ada`').waitFor();
    await dialog().getByRole('option', { name: 'Ada Pereira' }).waitFor({ state: 'attached' });
    assert.equal(await dialog().getByLabel('Owner').inputValue(), 'ada');
    await type(dialog().getByLabel('Purpose'), 'Deploys the shop from its release branch');
    await choose('Application', 'payments');
    await choose('Profile', 'internal-service');
    await press(button('Propose it', dialog()));
    await press(dialog().getByRole('link', { name: 'A change' }));
    await page.getByText('Sign with a passkey').waitFor();
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    const change = await world.server.house.log.row('change', id);
    assert.equal(change?.state, 'proposed');
    assert.equal((await observed('deploy-bot'))?.identity, undefined, 'only the signed change claims it');
  });

  test('it is dismissed until a day with a reason, and leaves the queue', async () => {
    await page.goto('/unregistered');
    await press(button('Dismiss', queued('nightly-reports')));
    await press(button('Dismiss it', dialog()));
    assert.equal((await observed('nightly-reports'))?.disposed, undefined, 'no reason was given');
    await type(dialog().getByLabel('Reason'), 'Moves to a role next month');
    await press(button('Dismiss it', dialog()));
    await queued('nightly-reports').waitFor({ state: 'detached' });
    const disposed = (await observed('nightly-reports'))?.disposed;
    assert.equal(disposed?.disposition, 'dismissed');
    assert.equal(disposed?.reason, 'Moves to a role next month');
    const days = (Date.parse(disposed?.until ?? '') - Date.now()) / DAY_MS;
    assert.ok(days > 89 && days < 92, `${days} days`);
  });

  test('it is to be removed by a day, and its page says so', async () => {
    await page.goto('/unregistered?class=credential');
    await press(button('Retire', queued('console password of old-admin')));
    await type(dialog().getByLabel('Reason'), 'The person left');
    await press(button('To be removed', dialog()));
    await queued('console password of old-admin').waitFor({ state: 'detached' });
    const row = await observed('console password of old-admin');
    assert.equal(row?.disposed?.disposition, 'retire');
    await page.goto(address(row?.key ?? ''));
    await page.getByText('The person left').waitFor();
  });

  test('two that were taken for one are split, and stay two', async () => {
    await page.goto(address(estate.same));
    await press(button('Split'));
    await type(dialog().getByLabel('Reason'), 'The trust is too wide to tell');
    await press(button('Split them', dialog()));
    await page.getByText('The same thing elsewhere').waitFor({ state: 'detached' });
    assert.deepEqual(
      (await world.server.house.log.rows('join')).map(({ split }) => split),
      [true],
    );
  });

  test('a map of three hundred things is drawn in groups; Enter opens one, a box leads on, a table says the same', async () => {
    await page.goto(address(estate.many));
    const drawing = page.getByRole('region', { name: 'Drawing' });
    const boxes = drawing.locator('.map-box');
    await drawing.getByRole('button', { name: /^207 × kubernetes-role-binding/ }).waitFor();
    assert.ok((await boxes.count()) < 50, `${await boxes.count()} boxes`);
    await press(drawing.getByRole('button', { name: /^20 × kubernetes-legacy-token/ }));
    const token = drawing.getByRole('link', { name: /^token-003/ });
    await token.waitFor();
    const focused = () =>
      page.evaluate(() => document.activeElement?.closest('svg')?.getAttribute('aria-label'));
    assert.equal(await focused(), 'Map', 'the focus is lost with the group that was opened');
    await press(page.getByText(/^The same as a table: 300 things/));
    await page.getByRole('table', { name: 'Connections' }).getByText('binding-000').waitFor();
    await press(token);
    await heading('token-003').waitFor();
    await page
      .getByRole('region', { name: 'Whose it is' })
      .getByText('kube-system/estate-operator')
      .waitFor();
  });

  test('findings are narrowed to those of one owner, and to those of nobody', async () => {
    await page.goto('/findings');
    await page.getByText('A credential was made without an approval').waitFor();
    const title = page.getByText('A credential was made without an approval');
    const owner = page.getByRole('combobox', { name: 'Owner' });
    await owner.selectOption({ label: 'Ada Pereira' });
    await page.waitForURL(/owner=per_/);
    await title.waitFor();
    await owner.selectOption({ label: 'Nobody’s' });
    await title.waitFor({ state: 'detached' });
    await page.getByText('An access key is old').waitFor();
  });
});
