import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import ssh2, { type Connection, type SFTPWrapper } from 'ssh2';
import type { Double, Plan, Running } from '../../../testing/double.ts';
import * as operation from '../operations.ts';
import { makeKey } from './keys.ts';

const { Server, utils } = ssh2;
const { OPEN_MODE, STATUS_CODE } = utils.sftp;

const USER = 'inventory';
const FIRST_UID = 1000;
const SLOW_MILLISECONDS = 2_000;
/** Many keys stand in few files, as on a host whose keys a program writes. */
const ACCOUNTS_MAX = 400;
const BEFORE_CUT_BYTES = 10;
const KEY_BYTES = 32;

/** A public key that no private key is known for; each index has its own. */
function publicKey(index: number): string {
  const type = Buffer.from('ssh-ed25519');
  const key = Buffer.alloc(KEY_BYTES);
  key.writeUInt32BE(index);
  const sized = (part: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, part.length]), part]);
  return `ssh-ed25519 ${Buffer.concat([sized(type), sized(key)]).toString('base64')}`;
}

/** A comment runs to the end of its line: whoever writes one cannot have a line break in it. */
const commentOf = (name: string): string => name.replace(/[\r\n\0]/g, ' ');

interface State {
  plan: Plan;
  faulty: boolean;
  asked: string[];
  dropped: boolean;
}

const faultOf = ({ plan, faulty }: State) => (faulty ? plan.fault : 'none');

/** The files of a host with as many authorised keys as there are items. */
function filesOf(state: State): Map<string, Buffer> {
  const { items, name } = state.plan;
  const accounts = Math.min(items, ACCOUNTS_MAX);
  const files = new Map<string, string[]>();
  for (let index = 0; index < items; index += 1) {
    const path = `/home/a${index % accounts}/.ssh/authorized_keys`;
    files.set(path, [...(files.get(path) ?? []), `${publicKey(index)} ${commentOf(name(index))}\n`]);
  }
  const passwd = Array.from(
    { length: accounts },
    (_, at) => `a${at}:x:${FIRST_UID + at}:100::/home/a${at}:/bin/sh\n`,
  );
  // What comes last is empty: that is an empty last page here.
  passwd.push(`last:x:${FIRST_UID + accounts}:100::/home/last:/bin/sh\n`);
  files.set('/home/last/.ssh/authorized_keys', []);
  if (faultOf(state) === 'broken-item')
    files.get('/home/a1/.ssh/authorized_keys')?.splice(0, 1, 'ssh-ed25519 broken\n');
  const told = new Map([...files].map(([path, lines]) => [path, Buffer.from(lines.join(''))]));
  if (faultOf(state) === 'invalid-answer')
    told.set('/home/a1/.ssh/authorized_keys', Buffer.from('<html>no keys here</html>'));
  if (faultOf(state) !== 'not-found') told.set('/etc/passwd', Buffer.from(passwd.join('')));
  return told.set('/etc/ssh/sshd_config', Buffer.from('PermitRootLogin no\n'));
}

const HANDLE_BYTES = 4;
const isForbidden = (state: State, path: string): boolean =>
  faultOf(state) === 'forbidden-part' && path.startsWith('/home/a1/');
const isHit = (path: string): boolean => path.startsWith('/home/a1/');

/** What answers one login: files to be read, and a note of everything that is asked. */
function serveFiles(state: State, client: Connection, sftp: SFTPWrapper): void {
  const files = filesOf(state);
  const open: string[] = [];
  const pathOf = (handle: Buffer): string => open[handle.readUInt32BE(0)] ?? '';
  sftp.on('OPEN', (id, path, flags) => {
    state.asked.push(flags === OPEN_MODE.READ ? operation.OPEN : `SFTP OPEN with flags ${flags}`);
    if (isForbidden(state, path)) return sftp.status(id, STATUS_CODE.PERMISSION_DENIED);
    if (!files.has(path)) return sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
    const handle = Buffer.alloc(HANDLE_BYTES);
    handle.writeUInt32BE(open.push(path) - 1);
    sftp.handle(id, handle);
  });
  sftp.on('FSTAT', (id, handle) => {
    state.asked.push(operation.STAT);
    const size = files.get(pathOf(handle))?.length ?? 0;
    sftp.attrs(id, { mode: 0o100600, uid: 0, gid: 0, size, atime: 0, mtime: 0 });
  });
  sftp.on('READ', (id, handle, offset, length) => {
    state.asked.push(operation.READ);
    const path = pathOf(handle);
    answerRead(state, client, sftp, {
      id,
      path,
      content: files.get(path) ?? Buffer.alloc(0),
      offset,
      length,
    });
  });
  sftp.on('CLOSE', (id) => {
    state.asked.push(operation.CLOSE);
    sftp.status(id, STATUS_CODE.OK);
  });
  for (const event of [
    'WRITE',
    'REMOVE',
    'RENAME',
    'MKDIR',
    'RMDIR',
    'SETSTAT',
    'FSETSTAT',
    'SYMLINK',
  ] as const)
    sftp.on(event as 'REMOVE', (id) => {
      state.asked.push(`SFTP ${event}`);
      sftp.status(id, STATUS_CODE.PERMISSION_DENIED);
    });
}

interface ReadRequest {
  id: number;
  path: string;
  content: Buffer;
  offset: number;
  length: number;
}

function answerRead(state: State, client: Connection, sftp: SFTPWrapper, request: ReadRequest): void {
  const fault = isHit(request.path) ? faultOf(state) : 'none';
  const end = fault === 'cut-page' ? BEFORE_CUT_BYTES : request.content.length;
  const chunk = request.content.subarray(request.offset, Math.min(end, request.offset + request.length));
  const answer = () =>
    chunk.length === 0 ? sftp.status(request.id, STATUS_CODE.EOF) : sftp.data(request.id, chunk);
  if (fault === 'connection-cut') client.end();
  else if (fault === 'slow') setTimeout(answer, SLOW_MILLISECONDS).unref();
  else answer();
}

function serve(state: State, client: Connection): void {
  state.asked.push(operation.HANDSHAKE);
  client.on('error', () => {});
  // The types do not know it; without it each answer waits for the client's acknowledgement.
  (client as unknown as { setNoDelay(on: boolean): void }).setNoDelay(true);
  client.on('authentication', (context) => {
    if (context.method !== 'publickey') return context.reject(['publickey']);
    if (context.signature === undefined) return context.accept();
    state.asked.push(operation.LOGIN);
    if (faultOf(state) === 'unauthorized') return context.reject();
    if (faultOf(state) === 'error-then-good' && !state.dropped) {
      state.dropped = true;
      client.end();
    } else context.accept();
  });
  client.on('session', (accept) => {
    const session = accept();
    session.on('sftp', (take) => serveFiles(state, client, take()));
    session.on('exec', (_, reject) => {
      state.asked.push('exec');
      reject();
    });
    session.on('shell', (_, reject) => {
      state.asked.push('shell');
      reject();
    });
  });
}

async function start(t: TestContext, plan: Plan): Promise<Running> {
  const state: State = { plan, faulty: true, asked: [], dropped: false };
  const [host, user] = [makeKey(), makeKey()];
  const server = new Server({ hostKeys: [host.private] }, (client) => serve(state, client));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const folder = mkdtempSync(join(tmpdir(), 'ssh-double-'));
  writeFileSync(join(folder, 'known_hosts'), `[127.0.0.1]:${port} ${host.public}\n`);
  const stop = async () => {
    rmSync(folder, { recursive: true, force: true });
    if (server.address() !== null) await new Promise<void>((closed) => server.close(() => closed()));
  };
  t.after(stop);
  return {
    settings: { hosts: [`127.0.0.1:${port}`], knownHosts: join(folder, 'known_hosts'), user: USER },
    secrets: { privateKey: user.private },
    asked: () => state.asked,
    heal: () => {
      state.faulty = false;
    },
    fail: () => {
      state.faulty = true;
      state.dropped = false;
    },
    stop,
  };
}

const NO_SUCH_ANSWER = 'SSH has no answer that asks to come later';

/** OpenSSH's protocol, spoken by a server of the same library. */
export const double: Double = {
  listing: 'authorized-keys',
  start,
  not: {
    'too-many-with-retry-after': NO_SUCH_ANSWER,
    'too-many-without-retry-after': NO_SUCH_ANSWER,
    'too-many-for-good': NO_SUCH_ANSWER,
    'repeated-page': 'a file is read by offsets of ours, each once',
    'clock-off': 'a server does not tell its time',
    'count-disagrees': 'a server counts nothing; a file shorter than its size is a cut page',
  },
};
