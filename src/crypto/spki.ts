import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { MunimentError } from '../kernel/index.ts';
import { childrenOf, type Der, readBitString, readDer, readInteger, TAG } from './der.ts';
import { OID } from './oids.ts';

export type KeyAlgorithm = 'P-256' | 'P-384' | 'Ed25519' | 'RSA';

const RSA_MIN_BITS = 2048;
const RSA_MAX_BITS = 4096;
const RSA_EXPONENT_MIN = 65537n;
const RSA_EXPONENT_MAX_BYTES = 4;
const UNCOMPRESSED_POINT = 4;
const POINT_BYTES = { 'P-256': 65, 'P-384': 97 } as const;
const ED25519_BYTES = 32;
const CACHE_MAX_KEYS = 4096;

const refuse = (why: string): never => {
  throw new MunimentError('invalid_key', why);
};

export const keyHashOf = (spki: Uint8Array): string => createHash('sha256').update(spki).digest('hex');

/** SHA-256 over the key bits, cut to 160 bits (RFC 7093, 2, method 1): subject and authority key identifiers. */
export function keyIdentifierOf(spki: Uint8Array): Uint8Array {
  const [, bits] = childrenOf(readDer(spki), TAG.sequence, 2);
  return createHash('sha256').update(readBitString(bits)).digest().subarray(0, 20);
}

const publicKeys = new Map<string, KeyObject>();

/** The key behind an SPKI. Kept by hash: building one costs more than a signature check, and agents come back. */
export function publicKeyOf(spki: Uint8Array, keyHash = keyHashOf(spki)): KeyObject {
  const kept = publicKeys.get(keyHash);
  if (kept !== undefined) return kept;
  const key = importSpki(spki);
  if (publicKeys.size >= CACHE_MAX_KEYS) publicKeys.delete(publicKeys.keys().next().value ?? '');
  publicKeys.set(keyHash, key);
  return key;
}

function importSpki(spki: Uint8Array): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch (cause) {
    throw new MunimentError('invalid_key', 'public key is not valid', { cause });
  }
}

/** Names the algorithm of a SubjectPublicKeyInfo; refuses what we do not certify with `invalid_key`. */
export function algorithmOf(spki: Der): KeyAlgorithm {
  const [algorithm, bits] = childrenOf(spki, TAG.sequence, 2);
  const [id, parameters, ...more] = childrenOf(algorithm as Der, TAG.sequence);
  if (more.length > 0) refuse('public key algorithm has too many parameters');
  const key = readBitString(bits);
  if (is(id, OID.ecPublicKey)) return ecAlgorithm(parameters, key);
  if (is(id, OID.ed25519) && parameters === undefined && key.length === ED25519_BYTES) return 'Ed25519';
  if (is(id, OID.rsaEncryption) && parameters?.tag === TAG.null) return checkRsa(key);
  return refuse('public key must be P-256, P-384, Ed25519 or RSA of 2048 to 4096 bits');
}

const is = (element: Der | undefined, encoded: Uint8Array): boolean =>
  element !== undefined && Buffer.compare(element.raw, encoded) === 0;

function ecAlgorithm(parameters: Der | undefined, point: Uint8Array): KeyAlgorithm {
  const name = is(parameters, OID.p256) ? 'P-256' : is(parameters, OID.p384) ? 'P-384' : undefined;
  if (name === undefined) return refuse('curve must be P-256 or P-384');
  if (point[0] !== UNCOMPRESSED_POINT || point.length !== POINT_BYTES[name])
    refuse('point must be uncompressed');
  return name;
}

function checkRsa(key: Uint8Array): KeyAlgorithm {
  const [modulus, exponent] = childrenOf(readDer(key), TAG.sequence, 2).map(readInteger);
  if (modulus === undefined || exponent === undefined) return refuse('RSA key is not valid');
  const bits = modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24;
  if (bits < RSA_MIN_BITS || bits > RSA_MAX_BITS) refuse('RSA key must have 2048 to 4096 bits');
  if (exponent.length > RSA_EXPONENT_MAX_BYTES) refuse('RSA exponent is too large');
  const value = BigInt(`0x${Buffer.from(exponent).toString('hex')}`);
  if (value < RSA_EXPONENT_MIN || value % 2n === 0n) refuse('RSA exponent must be odd and at least 65537');
  return 'RSA';
}
