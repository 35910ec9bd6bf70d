import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium, type Page } from 'playwright-core';
import { readZip } from '#verifier';
import { PAYMENTS } from '../../changes/testing/house.ts';
import { timestamp } from '../../kernel/index.ts';
import { buildBytes, carryOut, enrolTwo, openHouse } from '../testing/house.ts';

const CHROMIUM = '/usr/bin/chromium';

async function buildPackage(): Promise<Uint8Array> {
  const house = await openHouse();
  const from = timestamp(house.clock.now());
  await carryOut(house, await enrolTwo(house), PAYMENTS);
  house.clock.advance(1000);
  const bytes = await buildBytes(house, { from, to: timestamp(house.clock.now()) });
  await house.close();
  return bytes;
}

/** The page as an auditor has it: unpacked beside the package, opened from a file. */
function unpack(bytes: Uint8Array): { folder: string; page: string; whole: string; damaged: string } {
  const folder = mkdtempSync(join(tmpdir(), 'muniment-page-'));
  const put = (name: string, content: Uint8Array): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const damaged = Uint8Array.from(bytes);
  const middle = damaged.length >> 1;
  damaged[middle] = (damaged[middle] ?? 0) ^ 1;
  const html = readZip(bytes).find(({ name }) => name === 'index.html')?.bytes as Uint8Array;
  const page = pathToFileURL(put('index.html', html)).href;
  return { folder, page, whole: put('package.zip', bytes), damaged: put('damaged.zip', damaged) };
}

async function selfCheck(page: Page, file: string, says: string): Promise<string> {
  await page.setInputFiles('#package', file);
  await page.getByText(says, { exact: true }).waitFor();
  return (await page.locator('#report').textContent()) ?? '';
}

test('the page checks its own package in a browser, reads well, and asks no network', async (t) => {
  if (!existsSync(CHROMIUM)) return t.skip('needs chromium');
  const { folder, page: url, whole, damaged } = unpack(await buildPackage());
  t.after(() => rmSync(folder, { recursive: true }));
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  t.after(() => browser.close());
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({ colorScheme, viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => !/^(file|data):/.test(request.url()) && complaints.push(request.url()));
    await page.goto(url);
    assert.match(await selfCheck(page, whole, 'Self-check: what is there holds.'), /ORIGIN NOT PINNED/);
    await selfCheck(page, damaged, 'Self-check: DOES NOT HOLD.');
    const { violations } = await new AxeBuilder({ page }).analyze();
    assert.deepEqual(
      violations.map(({ id, nodes }) => [id, nodes[0]?.html]),
      [],
    );
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.equal(wide, false);
    assert.deepEqual(complaints, []);
    await context.close();
  }
});
