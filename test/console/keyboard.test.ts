import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type Furnished, furnish } from './furnish.ts';
import { missing, openWorld, signIn, type World } from './world.ts';

/** Enough for a key to come before the browser has told that a dialog closed. */
const ROUNDS = 20;

describe('by keyboard alone', { skip: missing ?? false }, () => {
  let world: World;
  let furnished: Furnished;
  let page: Page;
  before(async () => {
    world = await openWorld();
    furnished = await furnish(world.server);
    page = await (await world.newContext()).newPage();
    await signIn(page, world.server, 'bo');
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  });
  after(() => world?.close());

  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');

  test('the first stop is a link past the navigation', async () => {
    await page.goto('/identities');
    await page.getByText('payments-settlement').waitFor();
    await page.keyboard.press('Tab');
    assert.equal(await focused(), 'Skip to content');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement?.closest('main')?.id), 'main');
  });

  test('whatever has the focus shows it', async () => {
    await page.goto('/identities');
    await page.getByText('payments-settlement').waitFor();
    const seen = new Set<string>();
    for (let stop = 0; stop < 30; stop += 1) {
      await page.keyboard.press('Tab');
      const { name, shown } = await page.evaluate(() => {
        const element = document.activeElement as HTMLElement;
        const box = element.matches('.themes input') ? (element.closest('label') as HTMLElement) : element;
        const { outlineStyle, outlineWidth } = getComputedStyle(box);
        return {
          name: `${element.tagName} ${element.textContent}`,
          shown: outlineStyle !== 'none' && outlineWidth !== '0px',
        };
      });
      if (name.startsWith('BODY')) break;
      assert.ok(shown, `no outline on ${name}`);
      seen.add(name);
    }
    assert.ok(seen.size > 10, `only ${seen.size} stops`);
  });

  test('a slash reaches the search, typing narrows the list, arrows walk the rows, Enter opens one', async () => {
    await page.goto('/identities');
    await page.getByText('payments-settlement').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('payments');
    await page.getByText('muniment-agent').waitFor({ state: 'detached' });
    assert.equal(new URL(page.url()).searchParams.get('q'), 'payments');
    await page.getByRole('link', { name: 'payments-api' }).focus();
    await page.keyboard.press('ArrowDown');
    assert.equal(await focused(), 'payments-settlement');
    await page.keyboard.press('Home');
    assert.equal(await focused(), 'payments-api');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'payments-api' }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'main', 'focus did not follow');
  });

  test('a dialog takes the focus, keeps it, and gives it back on Escape', async () => {
    await page.goto(`/identities/${furnished.identity}`);
    const lock = page.getByRole('button', { name: 'Lock', exact: true });
    await lock.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    for (let stop = 0; stop < 8; stop += 1) {
      const place = await page.evaluate(() => {
        const element = document.activeElement;
        return element === document.body || element?.closest('dialog') !== null;
      });
      assert.ok(place, 'the focus left the dialog');
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.equal(await focused(), 'Lock');
  });

  test('what was closed opens again at once, however fast the keys come', async () => {
    const dialog = page.getByRole('dialog');
    for (let round = 0; round < ROUNDS; round += 1) {
      await page.keyboard.press('Enter');
      await dialog.waitFor();
      await page.keyboard.press('Escape');
    }
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await focused(), 'Lock');
  });

  test('Cancel gives the focus back too', async () => {
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Cancel' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.equal(await focused(), 'Lock');
  });

  test('a lock without a reason is not placed', async () => {
    const before = (await world.server.house.log.rows('lock')).length;
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Lock now' }).focus();
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'TEXTAREA');
    await page.keyboard.press('Escape');
    assert.equal((await world.server.house.log.rows('lock')).length, before);
  });
});
