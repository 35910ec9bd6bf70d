import { concatBytes } from './bytes.ts';
import { FormatError } from './error.ts';

/** C2SP tlog-tiles: hashes, or entries, of a full tile. */
export const TILE_WIDTH = 256;
const LEVEL_MAX = 63;
const LENGTH_BYTES = 2;
const ENTRY_MAX_BYTES = 0xffff;

const fail = (why: string): never => {
  throw new FormatError('tile', why);
};

/** `N` in groups of three digits, all but the last led by `x`: 1234067 is `x001/x234/067`. */
function indexPath(index: number): string {
  if (!Number.isSafeInteger(index) || index < 0) fail('tile index is not a whole number');
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g) ?? [];
  return groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/');
}

/** `tile/L/N[.p/W]`; `level` is a number or `entries`; `width` below 256 names a partial tile. */
export function tilePath(level: number | 'entries', index: number, width: number = TILE_WIDTH): string {
  if (level !== 'entries' && !(Number.isInteger(level) && level >= 0 && level <= LEVEL_MAX)) {
    fail(`tile level is not 0 to ${LEVEL_MAX}`);
  }
  if (!Number.isInteger(width) || width < 1 || width > TILE_WIDTH)
    fail(`tile width is not 1 to ${TILE_WIDTH}`);
  return `tile/${level}/${indexPath(index)}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

export interface TileName {
  level: number | 'entries';
  index: number;
  width: number;
}

const TILE_PATH =
  /^tile\/(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/){0,5}[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

/** Throws `tile` for a path that `tilePath` would not write. */
export function parseTilePath(path: string): TileName {
  const [, level = '', index = '', width] = TILE_PATH.exec(path) ?? fail('not a tile path');
  const name: TileName = {
    level: level === 'entries' ? 'entries' : Number(level),
    index: Number(index.replaceAll(/[x/]/g, '')),
    width: width === undefined ? TILE_WIDTH : Number(width),
  };
  return tilePath(name.level, name.index, name.width) === path ? name : fail('tile path is not canonical');
}

/** Entry bundle: each entry after its length, 16 bits, big-endian. */
export function encodeBundle(entries: Uint8Array[]): Uint8Array {
  const parts = entries.flatMap((entry) => {
    if (entry.length > ENTRY_MAX_BYTES) fail(`entry is longer than ${ENTRY_MAX_BYTES} bytes`);
    return [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry];
  });
  return concatBytes(...parts);
}

/** Refuses a bundle that ends within an entry. Entries are views. */
export function decodeBundle(bundle: Uint8Array): Uint8Array[] {
  const entries: Uint8Array[] = [];
  let offset = 0;
  while (offset < bundle.length) {
    const start = offset + LENGTH_BYTES;
    if (start > bundle.length) fail('bundle ends within a length');
    const end = start + (((bundle[offset] as number) << 8) | (bundle[offset + 1] as number));
    if (end > bundle.length) fail('bundle ends within an entry');
    entries.push(bundle.subarray(start, end));
    offset = end;
  }
  return entries;
}
