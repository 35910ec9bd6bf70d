/** An evidence package over many entries: built while the server runs, checked by a stranger, its page opened in a browser. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { fileSource, readZip } from '#verifier';
import type { Figure } from './measure.ts';
import type { StageResult } from './package/stage.ts';

/** `PACKAGE=10000` asks for another. */
const ENTRIES = Number(process.env.PACKAGE ?? 100_000);
const CHROMIUM = '/usr/bin/chromium';
const STAGE_FILE = join(import.meta.dirname, 'package/stage.ts');
const STAGE_MAX_MS = 600_000;

async function stage<T>(...args: string[]): Promise<T> {
  const { stdout } = await promisify(execFile)(process.execPath, [STAGE_FILE, ...args], {
    timeout: STAGE_MAX_MS,
  });
  return JSON.parse(stdout) as T;
}

const told = (name: string, { milliseconds, peak, before, lag }: StageResult): Figure => ({
  name,
  p50: milliseconds,
  note: `peak ${peak} MiB, of which ${before} before it began; longest pause of the main thread ${Math.round(lag)} ms`,
});

/** From the navigation's start to the first paint with content, which is what a reader waits for. */
async function openPage(archive: string, folder: string): Promise<Figure> {
  const name = 'page of the package, first paint with content';
  if (!existsSync(CHROMIUM)) return { name, note: 'not measured: no chromium is installed' };
  const page = readZip(fileSource(archive)).find((member) => member.name === 'index.html');
  const file = join(folder, 'index.html');
  writeFileSync(file, page?.bytes ?? '');
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  try {
    const tab = await browser.newPage();
    await tab.goto(pathToFileURL(file).href);
    const milliseconds = await tab.evaluate(
      'performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? performance.now()',
    );
    return { name, p50: Number(milliseconds) };
  } finally {
    await browser.close();
  }
}

export async function packages(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-package-'));
  const archive = join(folder, 'package.zip');
  try {
    const { from, to } = await stage<{ from: string; to: string }>('fill', folder, String(ENTRIES));
    const built = await stage<StageResult>('build', folder, from, to, archive);
    const verified = await stage<StageResult>('verify', archive);
    return [
      told(`package over ${ENTRIES} entries, build, embedded`, built),
      told(`package over ${ENTRIES} entries, verify`, verified),
      await openPage(archive, folder),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
