/** A secret of its own goes through every door of a real server; then nothing that the server wrote or said may hold one. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { muniment, type Program, startOwn, stopAll } from '../../tools/demo/programs.ts';

const folder = mkdtempSync(join(tmpdir(), 'leaks-'));
const [data, reports] = [join(folder, 'data'), join(folder, 'reports')];
const canary = (door: string): string => `canary-${door}-not-a-real-secret-7f3a`;

/** Makes the server die of an error that nobody caught, at a signal. */
const CRASH = `process.on('SIGUSR2', () => setImmediate(() => { throw new Error('a planted fault'); }));`;
const hook = join(folder, 'crash.mjs');
const REPORTING = ['--report-uncaught-exception', `--report-directory=${reports}`, `--import=${hook}`];

/** As it is, in hex, and in base64 at each of the three places where a group of three bytes may begin. */
function formsOf(secret: string): string[] {
  const shifted = [0, 1, 2].map((pad) =>
    Buffer.concat([Buffer.alloc(pad), Buffer.from(secret)])
      .toString('base64')
      .slice(4, -4),
  );
  return [secret, Buffer.from(secret).toString('hex'), ...shifted];
}

const DOORS = [
  'body',
  'header',
  'bearer',
  'cookie',
  'query',
  'path',
  'jwt',
  'token',
  'assertion',
  'join',
  'manifest',
  'signature',
  'project',
  'environment',
  'restored',
];
const FORMS = DOORS.flatMap((door) => formsOf(canary(door)).map((form) => ({ door, form })));

function assertClean(what: string, bytes: Buffer | string): void {
  const held = FORMS.filter(({ form }) => bytes.includes(form)).map(({ door }) => door);
  assert.deepEqual([...new Set(held)], [], `${what} holds a secret`);
}

function assertFolderClean(path: string): number {
  let files = 0;
  for (const entry of readdirSync(path, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    files += 1;
    const file = join(entry.parentPath, entry.name);
    assertClean(file, readFileSync(file));
  }
  return files;
}

let server: Program;
let base: string;

before(async () => {
  writeFileSync(hook, CRASH);
  mkdirSync(reports);
  mkdirSync(join(folder, 'project'));
  writeFileSync(
    join(folder, 'project', 'compose.yml'),
    `services:\n  a:\n    image: a\n    environment: {DB_PASSWORD: ${canary('project')}}\n`,
  );
  writeFileSync(join(folder, 'project', '.env'), `API_TOKEN=${canary('project')}\n`);
  const options = ['--data', data, '--no-sweep', '--json', '--console-port', '0', '--api-port', '0'];
  server = startOwn('src/cli/main.ts', ['serve', ...options], {
    MUNIMENT_LOG_LEVEL: 'trace',
    MUNIMENT_SWEEP_ROOTS: join(folder, 'project'),
    NODE_OPTIONS: REPORTING.join(' '),
    MY_SERVICE_PASSWORD: canary('environment'),
    TMPDIR: folder,
  });
  base = String((await server.until((fact) => 'console' in fact)).console).replace(/\/$/, '');
});
after(async () => {
  await stopAll();
  rmSync(folder, { recursive: true, force: true });
});

const JSON_TYPE = { 'content-type': 'application/json' };
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' };
const post = (
  path: string,
  body: unknown,
  headers: Record<string, string> = JSON_TYPE,
): [string, RequestInit] => [
  path,
  { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) },
];

test('through every door over http, answered with nothing of it', async () => {
  const requests: Array<[string, RequestInit]> = [
    post('/api/v1/sessions', { token: canary('token'), password: canary('body') }),
    post('/api/v1/sessions', { token: canary('token') }),
    post('/api/v1/sessions', `{"token":"${canary('body')}`),
    post('/api/v1/sessions/key', { keyId: 'key_a', challenge: 'a', signature: canary('signature') }),
    post('/api/v1/agent/join', { token: `mjt_${canary('join')}`, name: 'a', csr: 'AA==' }),
    post('/oauth/token', `grant_type=client_credentials&client_assertion=${canary('assertion')}`, FORM_TYPE),
    post('/oauth/revoke', `token=${canary('jwt')}`, FORM_TYPE),
    [`/api/v1/identities?password=${canary('query')}`, {}],
    [`/api/v1/identities/${canary('path')}`, {}],
    ['/api/v1/persons', { headers: { authorization: `Bearer ${canary('bearer')}` } }],
    ['/api/v1/persons', { headers: { authorization: `Basic ${canary('bearer')}` } }],
    ['/api/v1/persons', { headers: { cookie: `muniment_session=${canary('cookie')}` } }],
    [
      '/healthz',
      {
        headers: {
          'x-api-key': canary('header'),
          traceparent: canary('header'),
          'user-agent': canary('header'),
        },
      },
    ],
  ];
  for (const [path, init] of requests) {
    const answer = await fetch(base + path, init);
    const told = `${await answer.text()} ${JSON.stringify([...answer.headers])}`;
    assertClean(`the answer to ${init.method ?? 'GET'} ${path.split('?')[0]?.slice(0, 20)}`, told);
  }
});

test('through the commands, with --json: manifests, tokens, a sweep, a package', async () => {
  const [manifest, jwtFile] = [join(folder, 'manifest.yaml'), join(folder, 'jwt')];
  writeFileSync(jwtFile, canary('jwt'));
  writeFileSync(
    manifest,
    `apiVersion: muniment/v1\nkind: Application\nname: a\nspec: {description: a, owner: a, password: ${canary('manifest')}}\n`,
  );
  const refused = await muniment(['plan', manifest, '--data', data]);
  assert.notEqual(refused.code, 0);
  const checked = await muniment(['credential', 'check', jwtFile, '--data', data]);
  const swept = await muniment(['sweep', '--data', data]);
  for (const { answer, errors } of [refused, checked, swept])
    assertClean('a command', JSON.stringify(answer) + errors);
  assert.equal(swept.code, 0, swept.errors);
  for (const file of [manifest, jwtFile]) rmSync(file);
  rmSync(join(folder, 'project'), { recursive: true });
});

test('metrics, entries and a package hold none', async () => {
  assertClean('metrics', await (await fetch(`${base}/metrics`)).text());
  const entries = await muniment<{ items: unknown[] }>([
    'ledger',
    'entries',
    '--limit',
    '500',
    '--data',
    data,
  ]);
  assert.ok(entries.answer.items.length > 3, entries.errors);
  assertClean('entries', JSON.stringify(entries.answer));
  const out = join(folder, 'package.zip');
  const to = new Date().toISOString();
  const from = new Date(Date.now() - 86_400_000).toISOString();
  const built = await muniment([
    'evidence',
    'build',
    '--from',
    from,
    '--to',
    to,
    '--out',
    out,
    '--data',
    data,
  ]);
  assert.equal(built.code, 0, built.errors);
  assertClean('the package', readFileSync(out));
});

test('it dies of an uncaught error: neither its log, nor the report, nor what is left of its folders holds any', async () => {
  const gone = once(server.child, 'exit');
  server.child.kill('SIGUSR2');
  await gone;
  assert.match(server.errors(), /a planted fault/);
  assertClean('the log', server.errors() + JSON.stringify(server.facts));
  assert.ok(readdirSync(reports).length === 1, 'node wrote its report');
  assertFolderClean(reports);
  assert.ok(assertFolderClean(folder) > 10);
});

test('a database and a seal key that are refused are not quoted', async () => {
  const secret = canary('restored');
  const options = [
    'serve',
    '--no-sweep',
    '--console-port',
    '0',
    '--api-port',
    '0',
    '--data',
    join(folder, 'other'),
  ];
  for (const env of [
    { DATABASE_URL: `postgresql://u:${secret}@127.0.0.1:1/db` },
    { DATABASE_URL: `nonsense:${secret}` },
    { MUNIMENT_SEAL_KEY: `command:exit 1 # ${secret}` },
  ]) {
    const program = startOwn('src/cli/main.ts', options, { MUNIMENT_LOG_LEVEL: 'trace', ...env } as Record<
      string,
      string
    >);
    if (program.child.exitCode === null) await once(program.child, 'close');
    assert.notEqual(program.child.exitCode, 0);
    assertClean(Object.keys(env).join(), program.errors() + JSON.stringify(program.facts));
  }
});
