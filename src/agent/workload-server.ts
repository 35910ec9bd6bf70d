import { createServer as createHttp2Server, type Http2Server, type Http2Session } from 'node:http2';
import { createServer, type Server, type Socket } from 'node:net';
import { createContextKey, createContextValues } from '@connectrpc/connect';
import { type ConnectNodeAdapterOptions, connectNodeAdapter } from '@connectrpc/connect-node';
import { type Peer, readPeer } from './peer.ts';
import { unavailable } from './status.ts';

const REQUEST_MAX_BYTES = 64 * 1024;
const HEADERS_MAX_PAIRS = 64;
const STREAMS_PER_CONNECTION_MAX = 64;
const INVALID_FRAMES_MAX = 16;
const CONNECTIONS_MAX = 4096;
/** One user may not take all the connections there are from the others. */
const CONNECTIONS_PER_USER_MAX = 512;
const CLOSING_MILLISECONDS = 1000;
const AUTHORITY = 'localhost';
/** Workload Endpoint, section 6: the answer to a profile that is not served; headers that are trailers at once. */
const UNIMPLEMENTED = { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '12' };

/** Who called; `undefined` where the kernel would not say, and then nothing is answered. */
export const PEER = createContextKey<Peer | undefined>(undefined, { description: 'calling process' });

export interface WorkloadServer {
  readonly listener: Server;
  /** Ends every stream with Unavailable, then the connections. */
  close(): Promise<void>;
}

/** gRPC over HTTP/2 whose handlers know which process is at the other end. The caller lets `listener` listen. */
export function createWorkloadServer(routes: ConnectNodeAdapterOptions['routes']): WorkloadServer {
  const peers = new WeakMap<Http2Session, Peer>();
  const stopping = new AbortController();
  const http2 = createHttp2(routes, peers, stopping.signal);
  const sessions = new Set<Http2Session>();
  const perUser = new Map<number, number>();

  function admit(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    const peer = peerOf(socket);
    const taken = perUser.get(peer?.uid ?? -1) ?? 0;
    if (peer === undefined || taken >= CONNECTIONS_PER_USER_MAX) {
      peer?.close();
      socket.destroy();
      return;
    }
    perUser.set(peer.uid, taken + 1);
    socket.once('close', () => {
      peer.close();
      perUser.set(peer.uid, (perUser.get(peer.uid) ?? 1) - 1);
    });
    speakHttp2(socket, peer);
  }

  /** INVARIANT: Node makes the session inside `emit`, so the one that appears there is this socket's and no other's. */
  function speakHttp2(socket: Socket, peer: Peer): void {
    const bind = (session: Http2Session): void => {
      peers.set(session, peer);
      sessions.add(session);
      session.once('close', () => sessions.delete(session));
    };
    http2.once('session', bind);
    http2.emit('connection', socket);
    http2.off('session', bind);
  }

  const listener = createServer(admit);
  listener.maxConnections = CONNECTIONS_MAX;
  return {
    listener,
    async close() {
      stopping.abort(unavailable('the agent is stopping'));
      const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
      for (const session of sessions) session.close();
      const timer = setTimeout(() => {
        for (const session of sessions) session.destroy();
      }, CLOSING_MILLISECONDS);
      await closed;
      clearTimeout(timer);
    },
  };
}

function createHttp2(
  routes: ConnectNodeAdapterOptions['routes'],
  peers: WeakMap<Http2Session, Peer>,
  shutdownSignal: AbortSignal,
): Http2Server {
  const http2 = createHttp2Server({
    maxSessionInvalidFrames: INVALID_FRAMES_MAX,
    maxHeaderListPairs: HEADERS_MAX_PAIRS,
    settings: { maxConcurrentStreams: STREAMS_PER_CONNECTION_MAX, enablePush: false },
  });
  const handler = connectNodeAdapter({
    routes,
    connect: false,
    grpcWeb: false,
    acceptCompression: [],
    readMaxBytes: REQUEST_MAX_BYTES,
    shutdownSignal,
    fallback: (request) => {
      if ('stream' in request) request.stream.respond(UNIMPLEMENTED, { endStream: true });
    },
    contextValues: (request) => {
      const session = 'stream' in request ? request.stream.session : undefined;
      return createContextValues().set(PEER, session && peers.get(session));
    },
  });
  http2.on('request', (request, response) => {
    // On this socket the authority names nothing. gRPC's C core writes the socket's path there, of which no URL can be made.
    request.headers[':authority'] = AUTHORITY;
    // A hostile path makes the adapter throw before it has a handler; it must not reach the event loop.
    try {
      handler(request, response);
    } catch {
      request.stream.close();
    }
  });
  http2.on('sessionError', (_, session) => session.destroy());
  return http2;
}

function peerOf(socket: Socket): Peer | undefined {
  try {
    return readPeer(socket);
  } catch {
    return undefined;
  }
}
