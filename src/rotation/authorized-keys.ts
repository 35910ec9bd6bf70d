import type { PublicKey } from './openssh-key.ts';

const KEY_TYPE = /^(?:ssh-(?:ed25519|rsa|dss)|ecdsa-sha2-nistp\d{3}|sk-(?:ssh|ecdsa)-[a-z0-9@.-]+)$/;

/** One line that holds a key, cut where the key stands. */
interface KeyLine {
  /** Indentation, options and the space behind them. */
  before: string;
  type: string;
  blob: string;
  /** Comment and line end. */
  after: string;
}

/** Where the field that begins at `from` ends: at a blank outside of quotes, as sshd(8) reads options. */
function fieldEnd(line: string, from: number): number {
  let quoted = false;
  for (let at = from; at < line.length; at += 1) {
    const character = line[at] as string;
    if (character === '\\' && line[at + 1] === '"') at += 1;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && /[ \t\r\n]/.test(character)) return at;
  }
  return line.length;
}

function skipBlanks(line: string, from: number): number {
  let at = from;
  while (line[at] === ' ' || line[at] === '\t') at += 1;
  return at;
}

function parseLine(line: string): KeyLine | undefined {
  let start = skipBlanks(line, 0);
  if (line[start] === '#') return undefined;
  let end = fieldEnd(line, start);
  if (!KEY_TYPE.test(line.slice(start, end))) {
    start = skipBlanks(line, end);
    end = fieldEnd(line, start);
  }
  const type = line.slice(start, end);
  if (!KEY_TYPE.test(type)) return undefined;
  const blobStart = skipBlanks(line, end);
  const blobEnd = fieldEnd(line, blobStart);
  const blob = line.slice(blobStart, blobEnd);
  return blob === '' ? undefined : { before: line.slice(0, start), type, blob, after: line.slice(blobEnd) };
}

/** With their ends, so that joining them gives the same bytes. */
const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

const holds = (line: string, { blob }: PublicKey): boolean => parseLine(line)?.blob === blob;

/** Texts are one character per byte (latin1), so that bytes that are no UTF-8 stay what they are. */
export const isAuthorised = (text: string, key: PublicKey): boolean =>
  linesOf(text).some((line) => holds(line, key));

/** The new key under each line of the old one, with the same options and comment. All other lines stay as they are. */
export function authoriseBeside(text: string, old: PublicKey, fresh: PublicKey): string {
  if (isAuthorised(text, fresh)) return text;
  return linesOf(text)
    .map((line) => {
      const parsed = parseLine(line);
      if (parsed?.blob !== old.blob) return line;
      const end = line.endsWith('\n') ? '' : '\n';
      return `${line}${end}${parsed.before}${fresh.type} ${fresh.blob}${parsed.after}`;
    })
    .join('');
}

export const withoutKey = (text: string, key: PublicKey): string =>
  linesOf(text)
    .filter((line) => !holds(line, key))
    .join('');
