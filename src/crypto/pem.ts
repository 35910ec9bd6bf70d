import { MunimentError } from '../kernel/index.ts';

const LINE_CHARACTERS = 64;
const PEM_MAX_CHARACTERS = 64 * 1024;

/** RFC 7468: one block, lines of 64 characters, a line feed at the end. */
export function encodePem(der: Uint8Array, label: string): string {
  const text = Buffer.from(der).toString('base64');
  const lines = text.match(new RegExp(`.{1,${LINE_CHARACTERS}}`, 'g')) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/**
 * The bytes of exactly one block of this label. Text around it, a second block, and base64 that does not encode back to
 * itself are refused with `invalid_der`: what is not read here might be read elsewhere.
 */
export function decodePem(text: string, label: string): Uint8Array {
  if (text.length > PEM_MAX_CHARACTERS) refuse('PEM text is longer than 64 KiB');
  const begin = `-----BEGIN ${label}-----`;
  const end = `-----END ${label}-----`;
  const trimmed = text.trim();
  if (!trimmed.startsWith(begin) || !trimmed.endsWith(end)) refuse(`expected one PEM block \`${label}\``);
  return decodeBase64(trimmed.slice(begin.length, -end.length).replace(/[\r\n]/g, ''));
}

/** The bytes of canonical base64; anything else is refused with `invalid_der`. */
export function decodeBase64(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === 0 || bytes.toString('base64') !== text) refuse('text is not valid base64');
  return bytes;
}

/** PEM of this label, or base64 of the DER. */
export const decodeText = (text: string, label: string): Uint8Array =>
  text.trimStart().startsWith('-----') ? decodePem(text, label) : decodeBase64(text);

const refuse = (why: string): never => {
  throw new MunimentError('invalid_der', why);
};
