/** The guide's commands, run as they stand: every `sh` block of each page, in order, against one server. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ownEnvironment, type Program, ROOT, startOwn, stopAll } from '../tools/demo/programs.ts';

/** In the order in which a newcomer reads them; later pages rest on what the first one set up. */
const PAGES = [
  'first-hour.md',
  'manifests.md',
  'agents.md',
  'oauth.md',
  'sources.md',
  'evidence.md',
  'operations.md',
  'backup.md',
];
const STEP_TIMEOUT_MS = 60_000;

const blocksOf = (page: string): string[] =>
  [...readFileSync(join(ROOT, 'docs/guide', page), 'utf8').matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(
    (match) => match[1] ?? '',
  );

describe('the guide', () => {
  const folder = mkdtempSync(join(tmpdir(), 'guide-'));
  const data = join(folder, 'data');
  let server: Program;
  let consoleUrl = '';

  before(async () => {
    mkdirSync(data);
    cpSync(join(ROOT, 'docs'), join(folder, 'docs'), { recursive: true });
    server = startOwn('src/cli/main.ts', [
      'serve',
      '--data',
      data,
      '--no-sweep',
      '--json',
      '--console-port',
      '0',
      '--api-port',
      '0',
    ]);
    consoleUrl = String((await server.until((fact) => 'console' in fact)).console);
  });
  after(async () => {
    await stopAll();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const page of PAGES) {
    it(`${page}: its commands do what it says`, () => {
      const script = ['set -eu', ...blocksOf(page)]
        .join('\n')
        .replaceAll('http://localhost:7440', consoleUrl);
      const env = ownEnvironment({
        MUNIMENT_DATA: data,
        PATH: `${join(ROOT, 'bin')}:${dirname(process.execPath)}:${process.env.PATH}`,
      });
      const run = spawnSync('sh', ['-c', script], {
        cwd: folder,
        env,
        encoding: 'utf8',
        timeout: STEP_TIMEOUT_MS,
      });
      assert.equal(run.status, 0, `${run.stdout}\n${run.stderr}`);
    });
  }

  it('has no page that is not listed here', () => {
    assert.deepEqual(globSync('*.md', { cwd: join(ROOT, 'docs/guide') }).sort(), [...PAGES].sort());
  });
});

describe('links in the documents', () => {
  const pages = globSync('{*.md,docs/**/*.md}', { cwd: ROOT });
  for (const page of pages) {
    it(`${page}: lead somewhere`, () => {
      const links = [...readFileSync(join(ROOT, page), 'utf8').matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(
        (match) => match[1] ?? '',
      );
      const dead = links.filter(
        (link) => !/^[a-z]+:/.test(link) && !existsSync(join(ROOT, normalize(join(dirname(page), link)))),
      );
      assert.deepEqual(dead, []);
    });
  }
});
