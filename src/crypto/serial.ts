import { MunimentError } from '../kernel/index.ts';

/** The first octet keeps the serial positive and tells a ledger serial from one of our own infrastructure. */
const LEDGER_SERIAL = 0x01;
const INDEX_BYTES = 7;
const LEAF_HASH_BYTES = 12;
const SERIAL_BYTES = 1 + INDEX_BYTES + LEAF_HASH_BYTES;

/** Where a credential says that it was recorded. `leafHash` is a prefix of the leaf's hash: hex, 12 or 32 bytes. */
export interface EntryName {
  index: number;
  leafHash: string;
}

/** The X.509 serial: 0x01, the entry's index (7 octets), 96 bits of its leaf hash. 20 octets (RFC 5280, 4.1.2.2). */
export function serialOf(index: number, leafHash: Uint8Array): Uint8Array {
  if (!Number.isSafeInteger(index) || index < 0 || leafHash.length < LEAF_HASH_BYTES) {
    throw new MunimentError('internal', 'an entry is needed for a serial');
  }
  const serial = Buffer.alloc(SERIAL_BYTES);
  serial.writeBigUInt64BE(BigInt(index), 0);
  serial[0] = LEDGER_SERIAL;
  serial.set(leafHash.subarray(0, LEAF_HASH_BYTES), 1 + INDEX_BYTES);
  return serial;
}

/** Reads a serial given as octets or as hex (colons and case are not looked at); undefined where it names no entry. */
export function parseSerial(serial: Uint8Array | string): EntryName | undefined {
  const bytes = typeof serial === 'string' ? hexBytes(serial) : Buffer.from(serial);
  if (bytes?.length !== SERIAL_BYTES || bytes[0] !== LEDGER_SERIAL) return undefined;
  const index = BigInt(`0x${bytes.subarray(1, 1 + INDEX_BYTES).toString('hex')}`);
  if (index > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  return { index: Number(index), leafHash: bytes.subarray(1 + INDEX_BYTES).toString('hex') };
}

/** OpenSSL prints a serial without its leading zero digit. */
function hexBytes(text: string): Buffer | undefined {
  const digits = text.replaceAll(':', '').toLowerCase();
  if (!/^[0-9a-f]{1,40}$/.test(digits)) return undefined;
  return Buffer.from(digits.padStart(SERIAL_BYTES * 2, '0'), 'hex');
}

/** The `jti`: `index.leafhash`, the whole hash in hex. */
export const jtiOf = (index: number, leafHash: Uint8Array): string =>
  `${index}.${Buffer.from(leafHash).toString('hex')}`;

export function parseJti(jti: string): EntryName | undefined {
  const match = /^(0|[1-9][0-9]{0,15})\.([0-9a-f]{64})$/.exec(jti);
  const index = Number(match?.[1]);
  if (!match || !Number.isSafeInteger(index)) return undefined;
  return { index, leafHash: match[2] as string };
}
