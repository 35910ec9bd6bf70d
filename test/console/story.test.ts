import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import {
  enrolWithKeyFile,
  type KeyFilePerson,
  missing,
  newPageWithPasskeys,
  openWorld,
  signIn,
  type World,
} from './world.ts';

const APPLICATION = (name: string, owner: string): string =>
  `apiVersion: muniment/v1\nkind: Application\nname: ${name}\nspec: {description: Takes payments, owner: ${owner}}\n`;

describe('the story in a browser', { skip: missing ?? false }, () => {
  let world: World;
  let page: Page;
  let bo: KeyFilePerson;
  before(async () => {
    world = await openWorld();
    page = await newPageWithPasskeys(await world.newContext());
  });
  after(() => world?.close());

  const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const kinds = async (kind: 'change.refused' | 'change.approved' | 'lock.placed') =>
    world.server.house.log.search({ kinds: [kind], limit: 100 });

  test('without a session every page leads to sign-in, and comes back afterwards', async () => {
    await page.goto('/ledger?kind=lock.placed');
    await heading('Sign in');
    assert.equal(new URL(page.url()).searchParams.get('next'), '/ledger?kind=lock.placed');
  });

  test('a wrong link is refused plainly, and its token leaves the address at once', async () => {
    await page.goto('/#token=mut_not-a-token');
    await page.getByRole('alert').getByText('sign_in_refused').waitFor();
    assert.equal(new URL(page.url()).hash, '');
  });

  test('the first link leads to the enrolment of the first administrator with a passkey', async () => {
    await signIn(page, world.server);
    await heading('Enrol the first administrator');
    assert.ok(!page.url().includes('token'), 'the token stays in the address');
    await page.getByLabel('Name', { exact: true }).fill('ada');
    await page.getByLabel('Display name').fill('Ada Pereira');
    await button('Enrol').click();
    await heading('Overview');
    await page.getByText('Ada Pereira').waitFor();
    const [person] = await world.server.house.log.rows('person');
    assert.equal(person?.spec.keys[0]?.type, 'passkey');
    assert.equal(person?.bootstrap, true);
  });

  test('a change by someone else is signed with the passkey and applied', async () => {
    bo = await enrolWithKeyFile(world.server, 'bo');
    const { change } = await world.server.house.changes.propose({
      manifests: APPLICATION('payments', 'bo'),
      title: 'Register payments',
      reason: 'It goes live',
      proposer: bo.id,
    });
    await page.goto('/changes?state=proposed');
    await page.getByRole('link', { name: 'Register payments' }).click();
    await heading('Register payments');
    await page.getByText('Matches', { exact: true }).waitFor();
    await button('Sign with a passkey').click();
    await page.getByText('Your signature is recorded').waitFor();
    await button('Apply exactly this plan').click();
    await page.getByText('It is applied').waitFor();
    const row = await world.server.house.log.row('change', change);
    assert.equal(row?.state, 'applied');
    assert.equal(row?.approvals[0]?.signature.type, 'passkey');
  });

  test('manifests become a plan, and a fault in them is named by its path', async () => {
    await page.goto('/changes/new');
    await page.getByLabel('Title').fill('Register search');
    await page.getByLabel('Reason').fill('It goes live');
    await page
      .getByLabel('Manifests')
      .fill(APPLICATION('search', 'ada').replace('description', 'describtion'));
    await button('Show the plan').click();
    await page.getByRole('alert').getByText('unknown_key').waitFor();
    await page.getByLabel('Manifests').fill(APPLICATION('search', 'ada'));
    await button('Show the plan').click();
    await page.getByRole('heading', { level: 3, name: 'search' }).waitFor();
    await button('Propose it').click();
    await heading('Register search');
  });

  test('the proposer cannot sign, is told so, and the attempt is an entry', async () => {
    const before = (await kinds('change.refused')).length;
    await button('Sign with a passkey').click();
    const alert = page.getByRole('alert');
    await alert.getByText('self_approval_refused').waitFor();
    assert.equal((await kinds('change.refused')).length, before + 1);
    assert.equal(await button('Apply exactly this plan').count(), 0);
  });

  test('a page that shows another plan than the server asks to sign refuses to sign', async () => {
    await page.route('**/api/v1/changes/chg_*', async (route) => {
      const response = await route.fetch();
      const change = await response.json();
      change.plan.title = 'Something else';
      await route.fulfill({ response, json: change });
    });
    const before = (await kinds('change.refused')).length;
    await page.reload();
    await page.getByText('Does not match').waitFor();
    await button('Sign with a passkey').click();
    await page.getByRole('alert').getByText('plan_mismatch').waitFor();
    await page.unroute('**/api/v1/changes/chg_*');
    assert.equal((await kinds('change.refused')).length, before, 'it reached the server');
  });

  test('an application is locked with a reason, and the lock is lifted again', async () => {
    const application = (await world.server.house.log.view()).named('application', 'payments');
    await page.goto('/locks');
    await button('Place a lock').click();
    const dialog = page.getByRole('dialog', { name: 'Place a lock' });
    await dialog.getByLabel('Kind').selectOption('application');
    await dialog.getByLabel('Id').fill(application?.id ?? '');
    await dialog.getByLabel('Reason').fill('A key leaked');
    await dialog.getByRole('button', { name: 'Lock now' }).click();
    await heading(/Lock on application/);
    assert.equal((await kinds('lock.placed')).length, 1);
    await button('Lift').click();
    await page.getByLabel('Reason').fill('The key was replaced');
    await button('Lift the lock').click();
    await page.getByText('Lifted', { exact: true }).first().waitFor();
  });

  test('an entry’s proof is checked by the verifier in the browser, and a forged one does not hold', async () => {
    await page.goto('/ledger/3');
    await page.getByText('Holds', { exact: true }).waitFor();
    await page.route('**/api/v1/ledger/entries/3', async (route) => {
      const response = await route.fetch();
      const entry = await response.json();
      await route.fulfill({ response, json: { ...entry, leaf: entry.leaf.replace('"v":1', '"v":2') } });
    });
    await page.reload();
    await page.getByText('Does not hold', { exact: true }).waitFor();
    await page.unroute('**/api/v1/ledger/entries/3');
  });

  test('a new passkey becomes part of a manifest, never a key by itself', async () => {
    // A device of its own: the other one shall offer one passkey alone.
    const device = await newPageWithPasskeys(page.context());
    await device.goto('/account');
    await device.getByRole('button', { name: 'Make a passkey' }).click();
    await device.getByLabel('Key for the manifest').getByText('credentialId').waitFor();
    await device.close();
    const [ada] = await world.server.house.log.rows('person');
    assert.equal(ada?.spec.keys.length, 1);
  });

  test('after signing out, the passkey alone signs in', async () => {
    await button('Sign out').click();
    await heading('Sign in');
    await page.goto('/identities');
    await heading('Sign in');
    await button('Sign in with a passkey').click();
    await heading('Identities');
  });

  test('a session that is over leads to sign-in, and back to where one was', async () => {
    await page.context().clearCookies();
    await page.getByRole('link', { name: 'Locks', exact: true }).click();
    await heading('Sign in');
    await button('Sign in with a passkey').click();
    await heading('Locks');
  });
});
