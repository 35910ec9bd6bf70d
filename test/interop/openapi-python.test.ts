/** The OpenAPI document before a validator that is not ours, and the running server before a fuzzer that reads it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openApiDocument } from '../../src/api/index.ts';
import { ask, pinned, python } from './python.ts';
import { openServedWorld, type ServedWorld } from './served-world.ts';
import { record } from './support.ts';

/** Always the same requests, as far as answers do not lead elsewhere: a fault is found in every run or in none. */
const SEED = 5;
const SECONDS = 40;
const REQUESTS_PER_ROUTE = 10;
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
];
/** The first ends the session that speaks, the second never ends, the third walks this whole machine each time. */
const LEFT_OUT = ['endSession', 'agentEvents', 'runSweep'];

test('openapi-spec-validator accepts our document, and not one with a fault', (t) => {
  const interpreter = python(t);
  if (interpreter === undefined) return;
  const document = openApiDocument();
  const { openapi: _, ...faulty } = document as { openapi: string; info: object };
  const answers = ask(interpreter, 'openapi.py', [document, { ...faulty, openapi: '3.1.0', info: {} }]);
  const [ofOurs, ofFaulty] = answers as [string | null, string | null];
  assert.equal(ofOurs, null);
  assert.match(String(ofFaulty), /title/);
  record(t, {
    tool: 'openapi-spec-validator',
    version: pinned('openapi-spec-validator'),
    checked: 'our OpenAPI 3.1 document',
    outcome: 'valid',
  });
});

interface Report {
  test_cases: { generated: number; errored: number };
  failures: object[];
  errors: object[];
}

/** Runs schemathesis against the server, and waits while it answers in this process. */
async function attack(interpreter: string, { url, ca, authorization }: ServedWorld, folder: string) {
  const report = join(folder, 'report.json');
  const entryPoint = join(interpreter, '..', 'schemathesis');
  const args = ['run', `${url}/openapi.json`, '--tls-verify', ca, '-H', `Authorization: ${authorization}`];
  args.push('--checks', CHECKS.join(','), '--phases', 'examples,coverage,fuzzing', '--no-shrink');
  args.push(
    '--max-time',
    String(SECONDS),
    '--max-examples',
    String(REQUESTS_PER_ROUTE),
    '--seed',
    String(SEED),
  );
  // A connection that was idle for long is closed by the server, perhaps just as it is used again.
  args.push('--continue-on-failure', '--warnings', 'off', '--request-retries', '1');
  args.push('--report', 'json', '--report-json-path', report);
  args.push(...LEFT_OUT.flatMap((operation) => ['--exclude-operation-id', operation]));
  const child = spawn(entryPoint, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  const told = Buffer.concat(await child.stdout.toArray()).toString();
  return { told, report: JSON.parse(readFileSync(report, 'utf8')) as Report };
}

test('schemathesis finds no server error and no answer that breaks our document', async (t) => {
  const interpreter = python(t);
  if (interpreter === undefined) return;
  const folder = mkdtempSync(join(tmpdir(), 'muniment-schemathesis-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const world = await openServedWorld();
  t.after(() => world.close());
  const { told, report } = await attack(interpreter, world, folder);
  assert.deepEqual([report.failures, report.errors], [[], []], told);
  assert.ok(report.test_cases.generated > 0, told);
  t.diagnostic(`${report.test_cases.generated} requests`);
  record(t, {
    tool: 'schemathesis',
    version: pinned('schemathesis'),
    checked: 'every route by our OpenAPI document, as a person with every role',
    outcome: 'no server error, no answer that breaks the document',
  });
});
