/** Runs the tests with other people's software and writes what they came to: `docs/reference/interop.md`. */
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { INTEROP, interopPage } from './reference/interop.ts';
import { REFERENCE } from './reference/pages.ts';
import { ROOT } from './reference/source.ts';

const folder = mkdtempSync(join(tmpdir(), 'muniment-interop-'));
try {
  const env = { ...process.env, MUNIMENT_TEST_INTEROP_RESULTS: folder };
  const files = globSync('test/interop/**/*.test.ts', { cwd: ROOT }).sort();
  const args = ['--disable-warning=ExperimentalWarning', '--test', '--test-concurrency=2', ...files];
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, env, stdio: 'inherit' });
  if (status !== 0) throw new Error('a test failed, so nothing was written');
  const lines = globSync(join(folder, '*.jsonl')).flatMap((file) =>
    readFileSync(file, 'utf8').trim().split('\n'),
  );
  writeFileSync(join(ROOT, REFERENCE, INTEROP), interopPage(lines.map((line) => JSON.parse(line))));
} finally {
  rmSync(folder, { recursive: true });
}
