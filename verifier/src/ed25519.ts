import { concatBytes, equalBytes } from './bytes.ts';
import { FormatError } from './error.ts';

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
 * A key or signature of the wrong shape is false, never an exception. Throws `unsupported` where WebCrypto has no Ed25519 (an
 * old browser, or a page that is no secure context), so that nobody takes that for a forgery.
 */
export async function verifyEd25519(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  if (publicKey.length !== ED25519_KEY_BYTES || signature.length !== ED25519_SIGNATURE_BYTES) return false;
  const { subtle } = globalThis.crypto ?? {};
  if (subtle === undefined) throw unsupported();
  try {
    const algorithm = { name: 'Ed25519' };
    const key = await subtle.importKey('raw', new Uint8Array(publicKey), algorithm, false, ['verify']);
    return await subtle.verify(algorithm, key, new Uint8Array(signature), new Uint8Array(message));
  } catch (error) {
    if (error instanceof Error && error.name === 'NotSupportedError') throw unsupported();
    return false;
  }
}

const unsupported = () =>
  new FormatError('unsupported', 'Ed25519 cannot be verified here: WebCrypto has none');
