import {
  createLocalJWKSet,
  errors,
  exportJWK,
  type JSONWebKeySet,
  type JWK,
  type JWTPayload,
  jwtVerify,
} from 'jose';
import { MunimentError } from '../kernel/index.ts';
import { childrenOf, readDer, readInteger, TAG } from './der.ts';
import type { Signer } from './signer.ts';
import { publicKeyOf } from './spki.ts';

const TOKEN_MAX_CHARACTERS = 16 * 1024;
const P256_FIELD_BYTES = 32;

export interface JwtClaims {
  iss?: string;
  sub: string;
  aud: string[];
  /** Seconds since 1970. */
  iat: number;
  exp: number;
  jti: string;
  client_id?: string;
  scope?: string;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * A compact JWS, ES256, whose header holds `alg`, `kid` and `typ` and nothing else (JWT-SVID.md, 2). Put together here
 * and not by `jose`, which wants the private key itself: ours may sit in a KMS. `at+jwt` is an access token (RFC 9068, 2.1).
 */
export async function signJwt(
  claims: JwtClaims,
  signer: Signer,
  typ: 'JWT' | 'at+jwt' = 'JWT',
): Promise<string> {
  if (signer.algorithm !== 'ES256') throw new MunimentError('internal', 'a JWT is signed with ES256');
  const input = `${encode({ alg: 'ES256', kid: signer.keyId, typ })}.${encode(claims)}`;
  const signature = await signer.sign(Buffer.from(input));
  return `${input}.${rawSignature(signature).toString('base64url')}`;
}

/** ECDSA-Sig-Value to `r ‖ s` (RFC 7518, 3.4). */
function rawSignature(der: Uint8Array): Buffer {
  const raw = Buffer.alloc(2 * P256_FIELD_BYTES);
  for (const [position, element] of childrenOf(readDer(der), TAG.sequence, 2).entries()) {
    const value = readInteger(element);
    raw.set(value, (position + 1) * P256_FIELD_BYTES - value.length);
  }
  return raw;
}

export const publicJwkOf = async (signer: Pick<Signer, 'publicKey' | 'keyId'>): Promise<JWK> => ({
  ...(await exportJWK(publicKeyOf(signer.publicKey))),
  kid: signer.keyId,
});

/** An ordinary JWK set: some readers refuse any `use` but `sig` and `enc`. */
export async function jwkSetOf(signers: Signer[]): Promise<{ keys: JWK[] }> {
  const keys = await Promise.all(signers.map(publicJwkOf));
  return { keys: keys.map((key) => ({ ...key, alg: 'ES256', use: 'sig' })) };
}

/**
 * Checks signature, algorithm (ES256 alone, so neither `none` nor an HMAC over our public key), `exp` and, where given,
 * `aud`. Throws `invalid_jwt`.
 */
export async function verifyJwt(
  token: string,
  keys: JSONWebKeySet,
  { now, audience }: { now: Date; audience?: string },
): Promise<JWTPayload> {
  if (token.length > TOKEN_MAX_CHARACTERS) throw new MunimentError('invalid_jwt', 'token is too long');
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
      algorithms: ['ES256'],
      currentDate: now,
      requiredClaims: ['sub', 'aud', 'exp', 'jti'],
      ...(audience === undefined ? {} : { audience }),
    });
    return payload;
  } catch (cause) {
    if (!(cause instanceof errors.JOSEError)) throw cause;
    throw new MunimentError('invalid_jwt', 'token does not verify', { detail: cause.code, cause });
  }
}
