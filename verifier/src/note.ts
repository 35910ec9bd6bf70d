import { base64, concatBytes, equalBytes, fromBase64, fromHex, fromUtf8, hex, utf8 } from './bytes.ts';
import { ED25519_KEY_BYTES, ED25519_SIGNATURE_BYTES, verifyEd25519 } from './ed25519.ts';
import { FormatError } from './error.ts';
import { sha256 } from './hash.ts';
import { HASH_BYTES } from './merkle.ts';

/** C2SP signed-note: algorithm byte of a plain Ed25519 signature. */
const ED25519_TYPE = 0x01;
export const KEY_ID_BYTES = 4;
const NOTE_MAX_BYTES = 64 * 1024;
/** The specification wants at least 16 to be accepted. */
const SIGNATURES_MAX = 64;
const SIGNATURE_LINE_START = '— ';

const fail = (why: string): never => {
  throw new FormatError('note', why);
};

/** A key that notes are checked with: `name+keyid+base64(type ‖ key)` when written. */
export interface VerifierKey {
  name: string;
  /** 4 bytes. */
  keyId: Uint8Array;
  /** Raw Ed25519, 32 bytes. */
  publicKey: Uint8Array;
}

export interface NoteSignature {
  name: string;
  keyId: Uint8Array;
  signature: Uint8Array;
}

export interface Note {
  /** Ends with a line feed; exactly what is signed. */
  text: string;
  signatures: NoteSignature[];
}

/** Printable, without a space or plus, so that notes and key strings split in one way only. */
export const isNoteName = (name: string): boolean =>
  name !== '' && name.isWellFormed() && !/[\s+\p{Cc}\p{Cf}]/u.test(name);

/** SHA-256(name ‖ LF ‖ type ‖ key), first 4 bytes. */
export function noteKeyId(name: string, publicKey: Uint8Array): Uint8Array {
  const hashed = concatBytes(utf8(`${name}\n`), Uint8Array.of(ED25519_TYPE), publicKey);
  return sha256(hashed).slice(0, KEY_ID_BYTES);
}

export function verifierKey(name: string, publicKey: Uint8Array): VerifierKey {
  if (!isNoteName(name)) fail('key name is empty or holds white space or `+`');
  if (publicKey.length !== ED25519_KEY_BYTES) fail('public key is not 32 bytes');
  return { name, keyId: noteKeyId(name, publicKey), publicKey };
}

export const formatVerifierKey = ({ name, keyId, publicKey }: VerifierKey): string =>
  `${name}+${hex(keyId)}+${base64(concatBytes(Uint8Array.of(ED25519_TYPE), publicKey))}`;

/** Refuses other algorithms and a key id that does not follow from name and key. */
export function parseVerifierKey(text: string): VerifierKey {
  const [name = '', id = '', ...rest] = text.split('+');
  const bytes = fromBase64(rest.join('+'));
  if (bytes[0] !== ED25519_TYPE) fail('verifier key is not Ed25519 (type 0x01)');
  const key = verifierKey(name, bytes.slice(1));
  if (!equalBytes(fromHex(id), key.keyId)) fail('key id does not match name and key');
  return key;
}

function parseSignatureLine(line: string): NoteSignature {
  if (!line.startsWith(SIGNATURE_LINE_START)) fail('signature line does not start with an em dash');
  const [name = '', encoded = '', ...rest] = line.slice(SIGNATURE_LINE_START.length).split(' ');
  if (!isNoteName(name) || rest.length > 0) fail('signature line is malformed');
  const bytes = fromBase64(encoded);
  if (bytes.length <= KEY_ID_BYTES) fail('signature is too short');
  return { name, keyId: bytes.slice(0, KEY_ID_BYTES), signature: bytes.slice(KEY_ID_BYTES) };
}

/** C2SP signed-note. Text, an empty line, one or more signature lines, and nothing after them. Throws `note`. */
export function parseNote(bytes: Uint8Array): Note {
  if (bytes.length > NOTE_MAX_BYTES) fail(`note is longer than ${NOTE_MAX_BYTES} bytes`);
  const all = fromUtf8(bytes);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the specification forbids them
  if (/[\u0000-\u0009\u000b-\u001f]/.test(all)) fail('note holds a control character');
  const split = all.lastIndexOf('\n\n');
  if (split < 0 || !all.endsWith('\n')) fail('note has no signature block, or bytes after it');
  const lines = all.slice(split + 2, -1).split('\n');
  if (lines.length > SIGNATURES_MAX) fail(`note has more than ${SIGNATURES_MAX} signatures`);
  return { text: all.slice(0, split + 1), signatures: lines.map(parseSignatureLine) };
}

export function formatNote({ text, signatures }: Note): Uint8Array {
  if (!text.endsWith('\n')) fail('note text does not end with a line feed');
  const lines = signatures.map(
    ({ name, keyId, signature }) =>
      `${SIGNATURE_LINE_START}${name} ${base64(concatBytes(keyId, signature))}\n`,
  );
  return utf8(`${text}\n${lines.join('')}`);
}

/** Signs with the key behind `key`; `sign` gets the text's bytes and answers with 64 bytes. */
export function signNote(text: string, key: VerifierKey, sign: (message: Uint8Array) => Uint8Array): Note {
  return { text, signatures: [{ name: key.name, keyId: key.keyId, signature: sign(utf8(text)) }] };
}

/**
 * The keys, among those given, that signed. Signatures by unknown keys are ignored, as the specification asks; one by a
 * known key that does not hold refuses the whole note.
 */
export async function verifyNote(note: Note, keys: VerifierKey[]): Promise<VerifierKey[]> {
  const message = utf8(note.text);
  const signers = new Set<VerifierKey>();
  for (const { name, keyId, signature } of note.signatures) {
    const key = keys.find((known) => known.name === name && equalBytes(known.keyId, keyId));
    if (key === undefined) continue;
    if (
      signature.length !== ED25519_SIGNATURE_BYTES ||
      !(await verifyEd25519(key.publicKey, message, signature))
    ) {
      fail(`signature by \`${name}\` does not hold`);
    }
    signers.add(key);
  }
  return [...signers];
}

/** C2SP tlog-checkpoint. */
export interface Checkpoint {
  origin: string;
  size: number;
  /** 32 bytes. */
  root: Uint8Array;
  extensions: string[];
}

export const formatCheckpoint = ({ origin, size, root, extensions }: Checkpoint): string =>
  [origin, String(size), base64(root), ...extensions].map((line) => `${line}\n`).join('');

/** Parses a note's text. Throws `note` where it would not be written the same way again. */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = '', size = '', root = '', ...extensions] = text.slice(0, -1).split('\n');
  if (!text.endsWith('\n') || origin === '') fail('checkpoint has no origin');
  if (!/^(0|[1-9][0-9]{0,15})$/.test(size) || !Number.isSafeInteger(Number(size))) {
    fail('checkpoint size is no whole number below 2^53');
  }
  const checkpoint = { origin, size: Number(size), root: fromBase64(root), extensions };
  if (checkpoint.root.length !== HASH_BYTES) fail('checkpoint root is not 32 bytes');
  if (extensions.includes('')) fail('checkpoint has an empty extension line');
  return checkpoint;
}
