import { createHash, type X509Certificate } from 'node:crypto';
import { connect, type TLSSocket } from 'node:tls';
import type { HostObserved } from '../../files/observed.ts';
import { clamp } from '../../formats/documents.ts';
import type { Scene } from './scene.ts';

export const HANDSHAKE_TIMEOUT_MS = 1_000;
export const LISTENERS_MAX = 256;
const AT_ONCE = 8;
const SOCKETS = ['/proc/net/tcp', '/proc/net/tcp6'];
/** include/net/tcp_states.h */
const TCP_LISTEN = '0A';

export const LISTENER_PLACES = [...SOCKETS, 'a TLS handshake with each listening port of this host'];

export interface Listener {
  address: string;
  port: number;
}

/** The kernel writes an address as 32-bit words in the machine's byte order; every machine this runs on is little-endian. */
function addressOf(hex: string): string {
  const bytes = Buffer.from(hex, 'hex');
  for (let at = 0; at + 4 <= bytes.length; at += 4) bytes.subarray(at, at + 4).reverse();
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(at * 2).toString(16));
  return groups.join(':');
}

/** proc_net_tcp(5): what listens. Lines of another shape are passed over. */
export function parseSockets(text: string): Listener[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*\d+:\s+((?:[0-9A-F]{8}){1}|[0-9A-F]{32}):([0-9A-F]{4})\s+\S+\s+([0-9A-F]{2})\s/.exec(
      line,
    );
    if (match === null || match[3] !== TCP_LISTEN) return [];
    return [{ address: addressOf(match[1] ?? ''), port: Number.parseInt(match[2] ?? '', 16) }];
  });
}

/** Where to knock: a socket that listens everywhere is met on loopback. */
export function targetOf({ address, port }: Listener): Listener {
  if (address === '0.0.0.0') return { address: '127.0.0.1', port };
  return /^0(?::0){7}$/.test(address) ? { address: '::1', port } : { address, port };
}

export interface Presented {
  certificate: X509Certificate;
  protocol: string;
}

/**
 * What a listener presents, `undefined` where it speaks no TLS, `late` where it let the time run out. Nothing is trusted and nothing
 * sent after the handshake, so whoever it is, its certificate is only looked at; old protocols are looked at too.
 */
export function presentedBy({ address, port }: Listener): Promise<Presented | 'late' | undefined> {
  return new Promise((resolve) => {
    const socket: TLSSocket = connect({
      host: address,
      port,
      rejectUnauthorized: false,
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT:@SECLEVEL=0',
    });
    const finish = (answer: Presented | 'late' | undefined): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => finish('late'), HANDSHAKE_TIMEOUT_MS);
    socket.once('error', () => finish(undefined));
    socket.once('close', () => finish(undefined));
    socket.once('secureConnect', () => {
      const certificate = socket.getPeerX509Certificate();
      finish(certificate && { certificate, protocol: socket.getProtocol() ?? 'unknown' });
    });
  });
}

/** SHA-256 of the public key (RFC 5280, SubjectPublicKeyInfo), hex: the same for every certificate over one key. */
function keyFingerprint(certificate: X509Certificate): string | null {
  try {
    const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
    return createHash('sha256').update(spki).digest('hex');
  } catch {
    return null;
  }
}

function isSelfSigned(certificate: X509Certificate): boolean | null {
  try {
    return certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey);
  } catch {
    return null;
  }
}

const timeOf = (text: string): string | null =>
  Number.isNaN(Date.parse(text)) ? null : new Date(text).toISOString();

export function observeCertificate({ port }: Listener, { certificate, protocol }: Presented): HostObserved {
  const fingerprint = keyFingerprint(certificate);
  return {
    class: 'credential',
    naturalId: `tls/${port}/${fingerprint ?? certificate.fingerprint256}`,
    label: `TLS certificate on port ${port}`,
    attributes: {
      kind: 'tls-certificate',
      port,
      protocol,
      fingerprint,
      subject: clamp(certificate.subject ?? ''),
      issuer: clamp(certificate.issuer ?? ''),
      selfSigned: isSelfSigned(certificate),
      created: timeOf(certificate.validFrom),
      notAfter: timeOf(certificate.validTo),
      modified: null,
      lastUsed: null,
    },
  };
}

async function listenersOf({ reader }: Scene): Promise<Listener[]> {
  const found = new Map<string, Listener>();
  for (const path of SOCKETS) {
    const file = await reader.file(path, { trusted: true });
    for (const listener of parseSockets(file?.text ?? '').map(targetOf))
      found.set(`${listener.address} ${listener.port}`, listener);
  }
  if (found.size > LISTENERS_MAX)
    reader.denied.push({ what: 'listening ports', why: `more than ${LISTENERS_MAX}` });
  return [...found.values()].slice(0, LISTENERS_MAX);
}

/** Knocks at each, a few at a time. */
export async function certificatesOf({ reader }: Scene, listeners: Listener[]): Promise<HostObserved[]> {
  const items: HostObserved[] = [];
  const waiting = [...listeners];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      reader.calls += 1;
      const answer = await presentedBy(next);
      if (answer === 'late') {
        const why = `no answer to a TLS handshake in ${HANDSHAKE_TIMEOUT_MS} ms`;
        reader.denied.push({ what: `port ${next.port}`, why });
      } else if (answer !== undefined) items.push(observeCertificate(next, answer));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return items;
}

/** Another root's sockets are not this host's: they are asked only where the root is the machine's own. */
export const listenerItems = async (scene: Scene): Promise<HostObserved[]> =>
  scene.live ? certificatesOf(scene, await listenersOf(scene)) : [];
