import { X509Certificate } from 'node:crypto';
import { decodeJwt } from 'jose';
import { type EntryName, keyHashOf, parseJti, parseSerial } from '../../crypto/index.ts';
import { MunimentError } from '../../kernel/index.ts';
import type { Log } from '../../store/index.ts';
import { type CredentialState, stateOf } from './credentials.ts';

interface Presented {
  certificate?: string | undefined;
  jwt?: string | undefined;
  serial?: string | undefined;
  jti?: string | undefined;
}

export interface CheckAnswer {
  known: boolean;
  entry: number | null;
  /** Id. */
  identity: string | null;
  state: CredentialState;
  why: string;
}

/** What a credential says about itself: the entry it names, and the hash of its key where it shows one. */
interface Claim {
  named: EntryName | undefined;
  keyHash?: string;
}

const LIMITS = 'made by someone else, or by a stolen CA key, which this cannot tell apart';

const unknown = (why: string): CheckAnswer => ({
  known: false,
  entry: null,
  identity: null,
  state: 'unknown',
  why,
});

/**
 * Which entry a credential names and whether that entry is its grant. The signature is not looked at: who holds our CA key
 * can make one, but no entry that fits it.
 */
export async function checkCredential(log: Log, presented: Presented, now: string): Promise<CheckAnswer> {
  const { named, keyHash } = claimOf(presented);
  if (named === undefined) return unknown(`it names no entry of this log: ${LIMITS}`);
  const [entry, row] = await Promise.all([
    log.entry(named.index),
    log.row('credential', String(named.index)),
  ]);
  if (entry === undefined || row === undefined) return unknown(`entry ${named.index} is no grant: ${LIMITS}`);
  if (!Buffer.from(entry.leafHash).toString('hex').startsWith(named.leafHash)) {
    return unknown(`entry ${named.index} has another leaf hash: ${LIMITS}`);
  }
  if (keyHash !== undefined && keyHash !== row.credential.keyHash) {
    return unknown(`entry ${named.index} was granted to another key: ${LIMITS}`);
  }
  const { state, lock } = stateOf(row, await log.view(), now);
  const why =
    lock === undefined
      ? `granted at ${row.granted}, ends at ${row.credential.notAfter}`
      : `killed by lock ${lock.id}: ${lock.reason}`;
  return { known: true, entry: row.entry, identity: row.request.identity, state, why };
}

function claimOf({ certificate, jwt, serial, jti }: Presented): Claim {
  const given = [certificate, jwt, serial, jti].filter((value) => value !== undefined);
  if (given.length !== 1) {
    throw new MunimentError('bad_request', 'give exactly one of `certificate`, `jwt`, `serial`, `jti`');
  }
  if (certificate !== undefined) return ofCertificate(certificate);
  if (jwt !== undefined) return { named: parseJti(jtiIn(jwt)) };
  return { named: serial === undefined ? parseJti(jti ?? '') : parseSerial(serial) };
}

function ofCertificate(pem: string): Claim {
  try {
    const certificate = new X509Certificate(pem);
    const spki = certificate.publicKey.export({ format: 'der', type: 'spki' });
    return { named: parseSerial(certificate.serialNumber), keyHash: keyHashOf(spki) };
  } catch (cause) {
    throw new MunimentError('invalid_der', 'this is no certificate', { path: 'certificate', cause });
  }
}

function jtiIn(jwt: string): string {
  try {
    return String(decodeJwt(jwt).jti ?? '');
  } catch (cause) {
    throw new MunimentError('bad_request', 'this is no JWT', { path: 'jwt', cause });
  }
}
