import { builtin } from './builtin.ts';

const POLYNOMIAL = 0xedb88320;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
  return value;
});

/** In plain JavaScript, for browsers. */
export function crc32Portable(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  for (let i = 0; i < bytes.length; i++)
    crc = (TABLE[(crc ^ (bytes[i] as number)) & 0xff] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}

/**
 * CRC-32 as zip has it (APPNOTE 4.4.7), continued from that of the bytes before: Node's own where there is one. Against accidents
 * only; the manifest's hashes are what holds.
 */
export const crc32: (bytes: Uint8Array, before?: number) => number =
  builtin('node:zlib')?.crc32 ?? crc32Portable;
