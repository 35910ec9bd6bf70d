/** The estate on the command line, as somebody types it: a source is added, tried and swept, and what it found is dealt with. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Served, serve } from '../../src/api/serve.ts';
import { PAYMENTS } from '../../src/changes/testing/house.ts';
import { createKeyFile, readKeyFile, signApproval } from '../../src/cli/key-file.ts';
import { readConfig } from '../../src/config.ts';
import type { SourceType } from '../../src/discovery/index.ts';
import { type Estate, madeUpSource } from '../../src/discovery/testing/made-up.ts';
import { NODE_FLAGS, ownEnvironment, ROOT } from '../../tools/demo/programs.ts';

const SECRET = 'made up, and written to standard input';

describe('the estate on the command line', () => {
  let folder: string;
  let data: string;
  let served: Served;
  const estate: Estate = { things: [], denied: false };
  const people: Record<string, string> = {};
  const started = new Date().toISOString();

  /** Runs `muniment` against the server; never throws, for the exit code is part of the answer. */
  const typed = (input: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> =>
    new Promise((resolve) => {
      const all = [...NODE_FLAGS, join(ROOT, 'src/cli/main.ts'), ...args, '--data', data];
      const child = spawn(process.execPath, all, { env: ownEnvironment() });
      const said = { out: '', err: '' };
      child.stdout.on('data', (piece) => {
        said.out += piece;
      });
      child.stderr.on('data', (piece) => {
        said.err += piece;
      });
      child.on('close', (code) => resolve({ code: code ?? -1, ...said }));
      child.stdin.end(input);
    });
  const run = (...args: string[]) => typed('', ...args);
  const keyFile = (who: string): string => join(folder, `${who}.key`);
  const keyOf = async (label: string): Promise<string> =>
    JSON.parse((await run('inventory', '--filter', `q=${label}`, '--json')).out)[0].key;

  async function enrol(name: string): Promise<void> {
    const { publicKey } = createKeyFile(keyFile(name));
    const key = { type: 'ed25519' as const, publicKey };
    const enrolled = await served.house.changes.enrolBootstrap({
      name,
      displayName: name,
      key,
      actor: 'sys',
    });
    people[name] = enrolled.person;
  }

  async function carryOut(change: string, planDigest: string): Promise<void> {
    const { changes } = served.house;
    const signature = signApproval(readKeyFile(keyFile('bo')), planDigest);
    const session = { person: people.bo ?? '' };
    await changes.approve({ change, planDigest, signature, channel: 'console', session });
    await changes.apply({ change, planDigest, actor: people.ada ?? '' });
  }

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'muniment-estate-'));
    data = join(folder, 'data');
    const flags = { data, consolePort: 0, apiPort: 0, sweep: false, logLevel: 'silent' };
    const sourceTypes = [madeUpSource(estate) as SourceType];
    served = await serve(readConfig({ environment: {}, flags }), { sourceTypes });
    await enrol('ada');
    await enrol('bo');
    const asked = { manifests: PAYMENTS, title: 'payments', reason: 'a test', proposer: people.ada ?? '' };
    const { change, planDigest } = await served.house.changes.propose(asked);
    await carryOut(change, planDigest);
  });
  after(async () => {
    await served.close();
    rmSync(folder, { recursive: true });
  });

  test('`source types` and `--explain` say what is read, by which rights and calls', async () => {
    assert.match((await run('source', 'types')).out, /^made-up +Made up +things$/m);
    const { code, out } = await run('sweep', 'made-up', '--explain');
    assert.equal(code, 0);
    assert.match(out, /rights, and no more:\n {2}things:read\n/);
    assert.match(out, /calls, and no other:\n {2}list things\n/);
    assert.match(out, /^place +yes/m);
    assert.match(out, /^token +no +a token$/m);
  });

  test('`source add` reads a secret from standard input, and takes none on the command line', async () => {
    const add = ['source', 'add', 'left', '--type', 'made-up', '--set', 'place=left', '--every', '6h'];
    const shown = await run(...add, '--secret', `token=${SECRET}`);
    assert.deepEqual([shown.code, shown.out], [2, '']);
    const { code, out, err } = await typed(`${SECRET}\n`, ...add, '--secret', 'token');
    assert.equal(code, 0, err);
    assert.match(out, /^left is a source of type made-up, entry \d+;/);
    const source = (await served.house.discovery.sources()).find((each) => each.source === 'left');
    assert.deepEqual(source?.spec.secrets, { token: { from: 'sealed' } });
    assert.equal(source?.spec.everySeconds, 21_600);
    const wrong = await run('source', 'add', 'x', '--type', 'made-up', '--set', 'plaice=left');
    assert.deepEqual([wrong.code, /\[invalid_source\]/.test(wrong.err)], [1, true], wrong.err);
    assert.equal((await run(...add, '--every', 'often')).code, 2);
  });

  test('`source test` says what is readable, and which right is missing', async () => {
    assert.match(
      (await run('source', 'test', 'left')).out,
      /^left\n {2}things: readable, 0 on the first page$/m,
    );
    estate.denied = true;
    const { code, out } = await run('source', 'test', 'left');
    estate.denied = false;
    assert.equal(code, 1);
    assert.match(out, /things: not readable: no permission \(403\); it needs things:read/);
  });

  test('`sweep` follows to the end and prints a record for each partition', async () => {
    estate.things = [
      { name: 'app', class: 'identity', owner: 'ada' },
      { name: 'app key', class: 'credential', holder: 'app' },
      { name: '=1+1', class: 'exposure' },
    ];
    const { code, out, err } = await run('sweep', 'left');
    assert.equal(code, 0, err);
    assert.match(out, /^left left: COMPLETE, 3 things seen \(.*\); entry \d+$/m);
    assert.match((await run('source', 'list')).out, /^left +made-up +COMPLETE +1 +\d{4}-/m);
    const nowhere = await run('sweep', 'nowhere');
    assert.deepEqual([nowhere.code, /\[not_found\]/.test(nowhere.err)], [1, true]);
  });

  test('`inventory` filters, and writes files', async () => {
    const { out } = await run('inventory', '--filter', 'class=credential', '--filter', 'source=left');
    assert.match(out, /app key/);
    assert.doesNotMatch(out, /exposure/);
    const file = join(folder, 'inventory.csv');
    const { code, err } = await run(
      'inventory',
      '--filter',
      'source=left',
      '--export',
      'csv',
      '--output',
      file,
    );
    assert.equal(code, 0, err);
    assert.match(readFileSync(file, 'utf8'), /,'=1\+1,/);
    const json = JSON.parse((await run('inventory', '--export', 'json', '--filter', 'source=left')).out);
    assert.equal(json.length, 3);
    const unknown = await run('inventory', '--filter', 'colour=red');
    assert.equal(unknown.code, 2, unknown.err);
  });

  test('`diff` prints before and after', async () => {
    const { size } = await served.house.log.head();
    estate.things[0] = { name: 'app', class: 'identity', owner: 'ada', lastUsed: '2026-01-01T00:00:00.000Z' };
    estate.things.push({ name: 'new key', class: 'credential', holder: 'app' });
    await run('sweep', 'left');
    const { code, out } = await run('diff', '--from', String(size), '--source', 'left');
    assert.equal(code, 0);
    assert.match(
      out,
      /^~ identity made-up-identity app {2}\S+\n {4}lastUsed: – → "2026-01-01T00:00:00\.000Z"$/m,
    );
    assert.match(out, /^\+ credential made-up-credential new key/m);
    assert.match(out, /^1 new, 0 gone, 1 changed between the first \d+ entries and the first \d+$/m);
  });

  test('`dismiss` sets aside until a day', async () => {
    const key = await keyOf('new key');
    const until = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10);
    const { code, out } = await run('dismiss', key, '--reason', 'under review', '--until', until);
    assert.equal(code, 0);
    assert.match(out, new RegExp(`^new key is dismissed until ${until}T00:00:00\\.000Z, entry \\d+$`, 'm'));
    assert.match((await run('inventory', '--filter', 'disposition=dismissed')).out, /new key/);
    assert.equal((await run('dismiss', key, '--reason', 'x', '--until', 'soon')).code, 1);
  });

  test('`claim --new` proposes an identity; applied, what was found belongs to it', async () => {
    const key = JSON.parse((await run('inventory', '--filter', 'class=identity', '--json')).out)[0].key;
    const claim = ['claim', key, '--new', 'found-app', '--key-file', keyFile('ada')];
    const missing = await run(...claim);
    assert.deepEqual([missing.code, /--purpose/.test(missing.err)], [2, true], missing.err);
    const spec = ['--purpose', 'Serves what was found', '--application', 'payments', '--owner', 'ada'];
    const more = ['--profile', 'read-only-api', '--environment', 'production', '--json'];
    const { code, out, err } = await run(...claim, ...spec, ...more);
    assert.equal(code, 0, err);
    const { change, planDigest } = JSON.parse(out);
    await carryOut(change, planDigest);
    const claimed = new Promise<void>((resolve) => {
      const look = async () => {
        if ((await served.house.log.row('observation', key))?.identity !== undefined) resolve();
        else setTimeout(look, 50);
      };
      void look();
    });
    await claimed;
    const { out: listed } = await run('inventory', '--filter', 'registered=true');
    assert.match(listed, new RegExp(`^${key} .* found-app$`, 'm'));
  });

  test('`remap` maps the pages of a package again, and says of what it cannot tell', async () => {
    const file = join(folder, 'package.zip');
    const built = await run(
      'evidence',
      'build',
      '--from',
      started,
      '--to',
      new Date().toISOString(),
      '--out',
      file,
    );
    assert.equal(built.code, 0, built.err);
    const { code, out, err } = await run('remap', file, '--json');
    assert.equal(code, 0, err);
    const told = JSON.parse(out) as Array<{ outcome: string; why: string }>;
    assert.ok(told.length > 0);
    // This source is the test's own: the command has no such connector, and never takes that for the same.
    for (const { outcome, why } of told) {
      assert.equal(outcome, 'NOT_EVALUABLE');
      assert.match(why, /no connector `made-up`/);
    }
    const missing = await run('remap', join(folder, 'nothing.zip'));
    assert.equal(missing.code, 1);
    assert.match(missing.err, /cannot be read/);
  });

  test('`source remove` says why, and what was told stays', async () => {
    assert.equal((await run('source', 'remove', 'left', '--reason', 'moved away')).code, 0);
    assert.doesNotMatch((await run('source', 'list')).out, /^left/m);
    assert.match((await run('inventory', '--filter', 'source=left')).out, /app key/);
  });
});
