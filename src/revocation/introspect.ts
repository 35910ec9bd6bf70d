import { isToken, type Rows } from '#verifier';
import { grantNamedBy } from '../attestation/index.ts';
import { type JwtClaims, jwkSetOf, verifyJwt } from '../crypto/index.ts';
import { type Clock, isMunimentError } from '../kernel/index.ts';
import type { Database, Log } from '../store/index.ts';
import { deathOf } from './deaths.ts';
import type { Introspection, RevocationAuthority } from './model.ts';

interface IntrospectionOptions {
  database: Database;
  log: Log;
  authority: RevocationAuthority;
  clock: Clock;
}

const INACTIVE: Introspection = { active: false };

/** Token introspection (RFC 7662) from durable state: signature, end, the entry that the token names, locks, the identity. */
export function createIntrospection({ database, log, authority, clock }: IntrospectionOptions) {
  async function verified(token: string): Promise<JwtClaims | undefined> {
    try {
      const keys = await jwkSetOf((await authority.jwtKeys()).signers);
      return (await verifyJwt(token, keys, { now: clock.now() })) as unknown as JwtClaims;
    } catch (error) {
      if (isMunimentError(error) && error.code === 'invalid_jwt') return undefined;
      throw error;
    }
  }

  /** The grant of a token that is ours and has not ended, and what the token says. */
  async function grantOf(token: string): Promise<{ row: Rows['credential']; claims: JwtClaims } | undefined> {
    const claims = await verified(token);
    const row = claims && (await grantNamedBy(log, claims.jti));
    return claims !== undefined && row !== undefined && matches(row, claims) ? { row, claims } : undefined;
  }

  async function introspect(token: string): Promise<Introspection> {
    const found = await grantOf(token);
    if (found === undefined) return INACTIVE;
    const { row, claims } = found;
    const view = await log.view();
    const identity = view.rows('identity').get(row.request.identity ?? '');
    if (identity === undefined || identity.retired || identity.state !== 'active') return INACTIVE;
    if ((await deathOf(database.db, view, row)) !== undefined) return INACTIVE;
    return { active: true, token_type: 'Bearer', ...told(claims) };
  }

  return { introspect, grantOf };
}

function told({ iss, sub, aud, iat, exp, jti, client_id, scope }: JwtClaims): JwtClaims {
  return {
    ...(iss === undefined ? {} : { iss }),
    sub,
    aud,
    iat,
    exp,
    jti,
    ...(client_id === undefined ? {} : { client_id }),
    ...(scope === undefined ? {} : { scope }),
  };
}

const matches = ({ credential }: Rows['credential'], { sub, aud, exp, scope }: JwtClaims): boolean =>
  isToken(credential) &&
  credential.subject === sub &&
  (credential.scope ?? []).join(' ') === (scope ?? '') &&
  credential.audience.join('\n') === [aud].flat().join('\n') &&
  Date.parse(credential.notAfter) === exp * 1000;
