import { readFileSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { connect } from 'node:tls';
import { MunimentError } from '../kernel/index.ts';

/** All that this room says to the outside goes through here. */

const TIMEOUT_MS = 30_000;
const ANSWER_MAX_BYTES = 64 * 1024;

export interface Post {
  url: string;
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body?: string;
  /** PEM of the roots to trust; the system's where absent. */
  ca?: string;
}

const unreachable = (url: string, cause: unknown): MunimentError =>
  // The path and the query may hold a secret: only the host is ever told.
  new MunimentError('server_unreachable', `\`${new URL(url).host}\` did not take it`, { cause });

/**
 * One HTTP request. No redirect is followed: what is sent is for the one address that was configured.
 * @returns the answer's body, of at most 64 KiB
 * @throws MunimentError `server_unreachable` where there is no answer of 200 to 299
 */
export function call({ url, method, headers, body, ca }: Post): Promise<string> {
  const start = new URL(url).protocol === 'https:' ? secureRequest : plainRequest;
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const options = {
      method,
      headers: { ...headers, ...length },
      timeout: TIMEOUT_MS,
      ...(ca ? { ca } : {}),
    };
    const request = start(url, options, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= ANSWER_MAX_BYTES) chunks.push(chunk);
      });
      response.on('error', (error) => reject(unreachable(url, error)));
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        if (status < 200 || status > 299) reject(unreachable(url, new Error(`status ${status}`)));
        else resolve(Buffer.concat(chunks).toString('utf8'));
      });
    });
    request.on('timeout', () => request.destroy(new Error('timed out')));
    request.on('error', (error) => reject(unreachable(url, error)));
    request.end(body);
  });
}

export interface TlsPlace {
  host: string;
  port: number;
  ca?: string;
  cert?: string;
  key?: string;
}

/**
 * Writes bytes over a TLS connection of their own and ends it. Resolves when the other side, after all of ours was sent, has ended its
 * own half without an error. A side that closes early resets the connection, or ends before we do: both are failures.
 */
export function writeTls(place: TlsPlace, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    let sent = false;
    let taken = false;
    const fail = (cause: unknown) =>
      reject(new MunimentError('server_unreachable', `\`${place.host}\` did not take it`, { cause }));
    const socket = connect({ ...place, minVersion: 'TLSv1.2', timeout: TIMEOUT_MS }, () => socket.end(bytes));
    socket.on('timeout', () => socket.destroy(new Error('timed out')));
    socket.on('error', fail);
    socket.on('finish', () => {
      sent = true;
    });
    socket.on('end', () => {
      taken = sent;
    });
    socket.on('close', (hadError) => (taken && !hadError ? resolve() : fail(new Error('broke off'))));
    socket.resume();
  });
}

/** A file that a setting names, without the line end that editors leave. */
export function readNamedFile(path: string): string {
  try {
    return readFileSync(path, 'utf8').trimEnd();
  } catch (cause) {
    throw new MunimentError('bad_request', `\`${path}\` cannot be read`, { cause });
  }
}
