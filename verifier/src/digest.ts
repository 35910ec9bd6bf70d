import { hex } from './bytes.ts';
import { createHasher } from './hash.ts';

/** How long something is, and its SHA-256 in hex. */
export interface Digest {
  size: number;
  sha256: string;
}

/** Digest of bytes that come in parts. */
export function digester(): { update(bytes: Uint8Array): void; end(): Digest } {
  const hasher = createHasher();
  let size = 0;
  return {
    update(bytes) {
      hasher.update(bytes);
      size += bytes.length;
    },
    end: () => ({ size, sha256: hex(hasher.digest()) }),
  };
}

export function digestOf(parts: Iterable<Uint8Array>): Digest {
  const all = digester();
  for (const part of parts) all.update(part);
  return all.end();
}
