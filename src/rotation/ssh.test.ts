import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { RotationSpec } from '#verifier';
import {
  FAILURES_AT_RENAME_MAX,
  hasSshServer,
  type SshServer,
  startConsumer,
  startSshServer,
} from '../../tools/demo/ssh-server.ts';
import { carryOn, type House, openHouse, phasesIn } from './testing/house.ts';
import { sshSpec } from './testing/specs.ts';

const skip = hasSshServer() ? false : 'needs OpenSSH server';
const NAME = 'deploy-key';
const OPTIONS = 'restrict,command="true # a \\"quoted\\" word" ';
const HALF_GRACE_MILLISECONDS = 12 * 3_600_000;

describe('an SSH key is replaced', { skip }, () => {
  let house: House;
  let server: SshServer;
  before(async () => {
    server = await startSshServer({ options: OPTIONS });
  });
  beforeEach(async () => {
    house = await openHouse();
  });
  afterEach(() => house.close());
  after(() => server.remove());

  const read = (path: string): string => readFileSync(path, 'utf8');
  const publicText = (): string =>
    execFileSync('ssh-keygen', ['-y', '-P', '', '-f', server.keyFile])
      .toString()
      .split(' ')
      .slice(0, 2)
      .join(' ')
      .trim();
  const login = (keyFile: string) =>
    execFileSync(
      'ssh',
      server.login.map((word) => (word === server.keyFile ? keyFile : word)),
    );
  const start = () => house.rotation.start({ name: NAME, early: true, actor: 'sys' });
  const untilSwapped = () =>
    carryOn(house, NAME, house.rotation, ({ phase, stalled }) => phase === 'swapped' || stalled !== null);

  test('while its consumer goes on; options, comment, mode and the public file follow', async () => {
    await house.declare(NAME, sshSpec(server));
    const consumer = startConsumer(server, 0.2);
    await consumer.loggedIn();
    const old = publicText();
    await start();
    const run = await carryOn(house, NAME);
    await consumer.loggedIn();
    await consumer.stop();
    assert.deepEqual(house.faults, []);
    assert.equal(run.outcome, 'completed');
    assert.ok(consumer.failures() <= FAILURES_AT_RENAME_MAX, `${consumer.failures()} logins failed`);
    const fresh = publicText();
    assert.notEqual(fresh, old);
    assert.equal(read(server.authorizedKeys), `# who may deploy\n${OPTIONS}${fresh} consumer\n`);
    assert.ok(read(`${server.keyFile}.pub`).startsWith(fresh));
    assert.equal(statSync(server.keyFile).mode & 0o777, 0o600);
    assert.match(run.old, /^SHA256:/);
    assert.notEqual(run.old, run.new);
    assert.deepEqual(
      readdirSync(server.folder).filter((name) => name.includes('run_')),
      [],
    );
  });

  test('not while somebody else still uses the old one: only once that has been quiet', async () => {
    await house.declare(NAME, sshSpec(server));
    const other = `${server.folder}/other`;
    copyFileSync(server.keyFile, other);
    chmodSync(other, 0o600);
    await start();
    await untilSwapped();
    login(server.keyFile);
    login(other);
    await house.rotation.round();
    assert.equal((await house.run(NAME)).phase, 'swapped');
    house.clock.advance(HALF_GRACE_MILLISECONDS - 1);
    await house.rotation.round();
    assert.equal((await house.run(NAME)).phase, 'swapped');
    login(other);
    house.clock.advance(1);
    await house.rotation.round();
    assert.equal((await house.run(NAME)).phase, 'swapped');
    house.clock.advance(HALF_GRACE_MILLISECONDS);
    const run = await carryOn(house, NAME, house.rotation, ({ ended }) => ended !== null);
    assert.equal(run.outcome, 'completed');
    assert.throws(() => login(other));
  });

  /** What is wrong, how it is made so, and what is said. */
  const refused: Array<[string, (spec: SshSpec) => SshSpec, RegExp]> = [
    [
      'another host key',
      (spec) => ({ ...spec, hostKey: read(`${server.keyFile}.pub`).split(' ').slice(0, 2).join(' ') }),
      /Host key verification failed/,
    ],
    [
      'another log',
      (spec) => ({ ...spec, log: { file: emptyFile('log-of-another') } }),
      /does not show our own trial/,
    ],
    ['no log', (spec) => ({ ...spec, log: { file: '/nonexistent' } }), /cannot be read \(ENOENT\)/],
    [
      'keys of another account',
      (spec) => ({ ...spec, authorizedKeys: emptyFile('authorized-elsewhere') }),
      /does not hold the old key/,
    ],
  ];
  type SshSpec = Extract<RotationSpec, { rotator: 'ssh-key' }>['target'];
  function emptyFile(name: string): string {
    const path = `${server.folder}/${name}`;
    writeFileSync(path, '');
    return path;
  }

  for (const [what, change, says] of refused)
    test(`stalls at ${what}, with the consumer's file as it was`, async () => {
      const spec = sshSpec(server) as Extract<RotationSpec, { rotator: 'ssh-key' }>;
      await house.declare(NAME, { ...spec, target: change(spec.target) });
      const key = read(server.keyFile);
      await start();
      const run = await carryOn(house, NAME);
      assert.deepEqual([run.stalled?.cause, phasesIn(run)], ['target-failing', ['started', 'made']]);
      assert.match(run.stalled?.detail ?? '', says);
      assert.equal(read(server.keyFile), key);
      await house.rotation.abandon({ name: NAME, reason: 'declared wrongly', actor: 'sys' });
      assert.equal((await house.run(NAME)).outcome, 'abandoned');
      login(server.keyFile);
    });

  test('is not begun with a key that has a passphrase', async () => {
    const keyFile = `${server.folder}/locked`;
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'a passphrase', '-f', keyFile]);
    await house.declare(NAME, sshSpec(server, keyFile));
    await assert.rejects(start(), { code: 'conflict' });
  });
});
