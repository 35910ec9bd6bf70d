import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { isId } from '../kernel/index.ts';
import { type Attestation, createAttestor } from './attest-unix.ts';
import { BinaryHashes } from './binary-hash.ts';
import { type Peer, readPeer } from './peer.ts';

const isRoot = process.getuid?.() === 0;
const NOBODY = 65534;
const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
/** Connects, then waits for its standard input to end: small, in any Debian, and no script of ours. */
const CONNECT = (socketPath: string): string[] => [
  '-MIO::Socket::UNIX',
  '-e',
  '$s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die; $s->print("x"); $s->flush; <STDIN>',
  socketPath,
];

describe('attestation of a process', () => {
  let folder: string;
  let server: Server;
  let socketPath: string;
  const children: ChildProcess[] = [];
  const peers: Peer[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'muniment-attest-'));
    chmodSync(folder, 0o755);
    socketPath = join(folder, 's');
    server = createServer().listen(socketPath);
    await once(server, 'listening');
    chmodSync(socketPath, 0o666);
  });
  afterEach(() => {
    for (const peer of peers.splice(0)) peer.close();
    for (const child of children.splice(0)) child.kill();
  });
  after(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  /** A running process that has connected. `wrap` is what starts it, e.g. another namespace. */
  async function connected(binary = '/usr/bin/perl', more: { uid?: number; wrap?: string[] } = {}) {
    const arrived = once(server, 'connection') as Promise<[Socket]>;
    const [command = '', ...args] = [...(more.wrap ?? []), binary, ...CONNECT(socketPath)];
    const ids = more.uid === undefined ? {} : { uid: more.uid, gid: more.uid };
    const child = spawn(command, args, { ...ids, stdio: ['pipe', 'ignore', 'inherit'] });
    children.push(child);
    const [socket] = await arrived;
    socket.on('error', () => {});
    const peer = readPeer(socket);
    peers.push(peer);
    // A byte says that it is past connecting and, where it was wrapped, past its last `exec`.
    await once(socket, 'data');
    return { child, peer };
  }

  const attest = (peer: Peer, hashes = new BinaryHashes()): Promise<Attestation> =>
    createAttestor({ seed: 'test', hashes }).attest(peer);

  test('uid, gid, pid, names, path and hash', async () => {
    const { child, peer } = await connected();
    const { facts, instance } = await attest(peer);
    const own = userInfo();
    assert.deepEqual(facts, {
      uid: own.uid,
      gid: own.gid,
      pid: child.pid,
      proof: 'pidfd',
      path: '/usr/bin/perl',
      sha256: sha256('/usr/bin/perl'),
      user: own.username,
      group: spawnSync('id', ['-gn']).stdout.toString().trim(),
    });
    assert.ok(isId('instance', instance));
  });

  test('another user, when the agent may look', { skip: !isRoot && 'needs root' }, async () => {
    const { peer } = await connected(undefined, { uid: NOBODY });
    const { facts } = await attest(peer);
    assert.equal(facts.uid, NOBODY);
    assert.equal(facts.user, 'nobody');
    assert.equal(facts.group, 'nogroup');
    assert.equal(facts.path, '/usr/bin/perl');
  });

  test('a caller that exits in between is refused', async () => {
    const { child, peer } = await connected();
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.equal(peer.lives(), false);
    await assert.rejects(attest(peer), { code: 'attestation_refused' });
  });

  test('a caller that exits while it is looked at is refused, whatever was read', async () => {
    const { child, peer } = await connected();
    const lives = async (): Promise<void> => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    };
    const hashes = new BinaryHashes();
    const read = hashes.of.bind(hashes);
    hashes.of = async (file) => {
      const hash = await read(file);
      await lives();
      return hash;
    };
    await assert.rejects(attest(peer, hashes), { code: 'attestation_refused' });
  });

  test('the same process is one instance, another of the same program is another', async () => {
    const first = await connected();
    const second = await connected();
    const [one, again, two] = [await attest(first.peer), await attest(first.peer), await attest(second.peer)];
    assert.equal(one.instance, again.instance);
    assert.notEqual(one.instance, two.instance);
  });

  test('a hash is read once and remembered until the file changes', async () => {
    const binary = join(folder, 'program');
    copyFileSync('/usr/bin/perl', binary);
    chmodSync(binary, 0o755);
    // A file that changed within the last two seconds is hashed anew each time.
    const fresh = new BinaryHashes();
    const young = await connected(binary);
    await attest(young.peer, fresh);
    await attest(young.peer, fresh);
    assert.equal(fresh.reads, 2);
    const hashes = new BinaryHashes();
    const settled = await connected();
    await Promise.all([attest(settled.peer, hashes), attest(settled.peer, hashes)]);
    await attest(settled.peer, hashes);
    assert.equal(hashes.reads, 1);
  });

  test('a binary that was replaced on disk has a hash, of what runs, and no path', async () => {
    const binary = join(folder, 'replaced');
    copyFileSync('/usr/bin/perl', binary);
    chmodSync(binary, 0o755);
    const { peer } = await connected(binary);
    copyFileSync('/bin/true', `${binary}.new`);
    renameSync(`${binary}.new`, binary);
    const { facts } = await attest(peer);
    assert.equal(facts.path, undefined);
    assert.equal(facts.sha256, sha256('/usr/bin/perl'));
  });

  test('a name with control characters is no path', async () => {
    const binary = join(folder, 'evil\u001b[2Jname');
    copyFileSync('/usr/bin/perl', binary);
    chmodSync(binary, 0o755);
    const { facts } = await attest((await connected(binary)).peer);
    assert.equal(facts.path, undefined);
    assert.equal(facts.sha256, sha256('/usr/bin/perl'));
  });

  test('a file mounted over a trusted name in a namespace of the caller’s own is not that file', async (t) => {
    const impostor = join(folder, 'impostor');
    copyFileSync('/usr/bin/perl', impostor);
    chmodSync(impostor, 0o755);
    const mount = `mount --bind ${impostor} /bin/false && exec "$0" "$@"`;
    const wrap = ['unshare', ...(isRoot ? [] : ['-r']), '-m', 'sh', '-c', mount];
    const possible = spawnSync('unshare', [...wrap.slice(1), 'true']).status === 0;
    if (!possible) return t.skip('no mount namespaces here');
    const { facts } = await attest((await connected('/bin/false', { wrap })).peer);
    assert.equal(facts.path, undefined);
    assert.equal(facts.sha256, sha256(impostor));
  });
});
