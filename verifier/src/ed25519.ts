import { concatBytes, equalBytes } from './bytes.ts';

/** RFC 8410: the SPKI of an Ed25519 key is this prefix and the 32 raw bytes. */
const SPKI_PREFIX = Uint8Array.of(0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00);
export const ED25519_KEY_BYTES = 32;
export const ED25519_SIGNATURE_BYTES = 64;

export const ed25519Spki = (publicKey: Uint8Array): Uint8Array => concatBytes(SPKI_PREFIX, publicKey);

export const isEd25519Spki = (spki: Uint8Array): boolean =>
  spki.length === SPKI_PREFIX.length + ED25519_KEY_BYTES &&
  equalBytes(spki.subarray(0, SPKI_PREFIX.length), SPKI_PREFIX);

/**
 * Verifies by WebCrypto, which Node and browsers share. `publicKey` is raw (32 bytes).
 * A key or signature of the wrong shape is false, never an exception.
 */
export async function verifyEd25519(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  if (publicKey.length !== ED25519_KEY_BYTES || signature.length !== ED25519_SIGNATURE_BYTES) return false;
  try {
    const algorithm = { name: 'Ed25519' };
    const key = await crypto.subtle.importKey('raw', new Uint8Array(publicKey), algorithm, false, ['verify']);
    return await crypto.subtle.verify(algorithm, key, new Uint8Array(signature), new Uint8Array(message));
  } catch {
    return false;
  }
}
