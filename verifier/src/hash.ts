import { builtin } from './builtin.ts';
import { hex, utf8 } from './bytes.ts';
import { type Hasher, hasherPortable, sha256Portable } from './sha256.ts';

export type { Hasher } from './sha256.ts';

const native = builtin('node:crypto');

/** SHA-256 (FIPS 180-4), synchronous: Node's own where there is one, else the portable one. */
export const sha256: (bytes: Uint8Array) => Uint8Array = native
  ? (bytes) => new Uint8Array(native.hash('sha256', bytes, 'buffer'))
  : sha256Portable;

/** The same for bytes that come in parts. */
export const createHasher: () => Hasher = native
  ? () => {
      const hash = native.createHash('sha256');
      return { update: (bytes) => void hash.update(bytes), digest: () => new Uint8Array(hash.digest()) };
    }
  : hasherPortable;

export const sha256Hex = (bytes: Uint8Array | string): string =>
  hex(sha256(typeof bytes === 'string' ? utf8(bytes) : bytes));
