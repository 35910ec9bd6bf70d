/** An Active Directory domain controller (Samba) of its own for a test file: made in a temporary folder, gone afterwards. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SERVER = '/usr/sbin/samba';
const TOOL = '/usr/bin/samba-tool';
const SETUP = '/usr/share/samba/setup/provision.ldif';
const LDAP_PORT = 389;
const START_MILLISECONDS = 60_000;
const PAUSE_MILLISECONDS = 100;
export const DOMAIN = 'DC=ad,DC=test';

/** It takes the ports of LDAP, which only root may. */
export const hasSamba = (): boolean =>
  [SERVER, TOOL, SETUP].every((file) => existsSync(file)) && process.getuid?.() === 0;

export interface TestSamba {
  url: string;
  administrator: { bindDn: string; password: string };
  /** `samba-tool` on the controller's own database, e.g. `user create NAME PASSWORD`. */
  tool(...args: string[]): void;
  stop(): Promise<void>;
}

/** LDAP has fixed ports here, so each controller has an address of its own. */
const ownAddress = (): string => `127.${randomInt(1, 255)}.${randomInt(256)}.${randomInt(1, 255)}`;

function provision(folder: string, password: string): void {
  const args = [
    ...['domain', 'provision', '--server-role=dc', '--realm=AD.TEST', '--domain=AD', '--dns-backend=NONE'],
    ...[`--adminpass=${password}`, '--host-name=dc1', '--host-ip=127.0.0.1', `--targetdir=${folder}`],
    ...['--option=vfs objects=', '--option=interfaces=lo', '--option=bind interfaces only=yes'],
  ];
  execFileSync(TOOL, args, { cwd: folder, stdio: 'ignore' });
}

const serve = (folder: string, configuration: string, address: string): ChildProcess =>
  spawn(
    SERVER,
    [
      ...['-s', configuration, '--foreground', '--no-process-group', '-M', 'single'],
      ...['server services=ldap', `interfaces=${address}/8`, 'bind interfaces only=yes'].map(option),
      // A simple bind without TLS: what is tried here is what is read.
      ...['ldap server require strong auth=no', `log file=${join(folder, 'log')}`].map(option),
      ...[`pid directory=${folder}`, `ncalrpc dir=${join(folder, 'ncalrpc')}`].map(option),
    ],
    { cwd: folder, stdio: 'ignore' },
  );

const option = (text: string): string => `--option=${text}`;

async function answers(server: ChildProcess, address: string): Promise<void> {
  for (const deadline = Date.now() + START_MILLISECONDS; ; ) {
    const up = await new Promise<boolean>((resolve) => {
      const socket = connect(LDAP_PORT, address, () => resolve(socket.destroy() !== undefined));
      socket.on('error', () => resolve(false));
    });
    if (up) return;
    if (server.exitCode !== null || Date.now() > deadline) throw new Error('samba does not listen');
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
  }
}

export async function startSamba(): Promise<TestSamba> {
  const folder = mkdtempSync(join(tmpdir(), 'muniment-samba-'));
  const password = 'For-this-test-1';
  provision(folder, password);
  const address = ownAddress();
  const server = serve(folder, join(folder, 'etc', 'smb.conf'), address);
  const stop = async () => {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    if (server.exitCode === null && server.kill('SIGKILL')) await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  await answers(server, address).catch((error) => stop().then(() => Promise.reject(error)));
  const database = `--URL=${join(folder, 'private', 'sam.ldb')}`;
  return {
    url: `ldap://${address}`,
    administrator: { bindDn: 'administrator@ad.test', password },
    tool: (...args) => {
      execFileSync(TOOL, [...args, database], { cwd: folder, stdio: 'ignore' });
    },
    stop,
  };
}
