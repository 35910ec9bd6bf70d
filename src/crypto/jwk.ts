import { hash } from 'node:crypto';
import { type ClientKey, canonicalize } from '#verifier';

/** The members that name a key, for each type (RFC 7638, section 3.2; RFC 8037, section 2). */
const NAMING = { EC: ['crv', 'kty', 'x', 'y'], OKP: ['crv', 'kty', 'x'], RSA: ['e', 'kty', 'n'] } as const;

/** SHA-256 thumbprint of a public key, base64url (RFC 7638). */
export function thumbprintOf(key: ClientKey): string {
  const members = Object.fromEntries(NAMING[key.kty].map((name) => [name, (key as never)[name]]));
  return hash('sha256', canonicalize(members), 'buffer').toString('base64url');
}
