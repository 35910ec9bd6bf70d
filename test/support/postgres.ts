/** A PostgreSQL cluster of its own for a test file: made in a temporary folder, gone afterwards. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);
const INSTALLED = '/usr/lib/postgresql';
const START_MILLISECONDS = 30_000;

export interface TestPostgres {
  /** Of the superuser, database `postgres`. */
  url: string;
  /** A database of its own in the same cluster. */
  database(name: string): Promise<string>;
  stop(): Promise<void>;
  readonly pid: number;
  /** The server dies at once, as by a power cut of its process; `start` brings it back on the same data. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** Folder of the newest installed server's programs; undefined where none is installed (a test then skips, and says so). */
export function postgresPrograms(): string | undefined {
  if (!existsSync(INSTALLED)) return undefined;
  const versions = readdirSync(INSTALLED).sort((a, b) => Number(b) - Number(a));
  return versions
    .map((version) => join(INSTALLED, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')));
}

/** PostgreSQL refuses to run as root. */
function unprivileged(): { uid: number; gid: number } | Record<string, never> {
  if (process.getuid?.() !== 0) return {};
  const line = readFileSync('/etc/passwd', 'utf8').match(/^(?:postgres|nobody):[^:]*:(\d+):(\d+):/m);
  if (line === null) throw new Error('there is neither a user postgres nor nobody to run the server');
  return { uid: Number(line[1]), gid: Number(line[2]) };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * @param settings of the server, over ours; `{ fsync: 'on' }` makes its commits as durable as a user's
 * @param base where its folder is made; anybody must be able to reach it
 */
export async function startPostgres(
  settings: Record<string, string> = {},
  base = tmpdir(),
): Promise<TestPostgres> {
  const programs = postgresPrograms();
  if (programs === undefined) throw new Error('no PostgreSQL is installed');
  const user = unprivileged();
  const folder = mkdtempSync(join(base, 'muniment-postgres-'));
  if ('uid' in user) chownSync(folder, user.uid, user.gid);
  const password = randomBytes(12).toString('hex');
  const data = await initialise(programs, folder, password, user);
  const port = await freePort();
  const url = `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`;
  const server = new Server(join(programs, 'postgres'), data, { port: String(port), ...settings }, user);
  await server.start(url);
  return {
    url,
    get pid() {
      return server.pid;
    },
    database: (name) => createDatabase(url, name),
    kill: () => server.end('SIGKILL'),
    start: () => server.start(url),
    async stop() {
      await server.end('SIGQUIT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function initialise(programs: string, folder: string, password: string, user: object): Promise<string> {
  const data = join(folder, 'data');
  const secret = join(folder, 'password');
  writeFileSync(secret, password);
  const flags = [
    '--no-sync',
    '--username=postgres',
    '--auth=scram-sha-256',
    `--pwfile=${secret}`,
    '--encoding=UTF8',
  ];
  await run(join(programs, 'initdb'), [...flags, '--locale=C', '--pgdata', data], { ...user, cwd: folder });
  return data;
}

async function createDatabase(url: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`create database ${pg.escapeIdentifier(name)}`);
  await client.end();
  return url.replace(/\/postgres$/, `/${name}`);
}

class Server {
  readonly #program: string;
  readonly #flags: string[];
  readonly #data: string;
  readonly #user: object;
  #child: ChildProcess | undefined;

  constructor(program: string, data: string, given: Record<string, string>, user: object) {
    const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', fsync: 'off', ...given };
    this.#program = program;
    this.#data = data;
    this.#user = user;
    this.#flags = [
      '-D',
      data,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ];
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  async start(url: string): Promise<void> {
    // What a killed server leaves behind would keep the next from starting while its number is in use by another process.
    rmSync(join(this.#data, 'postmaster.pid'), { force: true });
    const child = spawn(this.#program, this.#flags, { ...this.#user, cwd: this.#data, stdio: 'ignore' });
    this.#child = child;
    const deadline = Date.now() + START_MILLISECONDS;
    while (!(await answers(url))) {
      if (child.exitCode !== null || Date.now() > deadline) throw new Error('the test server does not start');
    }
  }

  async end(signal: 'SIGKILL' | 'SIGQUIT'): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 50));
    return false;
  }
}
