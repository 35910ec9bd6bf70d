import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import { createServer as createHttp2Server, type Http2Session } from 'node:http2';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { ConnectError, createContextKey, createContextValues } from '@connectrpc/connect';
import { type ConnectNodeAdapterOptions, connectNodeAdapter } from '@connectrpc/connect-node';
import { MunimentError, SOCKET_PATH_MAX_BYTES } from '../kernel/index.ts';
import { type Peer, readPeer } from './peer.ts';

const REQUEST_MAX_BYTES = 64 * 1024;
const HEADERS_MAX_PAIRS = 64;
const STREAMS_PER_CONNECTION_MAX = 64;
const CONNECTIONS_MAX = 4096;
/** One user may not take all the connections there are from the others. */
const CONNECTIONS_PER_USER_MAX = 512;
const SOCKET_MODE = 0o666;
const GRPC_UNIMPLEMENTED = '12';

/** Who called; `undefined` where the kernel would not say, and then nothing is answered. */
export const PEER = createContextKey<Peer | undefined>(undefined, { description: 'calling process' });

export interface WorkloadSocket {
  readonly path: string;
  close(): Promise<void>;
}

/** Refuses a path that the kernel would cut off (unix(7): 108 bytes with the closing zero). */
export function checkSocketPath(path: string): string {
  if (Buffer.byteLength(path) > SOCKET_PATH_MAX_BYTES) {
    throw new MunimentError(
      'socket_path_too_long',
      `socket path is longer than ${SOCKET_PATH_MAX_BYTES} bytes`,
    );
  }
  return path;
}

/**
 * Serves gRPC on a unix socket and tells each handler which process is at the other end. Anyone may connect: who they are
 * is for the kernel to say. Throws `socket_path_too_long`, `port_taken` where another process answers there.
 */
export async function listenWorkloadSocket(
  path: string,
  routes: ConnectNodeAdapterOptions['routes'],
): Promise<WorkloadSocket> {
  checkSocketPath(path);
  await removeStaleSocket(path);
  const server = createWorkloadServer(routes);
  await listen(server.listener, path);
  chmodSync(path, SOCKET_MODE);
  return { path, close: () => server.close() };
}

function createWorkloadServer(routes: ConnectNodeAdapterOptions['routes']) {
  const peers = new WeakMap<Http2Session, Peer>();
  const sockets = new Set<Socket>();
  const stopping = new AbortController();
  const http2 = createHttp2Server({
    maxSessionInvalidFrames: 16,
    maxHeaderListPairs: HEADERS_MAX_PAIRS,
    settings: { maxConcurrentStreams: STREAMS_PER_CONNECTION_MAX, enablePush: false },
  });
  const handler = connectNodeAdapter({
    routes,
    connect: false,
    grpcWeb: false,
    acceptCompression: [],
    readMaxBytes: REQUEST_MAX_BYTES,
    shutdownSignal: stopping.signal,
    fallback: (_, response) => {
      response.writeHead(200, { 'content-type': 'application/grpc', 'grpc-status': GRPC_UNIMPLEMENTED });
      response.end();
    },
    contextValues: (request) => {
      const session = 'stream' in request ? request.stream.session : undefined;
      return createContextValues().set(PEER, session && peers.get(session));
    },
  });
  http2.on('request', (request, response) => {
    // A hostile `:authority` makes the adapter throw before it has a handler; it must not reach the event loop.
    try {
      handler(request, response);
    } catch {
      request.stream.close();
    }
  });
  http2.on('sessionError', (_, session) => session.destroy());
  const perUser = new Map<number, number>();
  const listener = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    const peer = peerOf(socket);
    const taken = perUser.get(peer?.uid ?? -1) ?? 0;
    if (!peer || taken >= CONNECTIONS_PER_USER_MAX) {
      peer?.close();
      socket.destroy();
      return;
    }
    perUser.set(peer.uid, taken + 1);
    sockets.add(socket);
    socket.once('close', () => {
      peer.close();
      sockets.delete(socket);
      perUser.set(peer.uid, (perUser.get(peer.uid) ?? 1) - 1);
    });
    // Node makes the session inside this call, so the next session is this socket's.
    http2.once('session', (session) => peers.set(session, peer));
    http2.emit('connection', socket);
  });
  listener.maxConnections = CONNECTIONS_MAX;
  return {
    listener,
    async close() {
      stopping.abort(new ConnectError('the agent is stopping', 14));
      const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
      for (const socket of sockets) socket.destroySoon();
      await closed;
    },
  };
}

function peerOf(socket: Socket): Peer | undefined {
  try {
    return readPeer(socket);
  } catch {
    return undefined;
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new MunimentError('data_unwritable', `cannot listen on \`${path}\``, { cause })),
    );
    server.listen(path, resolve);
  });
}

/** A socket that a killed agent left behind is replaced, one that somebody answers is not, and anything else is left alone. */
async function removeStaleSocket(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw new MunimentError('port_taken', `\`${path}\` is there and is no socket`);
  if (await answers(path)) throw new MunimentError('port_taken', `another process serves \`${path}\``);
  unlinkSync(path);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'));
  });
}
