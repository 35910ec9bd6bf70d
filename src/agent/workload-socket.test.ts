import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chmodSync, constants, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect as connectHttp2, constants as h2 } from 'node:http2';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { SOCKET_PATH_MAX_BYTES } from '../kernel/index.ts';
import { TRUST_DOMAIN } from './testing/authority.ts';
import { type Fixture, OWN_ID, startFixture, until } from './testing/fixture.ts';
import { ForeignClient } from './testing/foreign-client.ts';
import { checkSocketPath, listenWorkloadSocket } from './workload-socket.ts';

const NOBODY = 65534;
const noRoutes = (): void => {};

describe('the socket', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'muniment-socket-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  test('a path of 107 bytes works, one of 108 is refused', async () => {
    const longest = join(folder, 'x'.repeat(SOCKET_PATH_MAX_BYTES - Buffer.byteLength(folder) - 1));
    assert.equal(Buffer.byteLength(longest), 107);
    const socket = await listenWorkloadSocket(longest, noRoutes);
    const client = connect(longest);
    await once(client, 'connect');
    client.destroy();
    await socket.close();
    assert.throws(() => checkSocketPath(`${longest}x`), { code: 'socket_path_too_long' });
    await assert.rejects(listenWorkloadSocket(`${longest}x`, noRoutes), { code: 'socket_path_too_long' });
  });

  test('bytes count, not characters', () => {
    assert.throws(() => checkSocketPath(`/${'é'.repeat(54)}`), { code: 'socket_path_too_long' });
  });

  test('anyone may connect', async () => {
    const socket = await listenWorkloadSocket(join(folder, 'open'), noRoutes);
    assert.equal(statSync(socket.path).mode & 0o777, 0o666);
    await socket.close();
  });

  test('a socket that a killed process left behind is replaced', async () => {
    const path = join(folder, 'stale');
    const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    await once(spawn(process.execPath, ['-e', script]), 'exit');
    assert.ok(statSync(path).isSocket());
    await (await listenWorkloadSocket(path, noRoutes)).close();
  });

  test('a socket that somebody serves is left to them', async () => {
    const path = join(folder, 'served');
    const other = createServer().listen(path);
    await once(other, 'listening');
    await assert.rejects(listenWorkloadSocket(path, noRoutes), { code: 'port_taken' });
    assert.ok(statSync(path).isSocket());
    other.close();
  });

  test('a file that is no socket is left alone', async () => {
    const path = join(folder, 'file');
    writeFileSync(path, 'precious');
    await assert.rejects(listenWorkloadSocket(path, noRoutes), { code: 'port_taken' });
    assert.ok(statSync(path).isFile());
  });

  test('a folder that is not there is one clear error', async () => {
    await assert.rejects(listenWorkloadSocket(join(folder, 'none', 's'), noRoutes), {
      code: 'data_unwritable',
    });
  });
});

describe('hostile callers', () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture();
  });
  after(() => fixture.close());

  /** Whatever was sent before: an honest caller is served as ever. */
  const stillServes = async (): Promise<void> => {
    const { svids } = await fixture.client.call('FetchJWTSVID', { audience: ['a'] });
    assert.equal(svids[0].spiffe_id, OWN_ID);
  };

  async function sendRaw(bytes: Uint8Array): Promise<void> {
    const socket = connect(fixture.socketPath);
    socket.on('error', () => {});
    socket.end(bytes);
    socket.resume();
    await once(socket, 'close');
  }

  test('bytes that are no HTTP/2', async () => {
    await sendRaw(Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n'));
    const noise = fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), sendRaw);
    await fc.assert(noise, { numRuns: 30 });
    const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    const framed = fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), (bytes) =>
      sendRaw(Buffer.concat([preface, bytes])),
    );
    await fc.assert(framed, { numRuns: 30 });
    await stillServes();
  });

  for (const authority of ['a b', '[', 'x:99999', '', '%', 'user@host', `${'a'.repeat(4000)}`]) {
    test(`an authority of \`${authority.slice(0, 20)}\``, async () => {
      await requestRaw({ ':authority': authority, ':path': '/SpiffeWorkloadAPI/FetchX509SVID' });
      await stillServes();
    });
  }

  test('the authority that gRPC’s C core sends, the socket’s path, keeps nobody from being served', async () => {
    const headers = { ':path': '/SpiffeWorkloadAPI/FetchJWTSVID', 'workload.spiffe.io': 'true' };
    const askingForA = Buffer.from('00000000030a0161', 'hex');
    const authority = encodeURIComponent(fixture.socketPath.slice(1));
    const answer = await requestRaw({ ...headers, ':authority': authority }, askingForA);
    assert.ok(answer.includes(OWN_ID), answer.toString('hex'));
  });

  test('metadata of every shape', async () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/).filter((one) => !HOP_BY_HOP.has(one));
    const value = fc.stringMatching(/^[\x21-\x7e]{0,200}$/);
    const path = fc.stringMatching(/^\/[\x21-\x7e]{0,60}$/);
    const property = fc.asyncProperty(
      fc.dictionary(name, value, { maxKeys: 40 }),
      path,
      async (headers, where) => {
        await requestRaw({ ...headers, ':path': where });
      },
    );
    await fc.assert(property, { numRuns: 40 });
    await stillServes();
  });

  test('a message that says it is 4 GB, or that it is compressed', async () => {
    for (const frame of ['00ffffffff', '0100000005aabbccddee', '00000000', '000000000508']) {
      await requestRaw(
        { ':path': '/SpiffeWorkloadAPI/FetchJWTSVID', 'workload.spiffe.io': 'true' },
        Buffer.from(frame, 'hex'),
      );
    }
    await stillServes();
  });

  test('a message over the limit is refused', async () => {
    const huge = { audience: ['a'.repeat(100_000)] };
    await assert.rejects(fixture.client.call('FetchJWTSVID', huge), { code: status.RESOURCE_EXHAUSTED });
    await stillServes();
  });

  test('connections over the limit of one user are cut, and others still served', async () => {
    const sockets: Socket[] = [];
    let cut = 0;
    for (let count = 0; count < 520 && cut === 0; count += 1) {
      const socket = connect(fixture.socketPath);
      sockets.push(socket);
      socket.on('error', () => {});
      socket.once('close', () => (cut += 1));
      await once(socket, 'connect');
    }
    await until(() => cut > 0, 'a connection is cut');
    assert.ok(sockets.length > 500);
    for (const socket of sockets) socket.destroy();
    await until(() => cut === sockets.length, 'all are closed');
    await stillServes();
  });

  const HOP_BY_HOP = new Set([
    'connection',
    'upgrade',
    'te',
    'host',
    'http2-settings',
    'keep-alive',
    'proxy-connection',
    'transfer-encoding',
    'content-length',
  ]);

  /** One request by hand; resolves with what came when the stream is over, however it ended. */
  async function requestRaw(headers: Record<string, string>, body = Buffer.alloc(0)): Promise<Buffer> {
    const session = connectHttp2('http://localhost', { createConnection: () => connect(fixture.socketPath) });
    session.on('error', () => {});
    try {
      const stream = session.request({
        ':method': 'POST',
        ...headers,
        'content-type': 'application/grpc',
      });
      stream.on('error', () => {});
      stream.setTimeout(2000, () => stream.close(h2.NGHTTP2_CANCEL));
      stream.end(body);
      const received: Buffer[] = [];
      stream.on('data', (bytes) => received.push(bytes));
      await new Promise((resolve) => stream.once('close', resolve));
      return Buffer.concat(received);
    } finally {
      session.destroy();
    }
  }
});

describe('another user', () => {
  test('is told apart from the agent’s own', async (t) => {
    if (process.getuid?.() !== 0) return t.skip('needs root');
    const caller = join(import.meta.dirname, 'testing', 'caller.ts');
    if (!reachable(caller) || !reachable(process.execPath))
      return t.skip('no other user can reach this checkout');
    const fixture = await startFixture();
    t.after(() => fixture.close());
    chmodSync(fixture.folder, 0o711);
    assert.deepEqual(await runAs(NOBODY, caller, fixture.socketPath), { code: status.PERMISSION_DENIED });
    const id = `spiffe://${TRUST_DOMAIN}/nobody`;
    fixture.authority.allowed.set(NOBODY, [id]);
    assert.deepEqual(await runAs(NOBODY, caller, fixture.socketPath), { ids: [id] });
    assert.equal(fixture.authority.asked.at(-1)?.attested.path, process.execPath);
    const own = new ForeignClient(fixture.socketPath);
    assert.equal((await own.watch('FetchX509SVID').next()).svids[0].spiffe_id, OWN_ID);
    own.close();
  });

  async function runAs(uid: number, ...args: string[]): Promise<unknown> {
    const child = spawn(process.execPath, args, {
      uid,
      gid: uid,
      cwd: '/',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    for await (const chunk of child.stdout) output += chunk;
    return JSON.parse(output);
  }

  /** True where every folder above may be passed through by anyone. */
  function reachable(path: string): boolean {
    accessSync(path, constants.R_OK);
    for (let folder = dirname(path); folder !== '/'; folder = dirname(folder)) {
      if ((statSync(folder).mode & 0o001) === 0) return false;
    }
    return true;
  }
});
