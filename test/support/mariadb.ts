/** A MariaDB server of its own for a test file: made in a temporary folder, gone afterwards. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, createConnection } from 'mysql2/promise';

const SERVER = '/usr/sbin/mariadbd';
const INSTALL = '/usr/bin/mariadb-install-db';
const START_MILLISECONDS = 30_000;

export const hasMariadb = (): boolean => existsSync(SERVER) && existsSync(INSTALL);

export interface TestMariadb {
  port: number;
  /** Of the general query log: everything that was sent. */
  log(): string;
  /** As root, over the server's socket. */
  root(): Promise<Connection>;
  stop(): Promise<void>;
}

/** MariaDB refuses to run as root. */
function ownerOf(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const line = readFileSync('/etc/passwd', 'utf8').match(/^(?:mysql|nobody):[^:]*:(\d+):(\d+):/m);
  if (line === null) throw new Error('there is neither a user mysql nor nobody to run the server');
  return { uid: Number(line[1]), gid: Number(line[2]) };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** `flags`: of the server, over ours. */
export async function startMariadb(flags: string[] = []): Promise<TestMariadb> {
  const folder = mkdtempSync(join(tmpdir(), 'muniment-mariadb-'));
  const owner = ownerOf();
  if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
  const data = join(folder, 'data');
  const socket = join(folder, 'socket');
  const log = join(folder, 'log');
  const common = ['--no-defaults', `--datadir=${data}`];
  const asOwner = { ...owner, cwd: folder, stdio: 'ignore' as const };
  execFileSync(INSTALL, [...common, '--auth-root-authentication-method=normal', '--skip-test-db'], asOwner);
  const port = await freePort();
  const server = spawn(
    SERVER,
    [
      ...common,
      ...[
        `--port=${port}`,
        '--bind-address=127.0.0.1',
        `--socket=${socket}`,
        `--pid-file=${join(folder, 'pid')}`,
      ],
      ...['--innodb-buffer-pool-size=32M', '--innodb-flush-log-at-trx-commit=0', '--skip-name-resolve'],
      ...['--general-log=1', `--general-log-file=${log}`, ...flags],
    ],
    asOwner,
  );
  const root = () => createConnection({ socketPath: socket, user: 'root', multipleStatements: true });
  await answers(server, root);
  return {
    port,
    log: () => readFileSync(log, 'utf8'),
    root,
    async stop() {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      if (server.exitCode === null && server.kill('SIGKILL')) await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(server: ChildProcess, root: () => Promise<Connection>): Promise<void> {
  for (const deadline = Date.now() + START_MILLISECONDS; ; ) {
    try {
      return await (await root()).end();
    } catch {
      if (server.exitCode !== null || Date.now() > deadline)
        throw new Error('the test server does not start');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
