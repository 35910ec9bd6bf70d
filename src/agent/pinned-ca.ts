import { createHash, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { MunimentError } from '../kernel/index.ts';
import { writePrivate } from './files.ts';

const CA_MAX_BYTES = 64 * 1024;
const TIMEOUT_MILLISECONDS = 15_000;
const FINGERPRINT = /^[0-9a-f]{64}$/;

/** How the agent knows its server's CA: a file, or the SHA-256 of the root certificate (DER, hex). */
export type CaPin = { file: string } | { fingerprint: string };

/**
 * The CA in PEM. One that was pinned by fingerprint is kept in the file `kept`, so that a later start needs no server.
 * Throws `invalid_key` where the pin does not fit, `server_unreachable` where it cannot be
 * fetched.
 */
export async function pinnedCa(server: URL, pin: CaPin, kept: string): Promise<string> {
  if ('file' in pin) return readCaFile(pin.file);
  const wanted = checkFingerprint(pin.fingerprint);
  if (existsSync(kept) && fingerprintOf(readCaFile(kept)) === wanted) return readCaFile(kept);
  const pem = await fetchUnverified(server);
  if (fingerprintOf(pem) !== wanted) {
    throw new MunimentError('invalid_key', 'the server shows another CA than the pinned one');
  }
  writePrivate(kept, pem);
  return pem;
}

function checkFingerprint(text: string): string {
  const digits = text
    .toLowerCase()
    .replace(/^sha256:/, '')
    .replaceAll(':', '');
  if (!FINGERPRINT.test(digits)) throw new MunimentError('bad_request', 'fingerprint must be 64 hex digits');
  return digits;
}

function readCaFile(path: string): string {
  try {
    const pem = readFileSync(path, 'utf8');
    fingerprintOf(pem);
    return pem;
  } catch (cause) {
    throw new MunimentError('invalid_key', `\`${path}\` holds no CA certificate that can be read`, { cause });
  }
}

/** Of the first certificate, which is the root. */
export const fingerprintOf = (pem: string): string =>
  createHash('sha256').update(new X509Certificate(pem).raw).digest('hex');

/** INVARIANT: the one request whose server is not verified. Its answer is worth nothing until its hash is compared. */
function fetchUnverified(server: URL): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) =>
      reject(new MunimentError('server_unreachable', 'the CA cannot be fetched', { cause }));
    const outgoing = request(
      new URL('/pki/ca.pem', server),
      { rejectUnauthorized: false, agent: false, timeout: TIMEOUT_MILLISECONDS },
      async (response) => {
        try {
          let text = '';
          for await (const chunk of response) {
            text += chunk;
            if (text.length > CA_MAX_BYTES) throw new Error('answer is too long');
          }
          if (response.statusCode !== 200) throw new Error(`answered ${response.statusCode}`);
          resolve(firstCertificate(text));
        } catch (cause) {
          outgoing.destroy();
          fail(cause);
        }
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')));
    outgoing.on('error', fail);
    outgoing.end();
  });
}

/** Only what was compared is trusted: a second certificate behind the pinned one is left out. */
const firstCertificate = (pem: string): string => new X509Certificate(pem).toString();
