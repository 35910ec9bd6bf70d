import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { useBreakGlass } from './emergency.ts';
import { type Furnished, furnish, SHORTENED } from './furnish.ts';
import { missing, openWorld, signIn, type World } from './world.ts';

const NEW = `apiVersion: muniment/v1
kind: Application
name: refunds
spec: {description: Pays back, owner: ada}
`;

describe('drift and break-glass', { skip: missing ?? false }, () => {
  let world: World;
  let furnished: Furnished;
  let page: Page;
  let key: string;
  const folder = mkdtempSync(join(tmpdir(), 'muniment-manifests-'));
  before(async () => {
    world = await openWorld();
    furnished = await furnish(world.server);
    key = await useBreakGlass(world.server, furnished);
    writeFileSync(join(folder, '1.yaml'), SHORTENED);
    writeFileSync(join(folder, '2.yml'), NEW);
    writeFileSync(join(folder, 'notes.txt'), 'not a manifest');
    page = await (await world.newContext()).newPage();
    await signIn(page, world.server, 'bo');
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  });
  after(async () => {
    await world?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const row = (name: string | RegExp) => page.getByRole('row').filter({ hasText: name });

  test('files are read in the browser, compared both ways, and carried to a proposal', async () => {
    await page.goto('/drift');
    await page
      .getByLabel('Choose files')
      .setInputFiles([1, 2].map((n) => join(folder, n === 1 ? '1.yaml' : '2.yml')));
    await page.getByRole('button', { name: 'Compare' }).click();
    await row('refunds').getByText('Declared, not in force').waitFor();
    await row('payments-api').getByText('In force, not declared').waitFor();
    await row('internal-service').first().getByText('Differs').waitFor();
    await page.getByRole('table', { name: 'Profile internal-service' }).getByText('1800').waitFor();
    await page.getByRole('link', { name: 'Propose these manifests' }).click();
    await page.getByRole('heading', { level: 1, name: 'Propose a change' }).waitFor();
    assert.equal(await page.getByLabel('Manifests').inputValue(), `${SHORTENED}\n---\n${NEW}`);
  });

  test('a folder is read whole, without what is no manifest; a kind narrows what is compared', async () => {
    await page.goto('/drift');
    await page.getByLabel('Choose a folder').setInputFiles(folder);
    await page.getByLabel('Kind').selectOption('Application');
    await page.getByRole('button', { name: 'Compare' }).click();
    await row('refunds').waitFor();
    assert.equal(await row('payments-api').count(), 0);
    await page.getByLabel('Manifests').fill('kind: Nothing');
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByRole('alert').getByText('invalid_manifest').waitFor();
  });

  test('a use is not reviewed by whoever used it, but by another person, whose word stands', async () => {
    const hers = await (await world.newContext()).newPage();
    await signIn(hers, world.server, 'ada');
    await hers.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await hers.goto('/break-glass');
    await hers.getByText('You used it: another person reviews.').waitFor();
    await page.goto('/break-glass');
    await row('Laid away').waitFor();
    await page.getByRole('button', { name: 'Review' }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('It was').selectOption('justified');
    await page.getByLabel('Reason').fill('The pager was silent');
    await page.getByRole('button', { name: 'Record the review' }).click();
    await row('The pager was silent').getByText('Justified').waitFor();
    const use = await world.server.house.log.row('breakglass', key);
    assert.equal(use?.reviewed?.outcome, 'justified');
    await page.getByRole('combobox', { name: 'State' }).selectOption('overdue');
    await page.getByText('No key is in this state').waitFor();
  });
});
