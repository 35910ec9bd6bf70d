import type { Rows } from '#verifier';
import { type JwtClaims, jwkSetOf, parseJti, verifyJwt } from '../crypto/index.ts';
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

  return async function introspect(token: string): Promise<Introspection> {
    const claims = await verified(token);
    if (claims === undefined) return INACTIVE;
    const row = await grantNamedBy(log, claims.jti);
    if (row === undefined || !matches(row, claims)) return INACTIVE;
    const view = await log.view();
    const identity = view.rows('identity').get(row.request.identity ?? '');
    if (identity === undefined || identity.retired || identity.state !== 'active') return INACTIVE;
    if ((await deathOf(database.db, view, row)) !== undefined) return INACTIVE;
    const { iss, sub, aud, iat, exp, jti } = claims;
    return {
      active: true,
      token_type: 'Bearer',
      ...(iss === undefined ? {} : { iss }),
      sub,
      aud,
      iat,
      exp,
      jti,
    };
  };
}

/** The grant whose entry a `jti` names, index and leaf hash both. */
export async function grantNamedBy(
  log: Pick<Log, 'row' | 'entry'>,
  jti: string,
): Promise<Rows['credential'] | undefined> {
  const named = parseJti(jti);
  if (named === undefined) return undefined;
  const [row, entry] = await Promise.all([
    log.row('credential', String(named.index)),
    log.entry(named.index),
  ]);
  const leafHash = entry && Buffer.from(entry.leafHash).toString('hex');
  return leafHash === named.leafHash ? row : undefined;
}

const matches = ({ credential }: Rows['credential'], { sub, aud, exp }: JwtClaims): boolean =>
  credential.type === 'jwt-svid' &&
  credential.subject === sub &&
  credential.audience.join('\n') === [aud].flat().join('\n') &&
  Date.parse(credential.notAfter) === exp * 1000;
