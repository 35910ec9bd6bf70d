import { createHash, randomBytes } from 'node:crypto';

/** Opaque ids: a prefix that tells a reader what it names, and 128 random bits in base32 (RFC 4648, lower case). */
export const ID_PREFIXES = {
  person: 'per',
  application: 'app',
  identity: 'idn',
  profile: 'prf',
  policy: 'pol',
  trust: 'tru',
  rotation: 'rot',
  run: 'run',
  exception: 'exc',
  control_owner: 'cow',
  change: 'chg',
  token: 'tok',
  agent: 'agt',
  instance: 'ins',
  request: 'req',
  lock: 'lok',
  sweep: 'swp',
  observation: 'obs',
  finding: 'fnd',
  alert: 'alr',
  session: 'ses',
  key: 'key',
} as const;

export type IdKind = keyof typeof ID_PREFIXES;

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const ID_BYTES = 16;

function base32(bytes: Uint8Array): string {
  let bits = 0;
  let value = 0;
  let text = '';
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(value >>> bits) & 31];
    }
    value &= (1 << bits) - 1;
  }
  return bits > 0 ? text + ALPHABET[(value << (5 - bits)) & 31] : text;
}

export const newId = (kind: IdKind): string => `${ID_PREFIXES[kind]}_${base32(randomBytes(ID_BYTES))}`;

/** An id that follows from what it names: the same seed has the same id, on every start. */
export const derivedId = (kind: IdKind, seed: string): string =>
  `${ID_PREFIXES[kind]}_${base32(createHash('sha256').update(seed).digest().subarray(0, ID_BYTES))}`;

export const isId = (kind: IdKind, text: string): boolean =>
  new RegExp(`^${ID_PREFIXES[kind]}_[a-z2-7]{26}$`).test(text);

/** An approval key is named after its public part (SPKI, base64url), so a key file alone tells its own id. */
export const approvalKeyId = (publicKey: string): string => derivedId('key', publicKey);
