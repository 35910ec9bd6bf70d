import { hex, utf8 } from './bytes.ts';
import { sha256Portable } from './sha256.ts';

type Digest = (bytes: Uint8Array) => Uint8Array;

interface NodeCrypto {
  createHash(name: 'sha256'): { update(bytes: Uint8Array): { digest(): Uint8Array } };
}

interface MaybeNode {
  process?: { getBuiltinModule?: (name: string) => NodeCrypto | undefined };
}

// No import statement, so that the same file loads in a browser.
function nativeSha256(): Digest | undefined {
  const crypto = (globalThis as unknown as MaybeNode).process?.getBuiltinModule?.('node:crypto');
  return crypto && ((bytes) => new Uint8Array(crypto.createHash('sha256').update(bytes).digest()));
}

/** SHA-256 (FIPS 180-4), synchronous: Node's own where there is one, else the portable one. */
export const sha256: Digest = nativeSha256() ?? sha256Portable;

export const sha256Hex = (bytes: Uint8Array | string): string =>
  hex(sha256(typeof bytes === 'string' ? utf8(bytes) : bytes));
