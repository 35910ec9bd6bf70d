/** Commands that no other story uses, as somebody types them: what they print, what they send on, and how they end. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Served, serve } from '../../src/api/serve.ts';
import { newCsr } from '../../src/api/testing.ts';
import { PAYMENTS } from '../../src/changes/testing/house.ts';
import { createKeyFile, readKeyFile, signApproval } from '../../src/cli/key-file.ts';
import { readConfig } from '../../src/config.ts';
import { newId } from '../../src/kernel/index.ts';
import type { Draft } from '../../src/store/index.ts';
import { NODE_FLAGS, ownEnvironment, ROOT } from '../../tools/demo/programs.ts';

const LABEL = '/home/ci/.ssh/id_ed25519';

describe('the command line', () => {
  let folder: string;
  let data: string;
  let served: Served;
  let jwt: string;

  /** Runs `muniment` against the server; never throws, for the exit code is part of the answer. */
  const run = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
    new Promise((resolve) => {
      const all = [...NODE_FLAGS, join(ROOT, 'src/cli/main.ts'), ...args, '--data', data];
      execFile(process.execPath, all, { env: ownEnvironment() }, (error, out, err) =>
        resolve({ code: error === null ? 0 : Number(error.code), out, err }),
      );
    });
  const keyFile = (who: string): string => join(folder, `${who}.key`);
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  async function enrol(name: string): Promise<string> {
    const { publicKey } = createKeyFile(keyFile(name));
    const key = { type: 'ed25519' as const, publicKey };
    return (await served.house.changes.enrolBootstrap({ name, displayName: name, key, actor: 'sys' })).person;
  }

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'muniment-cli-'));
    data = join(folder, 'data');
    const flags = { data, consolePort: 0, apiPort: 0, sweep: false, logLevel: 'silent' };
    served = await serve(readConfig({ environment: {}, flags }));
    await declare(await enrol('ada'), await enrol('bo'));
    jwt = await grantJwt(served);
    await served.house.log.append(swept());
  });
  after(async () => {
    await served.close();
    rmSync(folder, { recursive: true });
  });

  async function declare(ada: string, bo: string): Promise<void> {
    const { changes } = served.house;
    const asked = { manifests: PAYMENTS, title: 'payments', reason: 'a test', proposer: ada };
    const { change, planDigest } = await changes.propose(asked);
    const signature = signApproval(readKeyFile(keyFile('bo')), planDigest);
    await changes.approve({ change, planDigest, signature, channel: 'console', session: { person: bo } });
    await changes.apply({ change, planDigest, actor: ada });
  }

  test('`inventory` answers five questions, each with what to do next', async () => {
    const { code, out } = await run('inventory');
    assert.equal(code, 0);
    for (const finding of ['inventory', 'rotation', 'permissions', 'monitoring', 'orphans']) {
      assert.match(out, new RegExp(`^${finding} +[–0-9]`, 'm'));
    }
    assert.equal(out.match(/^ +next: \S/gm)?.length, 5);
  });

  test('`claim` says for whom, and the thing is unregistered no more', async () => {
    const unregistered = ['inventory', 'inventory', '--part', 'unregistered'];
    assert.match((await run(...unregistered)).out, /id_ed25519/);
    const missing = await run('claim', 'k1', '--identity', 'no-such-identity');
    assert.deepEqual([missing.code, missing.out], [1, '']);
    assert.match(missing.err, /\[not_found\]/);
    const { code, out } = await run('claim', 'k1', '--identity', 'payments-api');
    assert.equal(code, 0);
    const entry = (await served.house.log.search({ kinds: ['observation.claimed'], limit: 1 }))[0]?.index;
    assert.equal(out, `${LABEL} belongs to payments-api, entry ${entry}\n`);
    assert.match((await run(...unregistered)).out, /nothing is behind this finding/);
  });

  test('`person leave` shows the plan in a dry run, and proposes it otherwise', async () => {
    const leave = ['person', 'leave', 'olga', '--to', 'bo', '--key-file', keyFile('ada')];
    const proposals = async () =>
      (await served.house.log.search({ kinds: ['change.proposed'], limit: 9 })).length;
    const before = await proposals();
    const dry = await run(...leave, '--dry-run');
    assert.equal(dry.code, 0, dry.err);
    assert.match(dry.out, /payments-api/);
    assert.equal(await proposals(), before, 'a dry run proposed');
    const { code, out, err } = await run(...leave, '--reason', 'last day', '--json');
    assert.equal(code, 0, err);
    assert.match(JSON.parse(out).change, /^chg_/);
    assert.equal(await proposals(), before + 1);
    const nobody = await run('person', 'leave', 'nobody', '--to', 'bo', '--key-file', keyFile('ada'));
    assert.deepEqual([nobody.code, /\[not_found\]/.test(nobody.err)], [1, true], nobody.err);
  });

  test('`credential valid` says yes or no, the state, and whose signature it is', async () => {
    const token = file('token.jwt', jwt);
    const good = await run('credential', 'valid', token);
    assert.equal(good.code, 0, good.err);
    assert.match(good.out, /^yes \(state valid, entry \d+, signature good, judged at log size \d+\): \S/);
    const early = await run('credential', 'valid', token, '--at', '2020-01-01T00:00:00Z');
    assert.equal(early.code, 1);
    assert.match(early.out, /^no \(state not-yet, entry \d+, signature good, /);
    const forged = await run('credential', 'valid', file('forged.jwt', forge(jwt)));
    assert.equal(forged.code, 1);
    assert.match(forged.out, /^no \(state unknown, signature bad, /);
  });

  test('`credential valid` of a name says nothing of a signature; two names at once are refused', async () => {
    const { jti } = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
    const named = await run('credential', 'valid', '--jti', jti);
    assert.match(named.out, /^yes \(state valid, entry \d+, judged at log size \d+\)/);
    const both = await run('credential', 'valid', '--jti', jti, '--serial', '01');
    assert.equal(both.code, 2);
    assert.match(both.err, /\[unknown_option\]/);
  });

  test('`credential valid` tells of an identity that was suspended', async () => {
    const { log, registry } = served.house;
    const identity = (await log.view()).named('identity', 'payments-api')?.id ?? '';
    await registry.move({ identity, to: 'suspended', reason: 'a test', actor: 'sys' });
    const { code, out } = await run('credential', 'valid', file('held.jwt', jwt));
    assert.equal(code, 1);
    assert.match(out, /^no \(state suspended, entry \d+, signature good, /);
  });
});

/** The same claims under a signature that nobody made. */
function forge(jwt: string): string {
  const [header, payload, signature = ''] = jwt.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  return `${header}.${payload}.${bytes.toString('base64url')}`;
}

/** A token of the payments process, by an agent that joined. */
async function grantJwt({ house }: Served): Promise<string> {
  const at = { door: 'agent', address: null };
  const { token } = await house.tokens.create({ agentName: 'host-1', actor: 'sys' });
  const joined = await house.issuance.issue({ ...at, action: 'join', token, name: 'host-1', csr: newCsr() });
  const certificate = joined.granted[0]?.certificate?.[0];
  assert.ok(certificate, 'the agent did not join');
  const asker = { ...at, certificate, instance: newId('instance'), claimed: {}, attested: { uid: 1001 } };
  const { granted } = await house.issuance.issue({
    ...asker,
    action: 'issue-jwt-svid',
    audience: ['billing'],
  });
  assert.ok(granted[0]?.jwt, 'no token was granted');
  return granted[0].jwt;
}

/** What a sweep leaves that found one key. */
function swept(): Draft[] {
  const time = new Date().toISOString();
  const sweep = { sweep: newId('sweep'), source: 'host' };
  const counts = { calls: 1, pages: 1, endSeen: true, items: 1, providerCount: null, errors: [], denied: [] };
  const verdict = { verdict: 'COMPLETE' as const, why: 'read to the end', listDigest: '0'.repeat(64) };
  const pages = { listings: [], manifest: null, clock: null };
  const where = { connector: 'host', partition: 'this host', scope: ['/home'], started: time, ended: time };
  const attributes = { path: LABEL, mode: '0600' };
  const seen = { key: 'k1', class: 'credential' as const, change: 'new' as const, label: LABEL, attributes };
  return [
    {
      kind: 'sweep.recorded',
      subject: sweep.sweep,
      actor: 'sys',
      data: { ...sweep, ...where, ...counts, ...verdict, ...pages },
    },
    {
      kind: 'observation.recorded',
      subject: sweep.sweep,
      actor: 'sys',
      data: { ...sweep, ...seen, partition: 'this host', joins: [], provenance: [] },
    },
  ];
}
