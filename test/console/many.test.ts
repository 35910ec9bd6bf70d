import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { furnish } from './furnish.ts';
import { addIdentities } from './rooms.ts';
import { missing, openWorld, signIn, type World } from './world.ts';

const COUNT = 10_000;
/** The server's answer and the browser's work. Generous: machines that test are busy, and others use them too. */
const READY_MAX_MS = 15_000;
/** The longest that the page may keep the browser from drawing or hearing a key. */
const BLOCKED_MAX_MS = 400;

describe('ten thousand identities', { skip: missing ?? false }, () => {
  let world: World;
  let page: Page;
  before(async () => {
    world = await openWorld();
    await addIdentities(world.server, await furnish(world.server), COUNT);
    const context = await world.newContext();
    page = await context.newPage();
    await signIn(page, world.server, 'ada');
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    // Told by the browser itself: every task that kept it longer than 50 ms.
    await page.addInitScript(() => {
      const seen: number[] = [];
      Object.assign(window, { longTasks: seen });
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) seen.push(duration);
      }).observe({ type: 'longtask', buffered: true });
    });
  });
  after(() => world?.close());

  const longest = () =>
    page.evaluate(() => Math.max(0, ...(window as unknown as { longTasks: number[] }).longTasks));

  async function timed(what: string, action: () => Promise<unknown>, t: { diagnostic(text: string): void }) {
    const start = performance.now();
    await action();
    const elapsed = performance.now() - start;
    t.diagnostic(`${what}: ${Math.round(elapsed)} ms, longest task ${Math.round(await longest())} ms`);
    assert.ok(elapsed < READY_MAX_MS, `${what} took ${Math.round(elapsed)} ms`);
  }

  test('the list opens, turns its page and narrows without a stutter', async (t) => {
    await timed(
      'open',
      async () => {
        await page.goto('/identities');
        await page.getByText('generated-00000').waitFor();
      },
      t,
    );
    await timed(
      'next page',
      async () => {
        await page.getByRole('button', { name: 'Next page' }).click();
        await page.getByText('generated-00000').waitFor({ state: 'detached' });
      },
      t,
    );
    await timed(
      'search',
      async () => {
        await page.getByLabel('Search by name or purpose').fill('generated-09999');
        await page.getByRole('link', { name: 'generated-09999' }).waitFor();
      },
      t,
    );
    assert.ok((await longest()) < BLOCKED_MAX_MS, `a task took ${await longest()} ms`);
  });

  test('the export holds every one of them', async () => {
    await page.goto('/identities?q=generated-');
    await page.getByText('generated-00000').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export as CSV' }).click(),
    ]);
    const text = await readFile(await download.path(), 'utf8');
    assert.equal(text.match(/^generated-\d{5},/gm)?.length, COUNT);
  });
});
