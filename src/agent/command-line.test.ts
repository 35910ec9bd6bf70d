import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

const MAIN = join(import.meta.dirname, 'main.ts');
/** As the launcher has it. */
const COMPILE_CACHE = join(import.meta.dirname, '../../node_modules/.cache/node');

describe('muniment-agent', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'muniment-cli-'));
    writeFileSync(join(folder, 'empty'), '');
  });
  after(() => rmSync(folder, { recursive: true }));

  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: COMPILE_CACHE },
    });
    return { status, stdout, stderr };
  };
  const SERVER = ['--server', 'https://localhost:1'];

  for (const [args, status, says] of [
    [['--help'], 0, /receipt/],
    [['run', '--help'], 0, /Example:/],
    [[], 2, /Usage/],
    [['run'], 2, /--server/],
    [['run', ...SERVER], 2, /--ca-fingerprint/],
    [['run', ...SERVER, '--ca', 'a', '--ca-fingerprint', 'b'], 2, /cannot be used with/],
    [['run', ...SERVER, '--nonsense'], 2, /unknown option/],
    [['nonsense'], 2, /unknown command/],
    [['run', '--server', 'http://localhost:1', '--ca', 'none'], 1, /no https:\/\/ address/],
    [['run', ...SERVER, '--ca', 'none'], 1, /no CA certificate/],
    [['run', ...SERVER, '--ca', 'none', '--socket', `/${'x'.repeat(107)}`], 1, /socket_path_too_long/],
    [['run', ...SERVER, '--ca-fingerprint', 'ab'.repeat(32)], 1, /server_unreachable/],
    [['status'], 1, /not joined/],
    [['status', '--json'], 1, /"agent": null/],
    [['receipt', '7'], 1, /no receipt of `7`/],
    [['receipt', '../../etc/passwd'], 1, /no entry, serial or jti/],
  ] as const) {
    test(`${args.join(' ').slice(0, 70) || 'nothing'}: exit ${status}`, () => {
      const ran = run(...args);
      assert.equal(ran.status, status, ran.stderr);
      assert.match(ran.stdout + ran.stderr, says);
      assert.doesNotMatch(ran.stderr, /\n\s+at /, 'no stack trace');
    });
  }

  test('what is refused at once leaves no folder behind', () => {
    run('run', '--server', 'http://x', '--ca', 'none', '--data', join(folder, 'new'));
    assert.ok(!readdirSync(folder).includes('new'));
  });
});
