/** The SSH connector against OpenSSH's server. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { source } from '../../src/discovery/connectors/ssh/connector.ts';
import { SourceError } from '../../src/discovery/source-error.ts';
import { of, type ReadListing, readSource } from '../../src/discovery/testing/read.ts';
import { hasSshServer, type SshServer, startSshServer } from '../../tools/demo/ssh-server.ts';

const skip = hasSshServer() ? false : 'needs OpenSSH server';
/** A chroot must lie below folders that root alone may write to. */
const skipChroot =
  skip || (process.getuid?.() === 0 ? false : 'needs root, for a server that shows another root folder');

const keygen = (file: string, ...more: string[]): string => {
  execFileSync('ssh-keygen', ['-q', '-N', '', '-f', file, ...more]);
  return readFileSync(`${file}.pub`, 'utf8').trim();
};

const fingerprintOf = (file: string): string =>
  execFileSync('ssh-keygen', ['-lf', `${file}.pub`], { encoding: 'utf8' }).split(' ')[1] ?? '';

const SFTP = 'Subsystem sftp internal-sftp -R';

describe('SSH hosts against OpenSSH', { skip }, () => {
  let folder: string;
  let server: SshServer;
  let all: ReadListing[];
  let partition: string;
  const settings = (more: object = {}) => ({
    hosts: [partition],
    knownHosts: join(server.folder, 'known_hosts'),
    user: server.account,
    ...more,
  });
  const secrets = () => ({ privateKey: readFileSync(server.keyFile, 'utf8') });
  const observed = (listing: string) => of(all, listing, partition).observed;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'discovery-ssh-'));
    keygen(join(folder, 'rsa'), '-t', 'rsa', '-b', '3072');
    keygen(join(folder, 'ecdsa'), '-t', 'ecdsa');
    const lines = [SFTP, `HostKey ${folder}/rsa`, `HostKey ${folder}/ecdsa`];
    server = await startSshServer({ lines, options: 'restrict,command="internal-sftp -R" ' });
    partition = `${server.host}:${server.port}`;
    all = await readSource(source, { settings: settings(), secrets: secrets() });
  });
  after(async () => {
    await server?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('sees every host key, as ssh-keygen prints it, and which of them is known', () => {
    const keys = observed('host-keys').filter(({ attributes }) => attributes.kind === 'ssh-host-key');
    const told = keys.map(({ attributes }) => `${attributes.fingerprint} ${attributes.knownHosts}`).sort();
    assert.deepEqual(
      told,
      [
        `${fingerprintOf(join(server.folder, 'host'))} known`,
        `${fingerprintOf(join(folder, 'rsa'))} unlisted`,
        `${fingerprintOf(join(folder, 'ecdsa'))} unlisted`,
      ].sort(),
    );
    assert.deepEqual(of(all, 'host-keys', partition).errors, []);
  });

  it('reads the accounts of this machine over a key that may run no command', () => {
    const names = readFileSync('/etc/passwd', 'utf8').trim().split('\n').length;
    assert.equal(observed('accounts').length, names);
  });

  it('is refused with a key that the server does not know', async () => {
    keygen(join(folder, 'stranger'), '-t', 'ed25519');
    const privateKey = readFileSync(join(folder, 'stranger'), 'utf8');
    const read = await readSource(source, { settings: settings(), secrets: { privateKey } });
    assert.deepEqual(
      of(read, 'accounts', partition).thrown,
      new SourceError('denied', 'the login is not accepted'),
    );
  });

  it('opens a private key with its passphrase', async () => {
    const line = keygen(join(folder, 'sealed'), '-t', 'ed25519');
    execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'of this test', '-f', join(folder, 'sealed')]);
    appendFileSync(server.authorizedKeys, `${line}\n`);
    const privateKey = readFileSync(join(folder, 'sealed'), 'utf8');
    const read = await readSource(source, {
      settings: settings(),
      secrets: { privateKey, passphrase: 'of this test' },
    });
    assert.equal(of(read, 'accounts', partition).end, true);
  });

  it('finds a host by its hashed name', async () => {
    const hashed = join(folder, 'hashed');
    writeFileSync(hashed, readFileSync(join(server.folder, 'known_hosts')));
    execFileSync('ssh-keygen', ['-H', '-f', hashed], { stdio: 'ignore' });
    const read = await readSource(source, { settings: settings({ knownHosts: hashed }), secrets: secrets() });
    assert.equal(of(read, 'accounts', partition).end, true);
    assert.equal(of(read, 'known-hosts', 'known_hosts').denied.length, 1);
  });
});

describe('another root folder behind OpenSSH', { skip: skipChroot }, () => {
  let folder: string;
  let server: SshServer;
  let all: ReadListing[];
  let partition: string;
  let [line, authority]: string[] = [];
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, 'root', path)), { recursive: true });
    writeFileSync(join(folder, 'root', path), text);
  };

  before(async () => {
    folder = mkdtempSync('/run/discovery-ssh-');
    line = keygen(join(folder, 'user'), '-t', 'ed25519', '-C', 'anna@laptop');
    authority = keygen(join(folder, 'authority'), '-t', 'ecdsa', '-C', 'user authority');
    put('/etc/passwd', 'root:x:0:0::/root:/bin/bash\nanna:x:1000:1000::/home/anna:/bin/sh\n');
    put('/etc/nsswitch.conf', 'passwd: files sss\n');
    put('/etc/ssh/sshd_config', 'Include sshd_config.d/*.conf\nPasswordAuthentication yes\n');
    put('/etc/ssh/sshd_config.d/10.conf', 'PasswordAuthentication no\nTrustedUserCAKeys /etc/ssh/ca.pub\n');
    put('/etc/ssh/ca.pub', `${authority}\n`);
    put('/home/anna/.ssh/authorized_keys', `from="10.0.0.0/8",expiry-time="20270101Z" ${line}\n`);
    mkdirSync(join(folder, 'root/root/.ssh/authorized_keys'), { recursive: true });
    server = await startSshServer({ lines: [SFTP, `ChrootDirectory ${folder}/root`] });
    partition = `${server.host}:${server.port}`;
    all = await readSource(source, {
      settings: {
        hosts: [partition],
        knownHosts: join(server.folder, 'known_hosts'),
        user: server.account,
      },
      secrets: { privateKey: readFileSync(server.keyFile, 'utf8') },
    });
  });
  after(async () => {
    await server?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('tells a key with its options, and its comment as a commitment', () => {
    const read = of(all, 'authorized-keys', partition);
    const [key] = read.observed;
    assert.equal(key?.attributes.fingerprint, fingerprintOf(join(folder, 'user')));
    assert.equal(key?.attributes.expires, '2027-01-01T00:00:00.000Z');
    assert.deepEqual(key?.attributes.from, ['10.0.0.0/8']);
    assert.ok(!JSON.stringify(read.committed).includes('anna'));
  });

  it('tells a folder in the place of a file as an error, and accounts of a directory as denied', () => {
    assert.equal(of(all, 'authorized-keys', partition).errors.length, 1);
    const [denied] = of(all, 'accounts', partition).denied;
    assert.equal(denied?.what, 'accounts of `sss`');
  });

  it('reads included settings and the authority of user certificates', () => {
    const [host, trust] = of(all, 'server', partition).observed;
    assert.equal(host?.attributes.passwordauthentication, 'no');
    assert.equal(trust?.attributes.fingerprint, fingerprintOf(join(folder, 'authority')));
  });
});
