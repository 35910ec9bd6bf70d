import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { BrowserContext } from 'playwright-core';
import { checkAxe, checkFrame, lookAtEach, openPage, openScene, type Scene } from './every-page.ts';
import { missing, type World } from './world.ts';

describe('every page', { skip: missing ?? false }, () => {
  let scene: Scene;
  let world: World;
  let context: BrowserContext;
  before(async () => {
    scene = await openScene();
    ({ world, context } = scene);
  });
  after(() => world?.close());

  test('no page has an axe violation in light, scrolls sideways or breaks the CSP', (t) =>
    lookAtEach(t, scene, 'light'));

  test('a name with a newline, a right-to-left mark and four kilobytes is shown as what it is', async () => {
    const { page } = await openPage(context, '/found?q=invoice', /^Inventory$/, 'second line');
    const row = page.getByRole('row').filter({ hasText: 'invoice' });
    await row.getByText('invoice⟨202e⟩gpj.exe⟨000a⟩second line').first().waitFor();
    const box = await row.boundingBox();
    assert.ok(box !== null && box.height < 80, `the row is ${box?.height} px high`);
    await page.close();
  });

  test('another moment is asked for by the address, told on every page, and left again', async () => {
    const first = (await world.server.house.log.search({ kinds: ['lock.placed'], limit: 1 }))[0];
    assert.ok(first);
    const { page } = await openPage(
      context,
      `/ledger/${first.index - 1}`,
      /^Entry/,
      'See the house as it was known then',
    );
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
    const { page } = await openPage(context, '/identities', /^Identities$/, 'payments-settlement');
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
    const { page } = await openPage(context, '/', /^Overview$/, 'Controls');
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
