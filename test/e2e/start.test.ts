/** What can go wrong at the start: one clear line each, the right exit code, nothing lost. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { muniment, type Program, startOwn, stopAll } from '../../tools/demo/programs.ts';

const FREE_PORTS = ['--console-port', '0', '--api-port', '0'];
const folder = mkdtempSync(join(tmpdir(), 'start-'));
const data = join(folder, 'data');

const serve = (...more: string[]): Program =>
  startOwn('src/cli/main.ts', ['serve', '--data', data, '--no-sweep', '--json', ...FREE_PORTS, ...more]);

async function ends(program: Program): Promise<{ code: number | null; lines: string[] }> {
  if (program.child.exitCode === null) await once(program.child, 'close');
  return { code: program.child.exitCode, lines: program.errors().trim().split('\n') };
}

const ready = (program: Program) => program.until((fact) => 'console' in fact);

describe('the start', () => {
  let first: Program;

  before(async () => {
    first = serve();
    await ready(first);
  });
  after(async () => {
    await stopAll();
    rmSync(folder, { recursive: true, force: true });
  });

  const cases: Array<[string, () => Promise<string[]>, number, RegExp]> = [
    ['an unknown option', async () => ['--nonsense'], 2, /unknown option '--nonsense'/],
    ['a second process on the same data', async () => [], 1, /\[data_in_use\]/],
    [
      'a folder that cannot be',
      async () => ['--data', join(fileAt('plain'), 'data')],
      1,
      /\[data_unwritable\]/,
    ],
    [
      'a taken port',
      async () => ['--data', join(folder, 'other'), '--console-port', await taken()],
      1,
      /\[port_taken\]/,
    ],
    [
      'an unknown setting in the file',
      async () => ['--config', fileAt('bad.yaml', 'colour: red\n')],
      2,
      /unknown setting `colour`/,
    ],
  ];
  for (const [name, options, code, line] of cases) {
    it(`${name}: exit ${code}, one clear line`, async () => {
      const { code: got, lines } = await ends(serve(...(await options())));
      assert.equal(got, code);
      assert.match(lines[0] ?? '', line);
      assert.ok(lines.length <= 2 && !lines.join('').includes('    at '), lines.join('\n'));
    });
  }

  function fileAt(name: string, text = ''): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  }

  const holders: ReturnType<typeof createServer>[] = [];
  async function taken(): Promise<string> {
    const holder = createServer().listen(0, '127.0.0.1');
    holders.push(holder);
    await once(holder, 'listening');
    return String((holder.address() as { port: number }).port);
  }
  after(() => {
    for (const holder of holders) holder.close();
  });

  it('Ctrl-C ends it cleanly, and what was recorded is there at the next start', async () => {
    const { answer: before } = await muniment<{ size: number }>(['ledger', 'entries', '--data', data]);
    first.child.kill('SIGINT');
    assert.equal((await ends(first)).code, 0);
    assert.equal(existsSync(join(data, 'admin.sock')), false);
    const alone = await muniment<{ ok: boolean }>(['ledger', 'verify', '--rows', '--data', data]);
    assert.equal(alone.answer.ok, true, alone.errors);
    const tiles = await muniment<{ ok: boolean; signatureChecked: boolean }>([
      'ledger',
      'verify',
      '--data',
      data,
    ]);
    assert.deepEqual([tiles.answer.ok, tiles.answer.signatureChecked], [true, true]);
    const second = serve();
    await ready(second);
    const { answer: again } = await muniment<{ size: number }>(['ledger', 'entries', '--data', data]);
    assert.ok(again.size >= before.size);
    await second.stop();
  });

  it('a damaged data folder is told as that, and left as it is', async () => {
    const control = join(data, 'pg/global/pg_control');
    truncateSync(control, 100);
    const { code, lines } = await ends(serve());
    assert.equal(code, 1);
    assert.match(lines[0] ?? '', /\[data_damaged\]/);
    assert.ok(existsSync(control));
  });
});
