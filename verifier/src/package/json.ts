import { fromBase64, fromUtf8, utf8 } from '../bytes.ts';
import { canonicalize, parseCanonical } from '../canonical.ts';
import { FormatError } from '../error.ts';
import { inPieces } from '../pieces.ts';

export const refuse = (why: string): never => {
  throw new FormatError('package', why);
};

type Fields = Record<string, unknown>;

/** An object of exactly these members. Throws `package`. */
export function exactly(value: unknown, names: readonly string[], what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse(`${what} is not an object`);
  const present = Object.keys(value).sort().join();
  return present === [...names].sort().join()
    ? (value as Fields)
    : refuse(`${what} has members \`${present}\``);
}

export const text = (value: unknown, what: string): string =>
  typeof value === 'string' ? value : refuse(`${what} is not text`);

/** A whole number from 0. */
export const index = (value: unknown, what: string): number =>
  Number.isSafeInteger(value) && (value as number) >= 0
    ? (value as number)
    : refuse(`${what} is not a whole number`);

export const list = (value: unknown, what: string): unknown[] =>
  Array.isArray(value) ? value : refuse(`${what} is not a list`);

export const hashes = (value: unknown, what: string): Uint8Array[] =>
  list(value, what).map((hash) => fromBase64(text(hash, what)));

/** Refuses lists that are out of order or hold something twice, so that each set is written in one way. */
export function ascending<T>(values: T[], key: (value: T) => number | string, what: string): T[] {
  for (let i = 1; i < values.length; i++) {
    if (!(key(values[i - 1] as T) < key(values[i] as T))) refuse(`${what} are not in ascending order`);
  }
  return values;
}

/** One canonical JSON text a line, each ended by a line feed. */
export function* encodeLines(values: Iterable<unknown>): Generator<Uint8Array> {
  yield* inPieces(
    (function* () {
      for (const value of values) yield `${canonicalize(value)}\n`;
    })(),
  );
}

export function decodeLines(bytes: Uint8Array): unknown[] {
  const all = fromUtf8(bytes);
  if (all === '') return [];
  if (!all.endsWith('\n')) refuse('last line does not end with a line feed');
  return all
    .slice(0, -1)
    .split('\n')
    .map((line) => parseCanonical(utf8(line)));
}
