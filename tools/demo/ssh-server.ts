/** An OpenSSH server of our own on a loopback port, and a consumer that logs in with a key file as long as it lives. */
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { ownEnvironment, start as startProgram } from './programs.ts';

const SSHD = '/usr/sbin/sshd';
const START_MILLISECONDS = 15_000;
const LOOK_MILLISECONDS = 25;

/**
 * OpenSSH's client reads a key file twice, before it offers the key and before it signs: a login that is under way at the
 * rename finds two keys, and fails. The next one goes well.
 */
export const FAILURES_AT_RENAME_MAX = 1;

export const hasSshServer = (): boolean => existsSync(SSHD) && existsSync('/usr/bin/ssh');

export interface SshServer {
  folder: string;
  account: string;
  host: string;
  port: number;
  /** As in `known_hosts`. */
  hostKey: string;
  authorizedKeys: string;
  log: string;
  /** The server's first user key; its public part is authorised. */
  keyFile: string;
  /** Arguments of `ssh` for one login with the key file. */
  login: string[];
  start(): Promise<void>;
  /** The server is gone for a while; its files stay. */
  down(): Promise<void>;
  /** The end: files too. */
  remove(): Promise<void>;
}

export interface Consumer {
  /** Resolves at its next login that went well. */
  loggedIn(): Promise<void>;
  /** How often it was refused or found nobody. */
  failures(): number;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The account is the one that runs this: without root a server can log in nobody else. */
const configuration = (folder: string, port: number): string =>
  [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${folder}/host`,
    `AuthorizedKeysFile ${folder}/authorized_keys`,
    `PidFile ${folder}/pid`,
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'UsePAM no',
    // The folder lies below /tmp, which others may write to.
    'StrictModes no',
    'MaxStartups 100',
    'LogLevel VERBOSE',
    '',
  ].join('\n');

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

const keygen = (file: string, comment: string): void =>
  void execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', file]);

interface SshServerOptions {
  /** Of the key in `authorized_keys`, e.g. `from="127.0.0.1"`. */
  options?: string;
  /** Folder to put its own into. */
  below?: string;
  /** Further lines of sshd_config. */
  lines?: string[];
}

export async function startSshServer({
  options = '',
  below,
  lines = [],
}: SshServerOptions = {}): Promise<SshServer> {
  const folder = mkdtempSync(join(below ?? tmpdir(), 'muniment-sshd-'));
  chmodSync(folder, 0o755);
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  keygen(join(folder, 'host'), 'host');
  keygen(join(folder, 'consumer'), 'consumer');
  const port = await freePort();
  const publicKey = readFileSync(join(folder, 'consumer.pub'), 'utf8');
  writeFileSync(join(folder, 'authorized_keys'), `# who may deploy\n${options}${publicKey}`);
  writeFileSync(join(folder, 'config'), [configuration(folder, port), ...lines, ''].join('\n'));
  const [type, blob] = readFileSync(join(folder, 'host.pub'), 'utf8').split(' ');
  writeFileSync(join(folder, 'known_hosts'), `[127.0.0.1]:${port} ${type} ${blob}\n`);
  const { start, down } = daemon(folder, port);
  await start();
  const { username: account } = userInfo();
  const keyFile = join(folder, 'consumer');
  return {
    ...{ folder, account, host: '127.0.0.1', port, hostKey: `${type} ${blob}`, keyFile, start, down },
    authorizedKeys: join(folder, 'authorized_keys'),
    log: join(folder, 'log'),
    login: loginOf(folder, account, port, keyFile),
    async remove() {
      await down();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const loginOf = (folder: string, account: string, port: number, keyFile: string): string[] => [
  ...['-F', 'none', '-o', 'BatchMode=yes', '-o', 'IdentitiesOnly=yes', '-o', 'IdentityAgent=none'],
  ...['-o', `UserKnownHostsFile=${folder}/known_hosts`, '-o', 'LogLevel=ERROR'],
  ...['-i', keyFile, '-p', String(port), `${account}@127.0.0.1`, 'true'],
];

const LOOP = `period=$1; shift
while :; do
  if ssh "$@" </dev/null; then echo '{"login":true}'; else echo '{"login":false}'; fi
  sleep "$period"
done`;

/** Uses the key file again and again, as a deployment would; it reads the file anew at each login. */
export function startConsumer({ login }: SshServer, everySeconds = 1): Consumer {
  const args = ['-c', LOOP, 'sh', String(everySeconds), ...login];
  const program = startProgram({ command: '/bin/sh', args, env: ownEnvironment() });
  const logins = () => program.facts.filter((fact) => fact.login === true).length;
  return {
    async loggedIn() {
      const before = logins();
      await program.until(() => logins() > before);
    },
    failures: () => program.facts.filter((fact) => fact.login === false).length,
    stop: () => program.stop(),
  };
}

function daemon(folder: string, port: number) {
  let child: ReturnType<typeof spawn> | undefined;
  return {
    async start(): Promise<void> {
      const flags = ['-D', '-f', join(folder, 'config'), '-E', join(folder, 'log')];
      child = spawn(SSHD, flags, { stdio: 'ignore' });
      const deadline = Date.now() + START_MILLISECONDS;
      while (!(await listens(port))) {
        if (child.exitCode !== null || Date.now() > deadline)
          throw new Error(readFileSync(join(folder, 'log'), 'utf8'));
        await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
      }
    },
    async down(): Promise<void> {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child?.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
    },
  };
}
