import type { PostgresPasswordTarget } from '#verifier';
import { MunimentError } from '../kernel/index.ts';

type Place = Pick<PostgresPasswordTarget, 'format' | 'role' | 'passwordFile'>;

/** A field of PostgreSQL's password file: `\` before `:` and `\`. */
const FIELDS = 5;

/** The fields of a line as they are written; undefined for a comment or what is no entry. */
function fieldsOf(line: string): string[] | undefined {
  if (line.startsWith('#')) return undefined;
  const fields = [...line.matchAll(/((?:\\.|[^\\:])*)(?::|$)/g)]
    .slice(0, FIELDS)
    .map(([, field]) => field as string);
  return fields.length === FIELDS ? fields : undefined;
}

const unescaped = (field: string): string => field.replace(/\\(.)/g, '$1');
const escaped = (field: string): string => field.replace(/[\\:]/g, '\\$&');

const missing = ({ passwordFile }: Place, what: string) =>
  new MunimentError('conflict', `\`${passwordFile}\` ${what}`);

const ofRole = (line: string, role: string): string[] | undefined => {
  const fields = fieldsOf(line.replace(/\r?\n$/, ''));
  return fields !== undefined && unescaped(fields[3] as string) === role ? fields : undefined;
};

const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

/** The password that the file holds. Throws `conflict` where there is none, or more than one. */
export function readPassword(text: string, place: Place): string {
  const found =
    place.format === 'plain'
      ? [text.replace(/\r?\n$/, '')]
      : linesOf(text).flatMap((line) => ofRole(line, place.role)?.slice(4).map(unescaped) ?? []);
  const [password = '', ...others] = new Set(found);
  if (password === '' || /[\r\n\0]/.test(password)) throw missing(place, 'holds no password of the role');
  if (others.length > 0) throw missing(place, 'holds more than one password of the role');
  return password;
}

/** The same text with another password; everything else, byte for byte, as it was. */
export function withPassword(text: string, place: Place, password: string): string {
  if (place.format === 'plain') return text.replace(/[^\r\n]*/, () => password);
  return linesOf(text)
    .map((line) => {
      const fields = ofRole(line, place.role);
      if (fields === undefined) return line;
      const [end = ''] = /\r?\n$/.exec(line) ?? [];
      return [...fields.slice(0, 4), escaped(password)].join(':') + end;
    })
    .join('');
}
