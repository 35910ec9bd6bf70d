/** The tests of faults in their long form, one after the other, with what they have to tell of times. `npm run torture [-- NAME…]`. */
import { globSync } from 'node:fs';
import { dirname } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const wanted = process.argv.slice(2);
const FILE_TIMEOUT_MS = 3 * 3_600_000;

const files = globSync('test/crash/*.test.ts', { cwd: root })
  .sort()
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)));
if (files.length === 0) {
  console.error('torture: no test has such a name');
  process.exit(2);
}
// Read by the tests, which are processes of their own.
process.env.TORTURE = '1';
const tests = run({ files, cwd: root, concurrency: 1, timeout: FILE_TIMEOUT_MS });
tests.on('test:fail', () => {
  process.exitCode = 1;
});
tests.compose(spec).pipe(process.stdout);
