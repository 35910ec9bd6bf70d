import { execFile, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SshKeyTarget } from '#verifier';
import { MunimentError } from '../kernel/index.ts';
import type { PublicKey } from './openssh-key.ts';

const run = promisify(execFile);

const CONNECT_SECONDS = 10;
const TRIAL_MILLISECONDS = 20_000;
const OUTPUT_MAX_CHARACTERS = 16_384;
const DETAIL_MAX_CHARACTERS = 200;
const SSH_PORT = 22;

/** What a server made of a key; `detail` is its own word, as the client printed it. */
export interface Trial {
  outcome: 'accepted' | 'refused';
  detail: string;
}

/** Nothing of ours reaches the client but this: no agent, no configuration. */
const ENVIRONMENT = { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C' };

const OPTIONS = {
  BatchMode: 'yes',
  IdentitiesOnly: 'yes',
  IdentityAgent: 'none',
  PreferredAuthentications: 'publickey',
  StrictHostKeyChecking: 'yes',
  GlobalKnownHostsFile: '/dev/null',
  UpdateHostKeys: 'no',
  CheckHostIP: 'no',
  ControlMaster: 'no',
  ControlPath: 'none',
  ClearAllForwardings: 'yes',
  PermitLocalCommand: 'no',
  ConnectTimeout: String(CONNECT_SECONDS),
  LogLevel: 'VERBOSE',
};

const toolMissing = (tool: string) => new MunimentError('tool_missing', `\`${tool}\` is not installed`);

/** `-N`: no command is asked for, so one that is forced by the key's options does not run either. */
function commandLine({ account, host, port }: SshKeyTarget, keyFile: string, knownHosts: string): string[] {
  const options = { ...OPTIONS, UserKnownHostsFile: knownHosts };
  return [
    ...['-N', '-T', '-F', 'none', '-i', keyFile, '-p', String(port), '-l', account],
    ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
    ...['--', host],
  ];
}

const knownHost = ({ host, port, hostKey }: SshKeyTarget): string =>
  `${port === SSH_PORT ? host : `[${host}]:${port}`} ${hostKey}\n`;

const ACCEPTED = /^Authenticated to .* using "publickey"\./m;
const REFUSED = /: Permission denied \([^()]*\)\.\s*$/m;

/** Runs the client until the server has said yes or no. */
function converse(line: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('ssh', line, { env: ENVIRONMENT, stdio: ['ignore', 'ignore', 'pipe'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), TRIAL_MILLISECONDS);
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      said = (said + chunk).slice(-OUTPUT_MAX_CHARACTERS);
      if (ACCEPTED.test(said)) child.kill('SIGTERM');
    });
    child.once('error', () => reject(toolMissing('ssh')));
    child.once('close', () => {
      clearTimeout(timer);
      resolve(said);
    });
  });
}

const lastLine = (text: string): string => (text.trim().split('\n').at(-1) ?? '').trim();

function verdictOf(said: string, { host, port }: SshKeyTarget): Trial {
  const [yes] = ACCEPTED.exec(said) ?? [];
  if (yes !== undefined) return { outcome: 'accepted', detail: yes };
  const [no] = REFUSED.exec(said) ?? [];
  if (no !== undefined) return { outcome: 'refused', detail: no.trim() };
  const why = lastLine(said).slice(0, DETAIL_MAX_CHARACTERS) || 'no answer';
  throw new MunimentError(
    'server_unreachable',
    `no verdict of the SSH server at \`${host}:${port}\`: ${why}`,
  );
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'muniment-ssh-'));
  try {
    await chmod(folder, 0o700);
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Tries a key file at the target, whose host key must be the declared one.
 * @throws MunimentError `server_unreachable` where the server said neither yes nor no; `tool_missing`
 */
export const tryKeyFile = (target: SshKeyTarget, keyFile: string): Promise<Trial> =>
  inFolder(async (folder) => {
    const knownHosts = join(folder, 'known_hosts');
    await writeFile(knownHosts, knownHost(target), { mode: 0o600 });
    return verdictOf(await converse(commandLine(target, keyFile, knownHosts)), target);
  });

/** Tries a key that is in no file any more: for the time of the trial it is in one that we alone can read. */
export const tryKey = (target: SshKeyTarget, privateKey: string): Promise<Trial> =>
  inFolder(async (folder) => {
    const file = join(folder, 'key');
    await writeFile(file, privateKey, { mode: 0o600, encoding: 'latin1' });
    return tryKeyFile(target, file);
  });

/** The public part of a private key file of any format that OpenSSH reads. Throws `conflict` for one with a passphrase. */
export async function publicKeyOf(keyFile: string): Promise<PublicKey> {
  try {
    const { stdout } = await run('ssh-keygen', ['-y', '-P', '', '-f', keyFile], { env: ENVIRONMENT });
    const [type = '', blob = ''] = stdout.trim().split(' ');
    return { type, blob };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw toolMissing('ssh-keygen');
    throw new MunimentError('conflict', `\`${keyFile}\` is no private key, or has a passphrase`);
  }
}
