/** Format, lint, boundaries, types, unused code: each step told with its time; all run even if one fails. */
import { spawnSync } from 'node:child_process';

const node = process.execPath;
const STEPS: Array<[string, string, string[]]> = [
  ['format and lint', 'node_modules/@biomejs/biome/bin/biome', ['check', '--error-on-warnings', '.']],
  ['boundaries', '--test', ['--test-reporter=dot', 'test/architecture.test.ts']],
  ['types', 'node_modules/typescript/bin/tsc', ['--noEmit', '-p', '.']],
  ['types of the console', 'node_modules/typescript/bin/tsc', ['--noEmit', '-p', 'console']],
  ['unused code', 'node_modules/knip/bin/knip.js', []],
];

let failed = 0;
for (const [name, program, args] of STEPS) {
  const started = performance.now();
  const done = spawnSync(node, [program, ...args], { stdio: 'inherit' });
  if (done.status !== 0) failed += 1;
  console.log(
    `${done.status === 0 ? 'ok    ' : 'FAILED'} ${name} (${Math.round(performance.now() - started)} ms)`,
  );
}
process.exit(failed > 0 ? 1 : 0);
