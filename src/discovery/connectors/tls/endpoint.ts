import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import type { Opening, RawPage } from '../../contract.ts';
import { factsOfCertificate } from '../../formats/certificates.ts';
import { asSourceError, SourceError } from '../../source-error.ts';
import { HANDSHAKE } from './operations.ts';

export interface Endpoint {
  host: string;
  port: number;
  /** Sent as SNI; the host's name where absent. */
  serverName?: string | undefined;
}

/** More than any chain that is honest. */
const CHAIN_MAX = 16;

/** What a server sends, leaf first. Node links each to its issuer, the last to itself. */
function chainOf(leaf: X509Certificate): X509Certificate[] {
  const chain = [leaf];
  for (let next = leaf.issuerCertificate; next !== undefined && chain.length < CHAIN_MAX; ) {
    if (chain.some(({ fingerprint256 }) => fingerprint256 === next?.fingerprint256)) break;
    chain.push(next);
    next = next.issuerCertificate;
  }
  return chain;
}

export interface Presented {
  chain: X509Certificate[];
  protocol: string;
}

/** Nothing is trusted and nothing is sent after the handshake, so old protocols and any certificate are looked at. */
function handshake({ host, port, serverName }: Endpoint, opening: Opening): Promise<Presented> {
  const { promise, resolve, reject } = Promise.withResolvers<Presented>();
  const name = serverName ?? (isIP(host) === 0 ? host : undefined);
  const socket: TLSSocket = connect({
    ...{ host, port, rejectUnauthorized: false, minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' },
    // Our own authorities would be shown as if the server had sent them.
    ca: [],
    ...(name === undefined ? {} : { servername: name }),
  });
  const late = () => reject(new SourceError('failed', 'no answer in time'));
  const timer = setTimeout(late, opening.limits.requestMilliseconds);
  const abort = () => reject(new SourceError('cancelled', 'cancelled'));
  opening.signal.addEventListener('abort', abort, { once: true });
  socket.once('error', (error) => reject(asTlsError(error)));
  socket.once('close', () => reject(new SourceError('failed', 'the connection broke off')));
  socket.once('secureConnect', () => {
    const leaf = socket.getPeerX509Certificate();
    if (leaf === undefined) reject(new SourceError('failed', 'presents no certificate'));
    else resolve({ chain: chainOf(leaf), protocol: socket.getProtocol() ?? 'unknown' });
  });
  return promise.finally(() => {
    clearTimeout(timer);
    opening.signal.removeEventListener('abort', abort);
    socket.on('error', () => {});
    socket.destroy();
  });
}

function asTlsError(error: unknown): SourceError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return /^E(?!PROTO)[A-Z]+$/.test(code)
    ? asSourceError(error)
    : new SourceError('failed', 'the TLS handshake failed');
}

/** One endpoint is one page: its leaf and the chain that it sends. @throws SourceError where no handshake comes about */
export async function* endpointPage(endpoint: Endpoint, opening: Opening): AsyncGenerator<RawPage> {
  const { chain, protocol } = await handshake(endpoint, opening);
  const items = chain.map((certificate, place) => ({ ...factsOfCertificate(certificate), place, protocol }));
  yield { operation: HANDSHAKE, request: { serverName: endpoint.serverName ?? null }, items, end: true };
}
