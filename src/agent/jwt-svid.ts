import { createLocalJWKSet, decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose';
import { MunimentError, parseSpiffeId } from '../kernel/index.ts';
import type { TrustBundle } from './bundles.ts';

const TOKEN_MAX_CHARACTERS = 16 * 1024;
/** JWT-SVID, section 3: nothing that is keyed by a shared secret, and no EdDSA. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512'];
const HEADERS: ReadonlySet<string> = new Set(['alg', 'kid', 'typ']);
const TYPES: ReadonlySet<unknown> = new Set([undefined, 'JWT', 'JOSE']);
const CLOCK_SKEW_SECONDS = 5;

export interface ValidatedJwt {
  spiffeId: string;
  claims: JWTPayload;
}

/**
 * Checks a JWT-SVID for an audience against the trust domain's keys (JWT-SVID, section 3 and 5). Whether it was taken away
 * before its end is not in a token: ask the server's introspection for that. Throws `invalid_jwt`.
 */
export async function validateJwtSvid(
  token: string,
  audience: string,
  trustDomain: string,
  bundle: TrustBundle,
): Promise<ValidatedJwt> {
  try {
    if (token.length > TOKEN_MAX_CHARACTERS) throw new Error('longer than 16 KiB');
    checkHeader(token);
    // `use` says `jwt-svid` in a SPIFFE bundle, which the library takes for a key that may not verify.
    const keys = bundle.jwks.keys.map(({ use: _, ...key }) => key);
    const { payload } = await jwtVerify(token, createLocalJWKSet({ keys }), {
      algorithms: ALGORITHMS,
      audience,
      requiredClaims: ['sub', 'exp', 'aud'],
      clockTolerance: CLOCK_SKEW_SECONDS,
    });
    return { spiffeId: subjectOf(payload, trustDomain), claims: payload };
  } catch (cause) {
    throw new MunimentError('invalid_jwt', 'token is not a valid JWT-SVID for this audience', { cause });
  }
}

function checkHeader(token: string): void {
  const header = decodeProtectedHeader(token);
  if (Object.keys(header).some((name) => !HEADERS.has(name)))
    throw new Error('header has a member that is not allowed');
  if (typeof header.kid !== 'string' || header.kid === '') throw new Error('header names no key');
  if (!TYPES.has(header.typ)) throw new Error('type is neither JWT nor JOSE');
}

function subjectOf({ sub }: JWTPayload, trustDomain: string): string {
  const id = parseSpiffeId(sub ?? '');
  if (id.trustDomain !== trustDomain || id.path === '')
    throw new Error('subject is no workload of this trust domain');
  return id.uri;
}
