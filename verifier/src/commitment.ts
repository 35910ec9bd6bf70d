import { base64url, concatBytes, fromBase64url, hex } from './bytes.ts';
import { canonicalBytes } from './canonical.ts';
import { FormatError } from './error.ts';
import { sha256 } from './hash.ts';
import type { Commitment } from './words/index.ts';

export const SALT_BYTES = 16;

/** What stands behind a commitment. */
export interface CommitmentOpening {
  commitment: string;
  /** 16 bytes, base64url. */
  salt: string;
  value: string;
}

/** SHA-256(salt ‖ canonical JSON of the value), hex. The salt must be fresh random bytes, or the value can be guessed. */
export function commit(value: unknown, salt: Uint8Array): Commitment {
  if (salt.length !== SALT_BYTES) throw new FormatError('commitment', `salt is not ${SALT_BYTES} bytes`);
  return { commitment: hex(sha256(concatBytes(salt, canonicalBytes(value)))) };
}

export const openingOf = (value: string, salt: Uint8Array): CommitmentOpening => ({
  ...commit(value, salt),
  salt: base64url(salt),
  value,
});

/** True where salt and value are what was committed to. Throws `commitment` or `encoding` for a malformed salt. */
export const checkOpening = ({ commitment, salt, value }: CommitmentOpening): boolean =>
  commit(value, fromBase64url(salt)).commitment === commitment;
