/** Each source's README says how it is connected: that command is run as it stands, and the server takes what it says. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createCatalog } from '../src/discovery/catalog.ts';
import { ownEnvironment, ROOT, startOwn, stopAll } from '../tools/demo/programs.ts';

const FOLDER = 'src/discovery/connectors';
const STEP_TIMEOUT_MS = 60_000;
/** Swept without being added. */
const BUILT_IN = new Set(['host']);
/** What earlier lines of a recipe would have written, with a server to ask. */
const FILES = { server: 'https://127.0.0.1:6443', 'ca.pem': 'a certificate', 'muniment-ssh': 'a key' };

/** The `muniment source add` of a README, and what it exports before. */
function commandOf(type: string): string {
  const readme = readFileSync(join(ROOT, FOLDER, type, 'README.md'), 'utf8');
  const blocks = [...readme.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map((match) => match[1] ?? '');
  const lines = blocks
    .join('\n')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n');
  return lines.filter((line) => line.startsWith('muniment source add ')).join('\n');
}

describe('the recipe of each source', () => {
  const folder = mkdtempSync(join(tmpdir(), 'recipes-'));
  const data = join(folder, 'data');
  const env = ownEnvironment({
    MUNIMENT_DATA: data,
    PATH: `${join(ROOT, 'bin')}:${dirname(process.execPath)}:${process.env.PATH}`,
  });
  const sh = (script: string) =>
    spawnSync('sh', ['-euc', script], { cwd: folder, env, encoding: 'utf8', timeout: STEP_TIMEOUT_MS });

  before(async () => {
    mkdirSync(data);
    for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
    const where = ['--data', data, '--console-port', '0', '--api-port', '0'];
    const server = startOwn('src/cli/main.ts', ['serve', '--no-sweep', '--json', ...where]);
    await server.until((fact) => 'console' in fact);
  });
  after(async () => {
    await stopAll();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const type of createCatalog().words()) {
    if (BUILT_IN.has(type)) continue;
    it(`${type}: is taken as it stands`, () => {
      const command = commandOf(type);
      assert.notEqual(command, '');
      const added = sh(command);
      assert.equal(added.status, 0, `${added.stdout}\n${added.stderr}`);
    });
  }

  it('leaves them all in the list', () => {
    const listed = JSON.parse(sh('muniment source list --json').stdout) as Array<{ type: string }>;
    assert.deepEqual([...new Set(listed.map(({ type }) => type))].sort(), createCatalog().words());
  });
});
