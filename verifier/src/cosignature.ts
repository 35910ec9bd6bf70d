import { base64, concatBytes, equalBytes, fromBase64, fromHex, hex, utf8 } from './bytes.ts';
import { ED25519_KEY_BYTES, ED25519_SIGNATURE_BYTES, verifyEd25519 } from './ed25519.ts';
import { FormatError } from './error.ts';
import { sha256 } from './hash.ts';
import { isNoteName, KEY_ID_BYTES, type Note, type NoteSignature } from './note.ts';

/** C2SP tlog-cosignature: algorithm byte of a timestamped Ed25519 cosignature. */
const COSIGNATURE_TYPE = 0x04;
const TIMESTAMP_BYTES = 8;
/** RFC 3339 ends with the year 9999; also keeps seconds an exact number. */
const TIMESTAMP_MAX_SECONDS = 253_402_300_799n;

const fail = (why: string): never => {
  throw new FormatError('note', why);
};

/** A witness's key: `name+keyid+base64(0x04 ‖ key)` when written. No key of a log can stand in its place. */
export interface WitnessKey {
  name: string;
  /** 4 bytes. */
  keyId: Uint8Array;
  /** Raw Ed25519, 32 bytes. */
  publicKey: Uint8Array;
}

/** What a witness says: that at this time it knew of no larger tree of the log, and of none that disagrees with this one. */
export interface Cosignature {
  key: WitnessKey;
  /** Seconds since 1970, as the witness's own clock had it. */
  timestamp: number;
  /** As the note carries it. */
  signature: NoteSignature;
}

const keyMaterial = (publicKey: Uint8Array): Uint8Array =>
  concatBytes(Uint8Array.of(COSIGNATURE_TYPE), publicKey);

/** C2SP tlog-cosignature, "Format". Throws `note` for a name or a key that cannot be one. */
export function witnessKey(name: string, publicKey: Uint8Array): WitnessKey {
  if (!isNoteName(name)) fail('key name is empty or holds white space or `+`');
  if (publicKey.length !== ED25519_KEY_BYTES) fail('public key is not 32 bytes');
  const keyId = sha256(concatBytes(utf8(`${name}\n`), keyMaterial(publicKey))).slice(0, KEY_ID_BYTES);
  return { name, keyId, publicKey };
}

export const formatWitnessKey = ({ name, keyId, publicKey }: WitnessKey): string =>
  `${name}+${hex(keyId)}+${base64(keyMaterial(publicKey))}`;

/** Refuses other algorithms and a key id that does not follow from name and key. Throws `note`. */
export function parseWitnessKey(text: string): WitnessKey {
  const [name = '', id = '', ...rest] = text.split('+');
  const bytes = fromBase64(rest.join('+'));
  if (bytes[0] !== COSIGNATURE_TYPE) fail('verifier key is not cosignature/v1 (type 0x04)');
  const key = witnessKey(name, bytes.slice(1));
  if (!equalBytes(fromHex(id), key.keyId)) fail('key id does not match name and key');
  return key;
}

/** The bytes that a witness signs: C2SP tlog-cosignature, "Ed25519 signed message". */
export const cosignedMessage = (text: string, timestamp: number): Uint8Array =>
  utf8(`cosignature/v1\ntime ${timestamp}\n${text}`);

/** The signature as a note carries it. */
export function encodeCosignature(key: WitnessKey, timestamp: number, signature: Uint8Array): NoteSignature {
  const time = new Uint8Array(TIMESTAMP_BYTES);
  new DataView(time.buffer).setBigUint64(0, BigInt(timestamp));
  return { name: key.name, keyId: key.keyId, signature: concatBytes(time, signature) };
}

async function check(text: string, key: WitnessKey, given: NoteSignature): Promise<Cosignature> {
  const bytes = given.signature;
  if (bytes.length !== TIMESTAMP_BYTES + ED25519_SIGNATURE_BYTES) {
    return fail(`cosignature by \`${key.name}\` is not 72 bytes`);
  }
  const seconds = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0);
  if (seconds > TIMESTAMP_MAX_SECONDS) fail(`cosignature by \`${key.name}\` has no possible time`);
  const timestamp = Number(seconds);
  const message = cosignedMessage(text, timestamp);
  const holds = await verifyEd25519(key.publicKey, message, bytes.slice(TIMESTAMP_BYTES));
  return holds ? { key, timestamp, signature: given } : fail(`cosignature by \`${key.name}\` does not hold`);
}

/**
 * Cosignatures of a note by the keys given: the earliest of each key, in the keys' order. Others' signatures are ignored, as
 * the specification asks; one by a given key that does not hold refuses the whole note. Throws `note`.
 */
export async function verifyCosignatures(note: Note, keys: readonly WitnessKey[]): Promise<Cosignature[]> {
  const found: Cosignature[] = [];
  for (const key of keys) {
    const own = note.signatures.filter(
      ({ name, keyId }) => name === key.name && equalBytes(keyId, key.keyId),
    );
    const checked = await Promise.all(own.map((signature) => check(note.text, key, signature)));
    const [earliest] = checked.sort((a, b) => a.timestamp - b.timestamp);
    if (earliest !== undefined) found.push(earliest);
  }
  return found;
}
