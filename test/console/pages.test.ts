import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { AxeBuilder } from '@axe-core/playwright';
import type { BrowserContext, Page } from 'playwright-core';
import { useBreakGlass } from './emergency.ts';
import { addHostileNames, type Furnished, furnish } from './furnish.ts';
import { addRooms, type Roomed } from './rooms.ts';
import { missing, openWorld, signIn, type Theme, VIEWPORT, type World } from './world.ts';

const THEMES: Theme[] = ['light', 'dark'];
/** A desk, and a telephone. */
const WIDTHS_PX = [VIEWPORT.width, 390];

/** Every page, what its heading is, and what tells that its content has arrived. */
const pagesOf = ({
  identity,
  proposed,
  applied,
  lock,
  alert,
  rotation,
}: Furnished & Roomed): Array<[path: string, heading: RegExp, shown: string]> => [
  ['/', /^Overview$/, 'Needs a person'],
  ['/?verdict=PASS', /^Overview$/, 'Controls'],
  ['/identities', /^Identities$/, 'payments-settlement'],
  ['/identities?q=no-such-thing', /^Identities$/, 'No identity fits these filters'],
  [`/identities/${identity}`, /^payments-api$/, 'Proves itself by'],
  [`/identities/${identity}?tab=credentials`, /^payments-api$/, 'X.509-SVID'],
  [`/identities/${identity}?tab=decisions`, /^payments-api$/, 'Refused'],
  [`/identities/${identity}?tab=timeline`, /^payments-api$/, 'Credential granted'],
  ['/identities/no-such-identity', /^Identity$/, 'not_found'],
  ['/changes', /^Changes$/, 'Register payments'],
  ['/changes?state=withdrawn', /^Changes$/, 'No change is in this state'],
  [`/changes/${proposed}`, /^Shorten what services may hold$/, 'Sign with a passkey'],
  [`/changes/${applied}`, /^Register payments$/, 'It is applied'],
  ['/changes/new', /^Propose a change$/, 'Manifests'],
  ['/drift', /^Drift$/, 'What is declared'],
  ['/break-glass', /^Break-glass$/, 'Review due'],
  ['/break-glass?state=overdue', /^Break-glass$/, 'No key is in this state'],
  ['/ledger', /^Ledger$/, 'Leaf hash'],
  ['/ledger?kind=clock.jumped', /^Ledger$/, 'No entry fits these filters'],
  ['/ledger/0', /^Entry 0$/, 'The log’s key signed this tree'],
  ['/ledger/999999', /^Entry 999,999$/, 'not_found'],
  ['/found', /^Found$/, '/root/.ssh/authorized_keys'],
  ['/found?class=trust', /^Found$/, 'Nothing that was seen fits these filters'],
  ['/findings', /^Findings$/, 'payments-api'],
  ['/alerts', /^Alerts$/, 'five failed attempts'],
  ['/alerts?state=resolved', /^Alerts$/, 'No alert fits these filters'],
  [`/alerts/${alert}`, /^Failed attempts$/, 'at most four failed attempts'],
  ['/rotations', /^Rotations$/, 'backup-key'],
  [`/rotations/${rotation}`, /^backup-key$/, 'The consumer was not seen'],
  ['/rotations/no-such', /^Rotation$/, 'No rotation has this id'],
  ['/control-owners', /^Control owners$/, 'admin-socket'],
  ['/control-owners?hole=false&covers=oauth', /^Control owners$/, 'No control point fits'],
  ['/findings?rule=no-such-rule', /^Findings$/, 'No finding fits these filters'],
  ['/people', /^People$/, 'Ada Pereira'],
  ['/people?role=nobody', /^People$/, 'Nobody fits these filters'],
  ['/posture/inventory', /^Inventory$/, '/root/.ssh/authorized_keys'],
  ['/posture/rotation', /^Rotation$/, 'Next:'],
  ['/posture/permissions', /^Permissions$/, 'Next:'],
  ['/posture/monitoring', /^Monitoring$/, 'Next:'],
  ['/posture/orphans', /^Orphans$/, 'Next:'],
  ['/posture/nothing', /^Nothing$/, 'none of the five questions'],
  ['/evidence', /^Evidence$/, 'Build the package'],
  ['/evidence?verdict=NOT_EVALUABLE', /^Evidence$/, 'cannot be judged'],
  ['/evidence/NHI-INV-01', /./, 'Members of the population'],
  ['/evidence/NHI-NO-01', /^NHI-NO-01$/, 'no such control'],
  ['/check', /^Check a credential$/, 'What you were shown'],
  ['/search', /^Search$/, 'What are you looking for?'],
  ['/search?everything=payments', /^Search$/, 'payments-settlement'],
  ['/search?everything=3', /^Search$/, 'Entry 3'],
  ['/locks', /^Locks$/, 'A key was found in a build log'],
  [`/locks/${lock}`, /^Lock on identity payments-api$/, '41 ms'],
  ['/account', /^Your account$/, 'Key file (Ed25519)'],
  ['/no/such/page', /^No such page$/, 'Nothing is kept at this address'],
];

describe('every page', { skip: missing ?? false }, () => {
  let world: World;
  let furnished: Furnished & Roomed;
  let context: BrowserContext;
  before(async () => {
    world = await openWorld();
    const told = await furnish(world.server);
    await addHostileNames(world.server, told);
    furnished = { ...told, ...(await addRooms(world.server, told)) };
    await useBreakGlass(world.server, told);
    context = await world.newContext();
    const page = await context.newPage();
    await signIn(page, world.server, 'ada');
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await page.close();
  });
  after(() => world?.close());

  /** Opens a page, waits until it is all there, and tells what the browser complained of. */
  async function open(path: string, heading: RegExp, shown: string) {
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      // A 404 is what some of these pages show.
      if (message.type() === 'error' && !message.text().includes('404')) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(path);
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
    // A menu that is closed says the same words.
    await page.getByText(shown).filter({ visible: true }).first().waitFor();
    return { page, complaints };
  }

  async function checkAxe(page: Page): Promise<void> {
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme });
      const builder = new AxeBuilder({ page });
      // A theme changes colours and nothing else: the other rules need no second look.
      const { violations } = await (colorScheme === THEMES[0]
        ? builder
        : builder.withRules(['color-contrast'])
      ).analyze();
      const found = violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(' ')}`,
      );
      assert.deepEqual(found, [], `axe, ${colorScheme}`);
    }
  }

  async function checkFrame(page: Page): Promise<void> {
    const [wide, lang] = await page.evaluate(() => [
      document.documentElement.scrollWidth - window.innerWidth,
      document.documentElement.lang,
    ]);
    assert.equal(wide, 0, 'the page scrolls sideways');
    assert.equal(lang, 'en');
    assert.match(await page.title(), /^\S.* · Muniment$/);
  }

  test('no page has an axe violation in either theme, scrolls sideways or breaks the CSP', async (t) => {
    for (const [path, heading, shown] of pagesOf(furnished)) {
      await t.test(path, async () => {
        const { page, complaints } = await open(path, heading, shown);
        for (const width of WIDTHS_PX) {
          await page.setViewportSize({ ...VIEWPORT, width });
          await checkFrame(page);
          await checkAxe(page);
        }
        assert.deepEqual(complaints, [], 'the browser complained');
        await page.close();
      });
    }
  });

  test('a name with a newline, a right-to-left mark and four kilobytes is shown as what it is', async () => {
    const { page } = await open('/found', /^Found$/, 'id_ed25519');
    const row = page.getByRole('row').filter({ hasText: 'invoice' });
    await row.getByText('invoice⟨202e⟩gpj.exe⟨000a⟩second line').first().waitFor();
    const box = await row.boundingBox();
    assert.ok(box !== null && box.height < 80, `the row is ${box?.height} px high`);
    await page.close();
  });

  test('another moment is asked for by the address, told on every page, and left again', async () => {
    const first = (await world.server.house.log.search({ kinds: ['lock.placed'], limit: 1 }))[0];
    assert.ok(first);
    const { page } = await open(`/ledger/${first.index - 1}`, /^Entry/, 'See the house as it was known then');
    await page.getByRole('link', { name: 'See the house as it was known then' }).click();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Locks' }).click();
    await page.getByText('Nothing was ever locked').waitFor();
    assert.equal(new URL(page.url()).searchParams.get('knownAt'), String(first.index));
    await checkAxe(page);
    await page.getByRole('link', { name: 'Back to now' }).click();
    await page.getByText('A key was found in a build log').waitFor();
    assert.equal(new URL(page.url()).search, '');
    await page.close();
  });

  test('a moment chosen in the dialog is UTC', async () => {
    const { page } = await open('/identities', /^Identities$/, 'payments-settlement');
    await page.getByRole('button', { name: 'another moment' }).click();
    await page.getByLabel('True at').fill('2020-02-03T04:05');
    await page.getByRole('button', { name: 'Look', exact: true }).click();
    await page.getByText('what was true at 3 Feb 2020, 04:05:00 UTC').waitFor();
    assert.equal(new URL(page.url()).searchParams.get('asOf'), '2020-02-03T04:05:00.000Z');
    await page.getByText('No identity is registered yet').waitFor();
    await page.close();
  });

  test('the sign-in page has no axe violation either', async () => {
    const stranger = await world.newContext();
    const page = await stranger.newPage();
    await page.goto('/');
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    await checkFrame(page);
    await checkAxe(page);
    await stranger.close();
  });

  test('the theme switch overrules the system and is kept', async () => {
    const { page } = await open('/', /^Overview$/, 'Controls');
    const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await ground();
    await page.getByRole('radio', { name: 'Dark' }).check({ force: true });
    const dark = await ground();
    assert.notEqual(dark, light);
    await page.reload();
    await page.getByRole('heading', { level: 1 }).waitFor();
    assert.equal(await ground(), dark);
    await page.getByRole('radio', { name: 'As the system' }).check({ force: true });
    assert.equal(await ground(), light);
    await page.close();
  });

  test('the first load is at most 200 kB', async () => {
    const page = await context.newPage();
    const addresses: string[] = [];
    page.on('response', (response) => addresses.push(response.url()));
    await page.goto('/');
    await page.getByText('Needs a person').waitFor();
    let bytes = 0;
    for (const address of addresses.filter((each) => /\.(js|css|html)$|\/$/.test(each))) {
      bytes += gzipSync(Buffer.from(await (await fetch(address)).arrayBuffer())).length;
    }
    assert.ok(bytes > 10_000 && bytes < 200_000, `${bytes} bytes`);
    await page.close();
  });
});
