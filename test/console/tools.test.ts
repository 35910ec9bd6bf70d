import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { parseVerifierKey, verifyPackage } from '#verifier';
import { addHostileNames, type Furnished, furnish } from './furnish.ts';
import { addRooms } from './rooms.ts';
import { missing, openWorld, signIn, type World } from './world.ts';

describe('what pages can do', { skip: missing ?? false }, () => {
  let world: World;
  let furnished: Furnished;
  let context: BrowserContext;
  let page: Page;
  before(async () => {
    world = await openWorld();
    furnished = await furnish(world.server);
    await addHostileNames(world.server, furnished);
    context = await world.newContext();
    page = await context.newPage();
    await signIn(page, world.server, 'bo');
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  });
  after(() => world?.close());
  beforeEach(() => page.setViewportSize({ width: 1280, height: 860 }));

  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const header = (name: string) => page.getByRole('columnheader', { name });
  async function saved(action: () => Promise<void>): Promise<Buffer> {
    const [download] = await Promise.all([page.waitForEvent('download'), action()]);
    return readFile(await download.path());
  }

  test('a filter is saved under a name, found again after a reload, and forgotten', async () => {
    await page.goto('/identities?kind=ci-job');
    await page.getByText('payments-settlement').waitFor();
    await page.getByText('Saved filters').click();
    await page.getByLabel('Name of these filters').fill('jobs');
    await button('Save').click();
    await page.goto('/identities');
    await page.getByText('payments-api').waitFor();
    await page.getByText('Saved filters').click();
    await page.getByRole('link', { name: 'jobs' }).click();
    await page.getByText('payments-api').waitFor({ state: 'detached' });
    assert.equal(new URL(page.url()).searchParams.get('kind'), 'ci-job');
    await button('Forget jobs').click();
    await page.getByText('None is saved on this machine').waitFor();
  });

  test('typing asks once, a page at a time, and an answer that is no longer wanted is not waited for', async () => {
    const asked: URL[] = [];
    const given: string[] = [];
    const isSearch = (url: URL) => url.pathname === '/api/v1/identities' && url.searchParams.has('q');
    page.on('requestfailed', (request) => given.push(request.url()));
    await page.goto('/identities');
    await page.getByText('payments-settlement').waitFor();
    // The first answer never comes.
    await page.route(isSearch, (route) => {
      asked.push(new URL(route.request().url()));
      return asked.length === 1 ? undefined : route.continue();
    });
    const first = page.waitForRequest((request) => isSearch(new URL(request.url())));
    await page.getByLabel('Search by name or purpose').pressSequentially('payments-');
    await first;
    await page.getByLabel('Search by name or purpose').pressSequentially('sett');
    await page.getByText('payments-api').waitFor({ state: 'detached' });
    await page.getByText('payments-settlement').waitFor();
    await page.unroute(isSearch);
    assert.deepEqual(
      asked.map(({ searchParams }) => [searchParams.get('q'), searchParams.get('limit')]),
      [
        ['payments-', '50'],
        ['payments-sett', '50'],
      ],
    );
    assert.ok(
      given.some((url) => url.endsWith(asked[0]?.search ?? '?')),
      'the first was not given up',
    );
  });

  test('changes, locks and the ledger have filters to save, columns to choose and a file', async () => {
    for (const [path, shown, head] of [
      ['/changes', 'Register payments', 'Title,State,Proposed by,Proposed,Steps,Signed,Applied'],
      ['/locks', 'A key was found in a build log', 'Target,Kind,State,Reason,By,Placed'],
      ['/ledger', 'bootstrap.opened', 'Entry,Time,Kind,About,By,Leaf hash'],
    ] as const) {
      await page.goto(path);
      await page.getByText('Saved filters').waitFor();
      const csv = (await saved(() => button('Export as CSV').click())).toString('utf8');
      assert.ok(csv.startsWith(`\ufeff${head}\r\n`), csv.slice(0, 200));
      assert.ok(csv.includes(shown), path);
    }
    const lines = (await world.server.house.log.head()).size;
    const csv = (await saved(() => button('Export as CSV').click())).toString('utf8');
    assert.ok(csv.split('\r\n').length >= lines, 'entries are missing in the file');
    await page.goto('/locks?state=lifted');
    await page.getByText('No lock fits these filters').waitFor();
  });

  test('a column that is hidden stays hidden, and is left out of the file', async () => {
    await page.goto('/identities');
    await header('Environment').waitFor();
    await page.getByText('Columns').click();
    await page.getByLabel('Environment').uncheck();
    await header('Environment').waitFor({ state: 'detached' });
    await page.reload();
    await page.getByText('payments-api').waitFor();
    assert.equal(await header('Environment').count(), 0);
    const csv = (await saved(() => button('Export as CSV').click())).toString('utf8');
    assert.match(csv, /^\ufeffName,Kind,Application,Owner,State,Live,Last grant\r\n/);
    assert.match(csv, /^payments-api,workload,payments,Ada Pereira,locked,\d+,/m);
  });

  test('Escape closes a menu and gives the focus back', async () => {
    await page.goto('/people');
    await page.getByText('Ada Pereira').first().waitFor();
    const menu = page.locator('summary', { hasText: 'Columns' });
    await menu.focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Roles').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Escape');
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'SUMMARY');
    await page.getByLabel('Roles').waitFor({ state: 'hidden' });
  });

  test('a name that a spreadsheet would run is written as text', async () => {
    await world.server.house.log.append([
      {
        kind: 'finding.opened',
        subject: furnished.identity,
        actor: 'sys',
        data: {
          finding: `fnd_${'b'.repeat(26)}`,
          rule: 'owner-left',
          subject: furnished.identity,
          title: '=HYPERLINK("http://example.test")',
          due: new Date().toISOString(),
        },
      },
    ]);
    await page.goto('/findings');
    await page.getByText('=HYPERLINK').waitFor();
    const csv = (await saved(() => button('Export as CSV').click())).toString('utf8');
    assert.ok(csv.includes(`"'=HYPERLINK(""http://example.test"")"`), csv.slice(0, 400));
  });

  test('one search finds an identity, a person, an entry, a credential and what was seen', async () => {
    const [grant] = await world.server.house.log.search({ kinds: ['credential.granted'], limit: 1 });
    assert.ok(grant);
    const { hash } = await grantName(grant.index);
    const search = async (text: string) => {
      await page.keyboard.press('Control+k');
      await page.keyboard.type(text);
      await page.keyboard.press('Enter');
    };
    const hits = (title: string) => page.getByRole('region', { name: title, exact: true });
    await page.goto('/locks');
    await page.getByRole('heading', { level: 1, name: 'Locks' }).waitFor();
    await search('payments-settlement');
    await hits('Identities').getByRole('link', { name: 'payments-settlement' }).waitFor();
    await page.goto('/search?everything=pereira');
    await hits('People').getByRole('link', { name: 'Ada Pereira' }).waitFor();
    await page.goto('/search?everything=authorized_keys');
    await hits('What sweeps saw').getByRole('link', { name: '/root/.ssh/authorized_keys' }).waitFor();
    await page.goto(`/search?everything=${grant.index}`);
    await hits('Entries').getByRole('link').waitFor();
    await page.goto(`/search?everything=${grant.index}.${hash}`);
    await hits('Credentials').getByText('Grant of entry').waitFor();
    await page.goto('/search?everything=999999');
    await hits('Entries').getByText('The ledger has no such entry').waitFor();
  });

  async function grantName(index: number) {
    const entry = await world.server.house.log.entry(index);
    return { hash: Buffer.from(entry?.leafHash ?? []).toString('hex') };
  }

  test('a credential is checked at a moment, and its proofs hold in this browser', async () => {
    const [grant] = await world.server.house.log.search({ kinds: ['credential.granted'], limit: 1 });
    const { hash } = await grantName(grant?.index ?? 0);
    await page.goto('/check');
    await page.getByLabel('Known by').selectOption('jti');
    await page.getByLabel('Token id (jti)').fill(`${grant?.index}.${hash}`);
    await button('Check it').click();
    await page.getByText('checked in this browser').waitFor();
    await page.getByRole('heading', { level: 2, name: 'It was issued here' }).waitFor();
    await page.getByLabel('Valid at', { exact: true }).fill('2020-01-01T00:00');
    await button('Check it').click();
    await page.getByRole('heading', { level: 2, name: 'Not valid at 1 Jan 2020, 00:00:00 UTC' }).waitFor();
  });

  test('a package is built with progress, verified here, downloaded, and says what is withheld', async () => {
    await page.goto('/evidence');
    await page.getByLabel('Withhold').fill('lock.placed');
    await button('Build the package').click();
    const built = page.getByRole('region', { name: 'The package' });
    await built.getByText('Holds; something is withheld').waitFor();
    await built.getByText('1 body of entries').waitFor();
    const bytes = await saved(() => button(/^Download/).click());
    const key = await (await fetch(`${world.url}/log/vkey`)).text();
    const report = await verifyPackage(new Uint8Array(bytes), { keys: [parseVerifierKey(key.trim())] });
    assert.equal(report.outcome, 'PARTIAL');
    assert.equal(report.facts.withheld?.bodies.length, 1);
  });

  test('a word that cannot be withheld is refused plainly', async () => {
    await page.goto('/evidence');
    await page.getByLabel('Withhold').fill('everything');
    await button('Build the package').click();
    await page.getByRole('alert').getByText('bad_request').waitFor();
  });

  test('a control shows its members, and a verdict narrows them', async () => {
    await page.goto('/evidence');
    await page.getByRole('link', { name: 'NHI-INV-02' }).click();
    await page.getByRole('table', { name: 'Members of the population' }).waitFor();
    await page.getByRole('combobox', { name: 'Verdict' }).selectOption('NOT_OCCURRING');
    await page.getByText('No member has this verdict').waitFor();
  });

  test('what was found is claimed for an identity', async () => {
    await page.goto('/posture/inventory?part=unregistered');
    const row = page.getByRole('row').filter({ hasText: '/home/ci/.ssh/id_ed25519' });
    await row.getByRole('button', { name: 'Claim' }).click();
    await page.getByLabel('Identity').fill('no-such-identity');
    await button('Claim it').click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Identity').fill('payments-api');
    await button('Claim it').click();
    await row.waitFor({ state: 'detached' });
    const claimed = (await world.server.house.log.rows('observation')).find(({ key }) => key === 'k1');
    assert.equal(claimed?.identity, furnished.identity);
  });

  test('an alert is taken in hand and resolved with what it was; both are entries', async () => {
    // Only now: what no detector and no change brought about, no package may hold.
    const { alert } = await addRooms(world.server, furnished);
    await page.goto('/alerts?state=open');
    await page.getByRole('link', { name: 'five failed attempts' }).click();
    await page.getByText('at most four failed attempts in a row').waitFor();
    await button('Take in hand').click();
    await page.getByText('In hand', { exact: true }).waitFor();
    await button('Resolve').click();
    await page.getByLabel('It was').selectOption('false-alarm');
    await page.getByLabel('Reason').fill('A test of the gateway');
    await button('Resolve it').click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const row = await world.server.house.log.row('alert', alert);
    assert.equal(row?.resolved?.outcome, 'false-alarm');
  });

  test('a stalled rotation says what it waits for, and shows each phase', async () => {
    await page.goto('/rotations');
    await page.getByRole('link', { name: 'backup-key' }).click();
    await page.getByText('The consumer was not seen with the new secret').waitFor();
    await page.getByText('the account accepts both keys').waitFor();
    await page.getByText('not yet').first().waitFor();
  });

  test('control points without an owner come first', async () => {
    await page.goto('/control-owners');
    await page.getByRole('table', { name: 'Control owners' }).waitFor();
    const states = await page
      .getByRole('row')
      .getByText(/^(Hole|Answered for)$/)
      .allTextContents();
    assert.ok(states.includes('Hole'));
    assert.deepEqual(
      states,
      [...states].sort((a, b) => Number(b === 'Hole') - Number(a === 'Hole')),
    );
  });

  test('on a telephone the navigation is a drawer that opens, leads and closes by keyboard', async () => {
    await page.setViewportSize({ width: 390, height: 800 });
    await page.goto('/locks');
    await page.getByRole('heading', { level: 1, name: 'Locks' }).waitFor();
    assert.equal(await page.getByRole('navigation', { name: 'Main' }).count(), 0);
    await button('Menu').focus();
    await page.keyboard.press('Enter');
    const drawer = page.getByRole('dialog', { name: 'Menu' });
    await drawer.waitFor();
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Menu');
    await page.keyboard.press('Enter');
    await drawer.getByRole('link', { name: 'Findings' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Findings' }).waitFor();
    await drawer.waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'main', 'focus did not follow');
  });
});
