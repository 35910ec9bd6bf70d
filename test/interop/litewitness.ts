/** `litewitness`, a C2SP witness that is not ours: taken from a newer suite of Debian than the one that is installed, and started. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { cacheFolder } from './support.ts';

const SUITE = 'sid';
const PACKAGE = 'torchwood';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const APT_TIMEOUT_MS = 120_000;
const START_TIMEOUT_MS = 20_000;

interface Installed {
  bin: string;
  version: string;
}

/** The archive that this machine has its packages from; undefined where that is not Debian's. */
function debianArchive(): string | undefined {
  const args = ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages'];
  const { stdout, status } = spawnSync('apt-get', args, { encoding: 'utf8' });
  if (status !== 0 || !existsSync(KEYRING)) return undefined;
  return stdout.split('\n').find((uri) => /\/debian\/?$/.test(uri));
}

/** With lists and settings of its own: the machine's stay as they are. Apt checks the archive's signature as always. */
function download(archive: string, folder: string): void {
  for (const name of ['lists/partial', 'cache/archives/partial'])
    mkdirSync(join(folder, name), { recursive: true });
  const list = join(folder, 'sources.list');
  writeFileSync(list, `deb [signed-by=${KEYRING}] ${archive} ${SUITE} main\n`);
  const options = [
    `Dir::Etc::sourcelist=${list}`,
    'Dir::Etc::sourceparts=/dev/null',
    `Dir::State::lists=${join(folder, 'lists')}`,
    `Dir::Cache=${join(folder, 'cache')}`,
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false',
    'Acquire::Languages=none',
  ].flatMap((option) => ['-o', option]);
  const run = (...args: string[]) =>
    spawnSync('apt-get', [...options, '-qq', ...args], { cwd: folder, timeout: APT_TIMEOUT_MS });
  if (run('update').status === 0) run('download', PACKAGE);
}

function installedIn(folder: string): Installed | undefined {
  const [deb] = globSync(join(folder, '*.deb'));
  const bin = join(folder, 'root/usr/bin');
  if (deb === undefined || !existsSync(join(bin, 'litewitness'))) return undefined;
  const version = execFileSync('dpkg-deb', ['-f', deb, 'Version'], { encoding: 'utf8' }).trim();
  return { bin, version };
}

/** Unpacks it into the user's cache, once. @returns undefined where it cannot be had */
export function litewitness(): Installed | undefined {
  const folder = join(cacheFolder('litewitness'), SUITE);
  const known = installedIn(folder);
  const archive = known ? undefined : debianArchive();
  if (archive === undefined) return known;
  const scratch = `${folder}.${process.pid}`;
  try {
    download(archive, scratch);
    const [deb] = globSync(join(scratch, '*.deb'));
    if (deb === undefined) return undefined;
    spawnSync('dpkg', ['-x', deb, join(scratch, 'root')]);
    for (const name of ['lists', 'cache']) rmSync(join(scratch, name), { recursive: true });
    if (!existsSync(folder)) renameSync(scratch, folder);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return installedIn(folder);
}

export interface Running {
  url: string;
  verifierKey: string;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  await once(child, 'exit');
}

/** Its key lies with an agent of OpenSSH. */
async function keyAgent(
  folder: string,
): Promise<{ agent: ChildProcess; socket: string; fingerprint: string }> {
  const [key, socket] = [join(folder, 'key'), join(folder, 'agent.sock')];
  if (!existsSync(key)) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  rmSync(socket, { force: true });
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(agent.stdout, 'data');
  execFileSync('ssh-add', ['-q', key], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'pipe' });
  const told = execFileSync('ssh-keygen', ['-lf', `${key}.pub`], { encoding: 'utf8' });
  return { agent, socket, fingerprint: told.split(' ')[1] ?? '' };
}

/** Starts it on what the folder holds; it knows the log of that origin and key. */
export async function startLitewitness(
  { bin }: Installed,
  folder: string,
  log: { origin: string; verifierKey: string },
): Promise<Running> {
  const database = join(folder, 'witness.db');
  const known = ['-db', database, '-origin', log.origin];
  const control = (...args: string[]) => execFileSync(join(bin, 'witnessctl'), args, { stdio: 'pipe' });
  if (!existsSync(database)) {
    control('add-log', ...known);
    control('add-key', ...known, '-key', log.verifierKey);
  }
  const { agent, socket, fingerprint } = await keyAgent(folder);
  const address = `127.0.0.1:${await freePort()}`;
  const args = ['-db', database, '-key', fingerprint, '-name', 'witness.example/lite'];
  const child = spawn(join(bin, 'litewitness'), [...args, '-listen', address, '-ssh-agent', socket], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let verifierKey = '';
  const deadline = setTimeout(() => child.kill(), START_TIMEOUT_MS);
  for await (const line of createInterface(child.stderr)) {
    verifierKey = / vkey=(\S+)/.exec(line)?.[1] ?? verifierKey;
    if (line.includes('msg=listening')) break;
  }
  clearTimeout(deadline);
  child.stderr.resume();
  await answering(`http://${address}/`);
  const stop = async () => {
    await ended(child);
    await ended(agent);
  };
  return { url: `http://${address}`, verifierKey, stop };
}

/** It says that it listens a moment before it does. */
async function answering(url: string): Promise<void> {
  for (const deadline = Date.now() + START_TIMEOUT_MS; ; ) {
    try {
      await fetch(url);
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
