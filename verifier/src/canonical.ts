import { fromUtf8, utf8 } from './bytes.ts';
import { FormatError } from './error.ts';

/** Levels of arrays and objects; nothing of ours comes near it, and a hostile text must not exhaust the stack. */
const DEPTH_MAX_LEVELS = 64;

/** Text that JSON writes as it is: most of ours. */
const PLAIN = /^[ !#-[\]-~]*$/;

function encodeString(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new FormatError('json', 'string holds a lone surrogate');
  return JSON.stringify(text);
}

function encodeNumber(number: number): string {
  if (!Number.isFinite(number)) throw new FormatError('json', 'number is not finite');
  return JSON.stringify(number);
}

function encodeObject(value: Record<string, unknown>, depth: number): string {
  let text = '';
  // Without a comparison, `sort` goes by UTF-16 code units, as the RFC wants it.
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member === undefined) continue;
    text += `${text === '' ? '' : ','}${encodeString(key)}:${encode(member, depth)}`;
  }
  return `{${text}}`;
}

function encode(value: unknown, depth: number): string {
  if (depth > DEPTH_MAX_LEVELS) throw new FormatError('json', `deeper than ${DEPTH_MAX_LEVELS} levels`);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return encodeString(value);
  if (typeof value === 'number') return encodeNumber(value);
  if (Array.isArray(value)) return `[${value.map((item) => encode(item, depth + 1)).join(',')}]`;
  if (typeof value === 'object') return encodeObject(value as Record<string, unknown>, depth + 1);
  throw new FormatError('json', `no JSON for a value of type ${typeof value}`);
}

/**
 * RFC 8785 (JCS): members sorted by UTF-16 code units, numbers and strings as ECMAScript writes them. Members that are
 * undefined are left out, as JSON does. Throws `json` on lone surrogates, numbers that are not finite, and other types.
 */
export const canonicalize = (value: unknown): string => encode(value, 0);

export const canonicalBytes = (value: unknown): Uint8Array => utf8(canonicalize(value));

/** Members in order everywhere, no deeper than allowed: what `JSON.stringify` leaves as it finds it. */
function isSorted(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth >= DEPTH_MAX_LEVELS) return false;
  if (Array.isArray(value)) return value.every((item) => isSorted(item, depth + 1));
  let before: string | undefined;
  for (const key of Object.keys(value)) {
    if (before !== undefined && before >= key) return false;
    if (!isSorted((value as Record<string, unknown>)[key], depth + 1)) return false;
    before = key;
  }
  return true;
}

/**
 * True only for text that `canonicalize` would write, found by the engine's own writer, which is several times as fast. It writes numbers
 * and strings as the RFC wants them, but members as they come and lone surrogates escaped: those are looked for. False may be wrong.
 */
const isSurelyCanonical = (value: unknown, text: string): boolean =>
  isSorted(value, 0) && JSON.stringify(value) === text && !text.includes('\\ud');

/**
 * Parses bytes that are exactly the canonical form of their value. Whatever would not come out again is refused:
 * duplicate members, white space, other spellings of numbers and strings, a byte order mark, trailing bytes.
 */
export function parseCanonical(bytes: Uint8Array): unknown {
  const text = fromUtf8(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new FormatError('json', 'not JSON');
  }
  if (!isSurelyCanonical(value, text) && canonicalize(value) !== text)
    throw new FormatError('json', 'JSON is not in canonical form');
  return value;
}
