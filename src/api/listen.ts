import { constants } from 'node:crypto';
import { chmodSync, rmSync } from 'node:fs';
import {
  createServer as createHttp,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http';
import { createServer as createHttps, type Server as HttpsServer } from 'node:https';
import { type AddressInfo, createConnection, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { getRequestListener } from '@hono/node-server';
import { MunimentError, SOCKET_PATH_MAX_BYTES } from '../kernel/index.ts';
import { peerCredentials } from '../kernel/native.ts';
import { type Admission, CONNECTIONS_MAX } from './admission.ts';
import type { Door } from './env.ts';
import { SHED } from './problem.ts';

/** One socket that is listened on. */
export interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

/** What stands behind every door. */
export interface Entrance {
  fetch(request: Request, door: Door): Response | Promise<Response>;
  readonly admission: Admission;
}

const LOOPBACK = ['127.0.0.1', '::1'];
/** A handshake that is begun and left costs a connection for this long. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
const ADMIN_SOCKET = 'admin socket';
/** How slowly a request may come. */
export interface Pace {
  headersMs: number;
  requestMs: number;
  /** How often the two are looked at: Node's own half a minute would make ten seconds of headers into forty. */
  lookMs: number;
}

const PACE: Pace = { headersMs: 10_000, requestMs: 60_000, lookMs: 2_000 };
/** Requests under way get this long when the server stops. */
const CLOSE_GRACE_MS = 3_000;
const SOCKET_MODE = 0o600;
/** No IPv6 on this host: the other loopback address is enough. */
const NO_SUCH_ADDRESS = ['EADDRNOTAVAIL', 'EAFNOSUPPORT'];

/**
 * The adapter's requests only look like Node's own. Where a body's length is not told (chunked, or a browser's DELETE), the
 * limit on bodies builds the request anew, and that takes a real one.
 */
function asNative(request: Request): Request {
  // To look at `body` builds the request anew and starts to read: a body that is half read blocks its connection.
  if (request.headers.has('content-length') || request.body === null) return request;
  const { url, method, headers, body, signal } = request;
  return new Request(url, { method, headers, body, signal, duplex: 'half' } as RequestInit);
}

/**
 * Attack: request smuggling. A body in a coding that is not read here, or a target that names another host than `Host`
 * does, is something else for a proxy before us than for us (RFC 9112, sections 3.2.2 and 6.1).
 */
function isAmbiguous({ headers, url = '' }: IncomingMessage): boolean {
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') return true;
  return !url.startsWith('/') && URL.parse(url)?.host !== headers.host;
}

/** What is shed costs no more than its head: the body is not read, and nobody is asked who sends it. */
function requestListener(
  { fetch, admission }: Entrance,
  kind: Door['kind'],
  doorOf: (incoming: IncomingMessage) => Door,
): RequestListener {
  const listener = getRequestListener(
    (request, { incoming }) =>
      admission.during(kind, urlOf(incoming), async () =>
        fetch(asNative(request), doorOf(incoming as IncomingMessage)),
      ),
    {
      overrideGlobalObjects: false,
      // What cannot be read as a request at all reaches no route.
      errorHandler: () => new Response(null, { status: 400 }),
    },
  ) as RequestListener;
  return (incoming, outgoing) => {
    if (isAmbiguous(incoming)) outgoing.writeHead(400, { connection: 'close' }).end();
    else if (admission.admits(kind, urlOf(incoming), sourceOf(incoming))) listener(incoming, outgoing);
    else outgoing.writeHead(SHED.status, SHED.headers).end(SHED.body);
  };
}

const urlOf = ({ url }: { url?: string | undefined }): string => url ?? '';
const sourceOf = (incoming: IncomingMessage): string => addressOf(incoming) ?? ADMIN_SOCKET;

/** Attack: a client that sends a byte now and then holds its connection, and with enough of them all there are. */
const paced = ({ headersMs, requestMs, lookMs }: Pace) => ({
  headersTimeout: headersMs,
  requestTimeout: requestMs,
  connectionsCheckingInterval: lookMs,
});

const addressOf = ({ socket }: IncomingMessage): string | null =>
  socket.remoteAddress?.replace(/^::ffff:/, '') ?? null;

/** Plain http for people on this host, on both loopback addresses and one port. */
export async function listenConsole(entrance: Entrance, port: number, pace: Pace = PACE): Promise<Listener> {
  const door = (incoming: IncomingMessage): Door => ({
    kind: 'console',
    address: addressOf(incoming),
    certificate: null,
    uid: null,
  });
  const listeners: Listener[] = [];
  try {
    for (const host of LOOPBACK) {
      const server = createHttp(paced(pace), requestListener(entrance, 'console', door));
      const bound = await bind(entrance, 'console', server, { host, port: listeners[0]?.port ?? port }).catch(
        unlessNoIpv6(host),
      );
      if (bound) listeners.push(bound);
    }
  } catch (error) {
    await Promise.all(listeners.map((listener) => listener.close()));
    throw error;
  }
  return {
    port: listeners[0]?.port ?? port,
    close: async () => void (await Promise.all(listeners.map((one) => one.close()))),
  };
}

const unlessNoIpv6 = (host: string) => (error: unknown) => {
  const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
  if (host === LOOPBACK[1] && NO_SUCH_ADDRESS.includes(cause?.code ?? '')) return undefined;
  throw error;
};

/** Key, certificate and the CA names by which clients are asked for certificates; PEM. */
export interface TlsMaterial {
  key: string;
  cert: string;
  clientCas: string[];
}

export interface TlsListener extends Listener {
  /** From now on new connections get these. */
  use(material: TlsMaterial): void;
}

/**
 * TLS for everything. A client certificate is asked for with our agent CA's names only and never required; which agent it
 * names, if any, is for the application to check anew. No resumption: every connection proves its key again.
 */
export async function listenTls(
  entrance: Entrance,
  port: number,
  material: TlsMaterial,
  pace: Pace = PACE,
): Promise<TlsListener> {
  const door = (incoming: IncomingMessage): Door => ({
    kind: 'tls',
    address: addressOf(incoming),
    certificate: peerCertificate(incoming.socket as TLSSocket),
    uid: null,
  });
  const server = createHttps(
    {
      ...paced(pace),
      ...tlsOptions(material),
      requestCert: true,
      rejectUnauthorized: false,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    },
    requestListener(entrance, 'tls', door),
  );
  const listener = await bind(entrance, 'tls', server, { port });
  return { ...listener, use: (next) => server.setSecureContext(tlsOptions(next)) };
}

const tlsOptions = ({ key, cert, clientCas }: TlsMaterial) => ({
  key,
  cert,
  ca: clientCas,
  minVersion: 'TLSv1.2' as const,
  secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
});

/** A connection proves one certificate for its whole life: nothing is renegotiated, and to translate it costs. */
const peers = new WeakMap<TLSSocket, Uint8Array | null>();

function peerCertificate(socket: TLSSocket): Uint8Array | null {
  const known = peers.get(socket);
  if (known !== undefined) return known;
  const { raw } = socket.getPeerCertificate();
  const certificate = raw === undefined ? null : new Uint8Array(raw);
  peers.set(socket, certificate);
  return certificate;
}

/** Revocation lists and the root over plain http, for readers that cannot follow https (RFC 5280, section 8). */
export const listenPki = (entrance: Entrance, port: number): Promise<Listener> =>
  bind(
    entrance,
    'pki',
    createHttp(
      paced(PACE),
      requestListener(entrance, 'pki', (incoming) => ({
        kind: 'pki',
        address: addressOf(incoming),
        certificate: null,
        uid: null,
      })),
    ),
    { port },
  );

/**
 * The admin socket: who is at the other end is told by the kernel.
 * @throws MunimentError `socket_path_too_long`, `data_in_use` where another server answers on it
 */
export async function listenSocket(entrance: Entrance, path: string): Promise<Listener> {
  checkSocketPath(path);
  await removeStale(path);
  const uids = new WeakMap<Socket, number>();
  const door = ({ socket }: IncomingMessage): Door => ({
    kind: 'socket',
    address: null,
    certificate: null,
    uid: uids.get(socket) ?? null,
  });
  const server = createHttp(paced(PACE), requestListener(entrance, 'socket', door));
  server.prependListener('connection', (socket: Socket) => {
    const uid = uidOf(socket);
    if (uid === undefined) socket.destroy();
    else uids.set(socket, uid);
  });
  // Between bind and chmod nobody else may connect, so the file is made with this mode at once.
  const umask = process.umask(0o777 & ~SOCKET_MODE);
  try {
    const listener = await bind(entrance, 'socket', server, { path });
    chmodSync(path, SOCKET_MODE);
    return listener;
  } finally {
    process.umask(umask);
  }
}

/** A longer path would be cut short by the kernel. Throws `socket_path_too_long`. */
export function checkSocketPath(path: string): void {
  if (Buffer.byteLength(path) <= SOCKET_PATH_MAX_BYTES) return;
  const why = `socket path \`${path}\` is longer than ${SOCKET_PATH_MAX_BYTES} bytes`;
  throw new MunimentError('socket_path_too_long', why);
}

function uidOf(socket: Socket): number | undefined {
  const { fd } = (socket as unknown as { _handle?: { fd?: number } })._handle ?? {};
  try {
    return fd === undefined ? undefined : peerCredentials(fd).uid;
  } catch {
    return undefined;
  }
}

/** What a crash left behind is removed; one that answers belongs to a server that runs. */
async function removeStale(path: string): Promise<void> {
  const answers = await new Promise<boolean>((resolve) => {
    const probe = createConnection(path);
    probe.on('connect', () => resolve(true));
    probe.on('error', () => resolve(false));
    probe.on('connect', () => probe.destroy());
  });
  if (answers) throw new MunimentError('data_in_use', `another server answers on \`${path}\``);
  rmSync(path, { force: true });
}

async function bind(
  { admission }: Entrance,
  kind: Door['kind'],
  server: Server | HttpsServer,
  where: { host?: string; port: number } | { path: string },
): Promise<Listener> {
  server.maxConnections = CONNECTIONS_MAX;
  server.on('drop', (from) => admission.turnedAway(kind, from?.remoteAddress ?? ADMIN_SOCKET));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, where)));
    server.listen(where, resolve);
  });
  const address = server.address() as AddressInfo | string | null;
  return { port: typeof address === 'object' ? (address?.port ?? 0) : 0, close: () => closeServer(server) };
}

function listenError(cause: NodeJS.ErrnoException, where: object): MunimentError {
  const place = Object.values(where).join(':');
  if (cause.code === 'EADDRINUSE')
    return new MunimentError('port_taken', `\`${place}\` is taken by another program`, { cause });
  if (cause.code === 'EACCES' || cause.code === 'EPERM') {
    return new MunimentError('port_taken', `this user may not listen on \`${place}\``, { cause });
  }
  return new MunimentError('internal', `cannot listen on \`${place}\``, { cause, detail: String(cause) });
}

async function closeServer(server: Server | HttpsServer): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
  await closed;
  clearTimeout(timer);
}
