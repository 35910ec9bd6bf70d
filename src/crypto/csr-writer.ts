import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { bitString, explicit, integer, sequence } from './der.ts';
import { OID } from './oids.ts';

/**
 * Writes a PKCS #10 request (RFC 2986), DER, for a P-256 key. Subject and attributes stay empty: whoever certifies takes
 * nothing from a request but its key.
 */
export function createCsr(privateKey: KeyObject): Buffer {
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const info = sequence(integer(0), sequence(), spki, explicit(0));
  return sequence(info, sequence(OID.ecdsaSha256), bitString(sign('sha256', info, privateKey)));
}
