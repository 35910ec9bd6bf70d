import { concatBytes, equalBytes, fromBase64url, fromUtf8, utf8 } from './bytes.ts';
import { isEd25519Spki } from './ed25519.ts';
import { FormatError } from './error.ts';
import { sha256 } from './hash.ts';

/** Authenticator data (WebAuthn Level 3, section 6.1): rpIdHash 32, flags 1, counter 4, then extensions. */
const FLAGS_OFFSET = 32;
const AUTHENTICATOR_DATA_BYTES_MIN = 37;
const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const P256_COORDINATE_BYTES = 32;

interface Assertion {
  /** All base64url. */
  signature: string;
  authenticatorData: string;
  clientDataJSON: string;
}

interface PasskeyKey {
  spki: Uint8Array;
  rpId: string | undefined;
}

/** The page that asked must belong to the relying party: `https`, or the browser's own host over plain http. */
function isOriginOf(origin: unknown, rpId: string): boolean {
  if (typeof origin !== 'string' || !URL.canParse(origin)) return false;
  const { protocol, hostname } = new URL(origin);
  if (protocol !== 'https:' && !(protocol === 'http:' && hostname === 'localhost')) return false;
  return hostname === rpId || hostname.endsWith(`.${rpId}`);
}

function checksClientData(bytes: Uint8Array, challenge: string, rpId: string): boolean {
  const data = JSON.parse(fromUtf8(bytes)) as Record<string, unknown>;
  return (
    data.type === 'webauthn.get' &&
    data.challenge === challenge &&
    data.crossOrigin !== true &&
    isOriginOf(data.origin, rpId)
  );
}

function checksAuthenticatorData(data: Uint8Array, rpId: string): boolean {
  if (data.length < AUTHENTICATOR_DATA_BYTES_MIN) return false;
  const flags = data[FLAGS_OFFSET] as number;
  const wanted = USER_PRESENT | USER_VERIFIED;
  return (flags & wanted) === wanted && equalBytes(data.subarray(0, FLAGS_OFFSET), sha256(utf8(rpId)));
}

/** Reads one DER INTEGER of at most 32 significant bytes at `offset`; answers with it left-padded, and where it ends. */
function readCoordinate(der: Uint8Array, offset: number): { value: Uint8Array; end: number } {
  const length = der[offset + 1] ?? 0;
  const end = offset + 2 + length;
  const body = der.subarray(offset + 2, end);
  const digits = body[0] === 0 ? body.subarray(1) : body;
  const negative = ((body[0] ?? 0) & 0x80) !== 0;
  const padded = body[0] === 0 && body.length > 1 && ((body[1] as number) & 0x80) === 0;
  if (
    der[offset] !== 0x02 ||
    length === 0 ||
    end > der.length ||
    negative ||
    padded ||
    digits.length > P256_COORDINATE_BYTES
  ) {
    throw new FormatError('encoding', 'not a DER signature over P-256');
  }
  const value = new Uint8Array(P256_COORDINATE_BYTES);
  value.set(digits, P256_COORDINATE_BYTES - digits.length);
  return { value, end };
}

/** ECDSA-Sig-Value (RFC 3279) to the 64 bytes that WebCrypto takes. Strict DER; refuses trailing bytes. */
export function rawP256Signature(der: Uint8Array): Uint8Array {
  const r = readCoordinate(der, 2);
  const s = readCoordinate(der, r.end);
  if (der[0] !== 0x30 || der[1] !== der.length - 2 || s.end !== der.length) {
    throw new FormatError('encoding', 'not a DER signature over P-256');
  }
  return concatBytes(r.value, s.value);
}

async function verifySignature(
  spki: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  const edwards = isEd25519Spki(spki);
  const importing = edwards ? { name: 'Ed25519' } : { name: 'ECDSA', namedCurve: 'P-256' };
  const verifying = edwards ? { name: 'Ed25519' } : { name: 'ECDSA', hash: 'SHA-256' };
  const raw = edwards ? signature : rawP256Signature(signature);
  const key = await crypto.subtle.importKey('spki', new Uint8Array(spki), importing, false, ['verify']);
  return crypto.subtle.verify(verifying, key, new Uint8Array(raw), new Uint8Array(message));
}

/**
 * WebAuthn Level 3, section 7.2, as far as it can be checked offline: type, challenge (base64url), origin, rpIdHash, user
 * present and verified, and the signature (ES256 or Ed25519) over authenticatorData ‖ SHA-256(clientDataJSON).
 * May throw on malformed input; the caller takes that as a no.
 */
export async function verifyAssertion(
  assertion: Assertion,
  key: PasskeyKey,
  challenge: string,
): Promise<boolean> {
  if (key.rpId === undefined) return false;
  const clientData = fromBase64url(assertion.clientDataJSON);
  const authenticatorData = fromBase64url(assertion.authenticatorData);
  if (!checksClientData(clientData, challenge, key.rpId)) return false;
  if (!checksAuthenticatorData(authenticatorData, key.rpId)) return false;
  const message = concatBytes(authenticatorData, sha256(clientData));
  return verifySignature(key.spki, message, fromBase64url(assertion.signature));
}
