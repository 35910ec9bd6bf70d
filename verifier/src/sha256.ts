import { concatBytes } from './bytes.ts';

const BLOCK_BYTES = 64;

/** The first 32 bits of the fractional parts of the square or cube roots of the first primes (FIPS 180-4, 4.2.2, 5.3.3). */
function rootFractions(count: number, root: (prime: number) => number): Int32Array {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  return Int32Array.from(primes, (prime) => (root(prime) % 1) * 2 ** 32);
}

const INITIAL = rootFractions(8, Math.sqrt);
const ROUND = rootFractions(64, Math.cbrt);

const rotate = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

/** The last bytes of a message of `total`, with its end as the standard has it (5.1.1). */
function padded(bytes: Uint8Array, total: number): Uint8Array<ArrayBuffer> {
  const length = Math.ceil((bytes.length + 9) / BLOCK_BYTES) * BLOCK_BYTES;
  const all = new Uint8Array(length);
  all.set(bytes);
  all[bytes.length] = 0x80;
  const view = new DataView(all.buffer);
  view.setUint32(length - 8, Math.floor(total / 2 ** 29));
  view.setUint32(length - 4, (total * 8) >>> 0);
  return all;
}

function schedule(words: Int32Array, view: DataView, offset: number): void {
  for (let t = 0; t < 16; t++) words[t] = view.getInt32(offset + 4 * t);
  for (let t = 16; t < 64; t++) {
    const a = words[t - 15] as number;
    const b = words[t - 2] as number;
    const s0 = rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3);
    const s1 = rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10);
    words[t] = ((words[t - 16] as number) + s0 + (words[t - 7] as number) + s1) | 0;
  }
}

function compress(state: Int32Array, words: Int32Array): void {
  let [a, b, c, d, e, f, g, h] = state as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  for (let t = 0; t < 64; t++) {
    const sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const choice = (e & f) ^ (~e & g);
    const t1 = (h + sum1 + choice + (ROUND[t] as number) + (words[t] as number)) | 0;
    const sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const t2 = (sum0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
  }
  for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) state[i] = ((state[i] as number) + word) | 0;
}

/** SHA-256 of bytes that come in parts. */
export interface Hasher {
  update(bytes: Uint8Array): void;
  digest(): Uint8Array;
}

function digestOf(state: Int32Array): Uint8Array {
  const digest = new DataView(new ArrayBuffer(32));
  for (const [i, word] of state.entries()) digest.setInt32(4 * i, word);
  return new Uint8Array(digest.buffer);
}

/** SHA-256 (FIPS 180-4) in plain JavaScript, for browsers, whose own is asynchronous and takes its message in one. */
export function hasherPortable(): Hasher {
  const state = INITIAL.slice();
  const words = new Int32Array(64);
  let rest = new Uint8Array(0);
  let hashed = 0;
  const blocks = (bytes: Uint8Array): void => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let offset = 0; offset + BLOCK_BYTES <= bytes.length; offset += BLOCK_BYTES) {
      schedule(words, view, offset);
      compress(state, words);
    }
  };
  return {
    update(bytes) {
      const joined = rest.length === 0 ? bytes : concatBytes(rest, bytes);
      const whole = joined.length - (joined.length % BLOCK_BYTES);
      blocks(joined.subarray(0, whole));
      rest = joined.slice(whole);
      hashed += bytes.length;
    },
    digest() {
      blocks(padded(rest, hashed));
      return digestOf(state);
    },
  };
}

export function sha256Portable(bytes: Uint8Array): Uint8Array {
  const hasher = hasherPortable();
  hasher.update(bytes);
  return hasher.digest();
}
