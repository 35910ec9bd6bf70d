/** Runs every test, counts them, and ends with `N passed, M failed, K skipped` on standard output. */
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { run } from 'node:test';
import { fileURLToPath } from 'node:url';
import { installTestTools } from './test-tools.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const inCi = process.env.CI === 'true';
const TEST_TIMEOUT_MS = 300_000;
/** The order is a courtesy: what fails fast is told first. */
const GROUPS = [
  'test/*.test.ts',
  'verifier/src/**/*.test.ts',
  'src/**/*.test.ts',
  'tools/**/*.test.ts',
  'test/{support,crash,security,fuzz,interop,e2e,console}/**/*.test.ts',
];

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

function filesToRun(wanted: string[]): string[] {
  const files = [...new Set(GROUPS.flatMap((pattern) => globSync(pattern, { cwd: root }).sort()))];
  return wanted.length === 0 ? files : files.filter((file) => wanted.some((part) => file.includes(part)));
}

interface TestEvent {
  name: string;
  file?: string;
  skip?: string | boolean;
  details: { type?: string; duration_ms: number; error?: Error };
}

const place = (event: TestEvent): string => `${event.file?.slice(root.length + 1) ?? ''} › ${event.name}`;

/** Only a want of a tool is called `needs …`; in CI that is a failure, for there everything can be installed. */
function onPass(event: TestEvent, tally: Tally): void {
  if (event.details.type === 'suite') return;
  if (event.skip === undefined || event.skip === false) {
    tally.passed += 1;
    return;
  }
  const forWantOfTool = String(event.skip).startsWith('needs ');
  if (inCi && forWantOfTool) tally.failed += 1;
  else tally.skipped += 1;
  console.log(`skipped: ${place(event)}: ${event.skip}`);
}

function onFail(event: TestEvent, tally: Tally): void {
  // A parent fails with its child; the child was told already.
  if (event.details.type === 'suite' || /subtests? failed/.test(String(event.details.error?.message))) return;
  tally.failed += 1;
  const { error } = event.details;
  const cause = (error && 'code' in error && error.code === 'ERR_TEST_FAILURE' ? error.cause : error) as
    | Error
    | undefined;
  console.log(`FAILED: ${place(event)}\n${cause?.stack ?? cause}\n`);
}

async function runFiles(files: string[], concurrency: number): Promise<Tally> {
  const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
  const stream = run({ files, cwd: root, concurrency, timeout: TEST_TIMEOUT_MS });
  stream.on('test:pass', (event) => onPass(event as TestEvent, tally));
  stream.on('test:fail', (event) => onFail(event as TestEvent, tally));
  stream.on('test:stderr', ({ message }) => process.stderr.write(message));
  await new Promise((resolve, reject) => stream.on('end', resolve).on('error', reject).resume());
  return tally;
}

const skippedTools = await installTestTools();
for (const tool of skippedTools) console.log(`not installed: ${tool}`);
const files = filesToRun(process.argv.slice(2));
console.log(`running ${files.length} files`);
const tally = await runFiles(files, availableParallelism());
if (files.length === 0) tally.failed += 1;
console.log(`${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`);
process.exit(tally.failed > 0 ? 1 : 0);
