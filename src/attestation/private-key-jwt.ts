import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { errors, type JWTPayload, jwtVerify } from 'jose';
import type { ClientKey, Rows } from '#verifier';
import { thumbprintOf } from '../crypto/index.ts';
import { timestamp } from '../kernel/index.ts';
import type { View } from '../store/index.ts';
import {
  ASSERTION_MAX_SECONDS,
  type AssertionSources,
  checkAudience,
  clientRefused,
  readAssertion,
  SKEW_SECONDS,
  type Unproven,
} from './assertion.ts';
import { standingTrusts } from './match.ts';
import type { ClientAttestation } from './model.ts';

/** By type of key, so that no token chooses: neither `none`, nor an HMAC over a public key, nor one key under two schemes. */
const ALGORITHMS = {
  'P-256': ['ES256'],
  'P-384': ['ES384'],
  Ed25519: ['EdDSA', 'Ed25519'],
  RSA: ['RS256', 'PS256', 'RS384', 'PS384', 'RS512', 'PS512'],
};
const JTI_MAX_CHARACTERS = 255;

/**
 * A client that signs with a key which a trust of its identity declares (RFC 7523, section 2.2). The client id, in `iss` and
 * `sub`, is the identity's SPIFFE ID, and keys of that identity alone are tried: another client's `kid` finds none.
 * @throws MunimentError `invalid_client`
 */
export async function attestPrivateKeyJwt(
  sources: AssertionSources,
  view: View,
  assertion: string,
  now: Date,
): Promise<ClientAttestation> {
  const unproven = readAssertion(assertion);
  const client = clientOf(unproven.claims);
  let why = 'no key of this client';
  for (const { trust, key } of keysFor(sources, view, client, unproven)) {
    const claims = await verified(assertion, key, now);
    if (typeof claims === 'string') why = claims;
    else {
      checkAudience(claims, sources.audiences);
      const facts = { thumbprint: thumbprintOf(key), spiffeId: client };
      return { method: 'private-key-jwt', facts, trust: trust.id, client, once: onceOf(claims, now) };
    }
  }
  throw clientRefused(why);
}

function clientOf({ iss, sub }: JWTPayload): string {
  if (typeof sub !== 'string' || iss !== sub) throw clientRefused('`iss` and `sub` are not one client id');
  return sub;
}

interface Declared {
  trust: Rows['trust'];
  key: ClientKey;
}

/** Keys that standing trusts declare for this client; only the one that is named, where one is. */
function keysFor(
  { trustDomain }: AssertionSources,
  view: View,
  client: string,
  { kid }: Unproven,
): Declared[] {
  const pathOf = (identity: string) => view.rows('identity').get(identity)?.spec.spiffePath;
  return standingTrusts(view, 'private-key-jwt')
    .filter(({ spec }) => client === `spiffe://${trustDomain}${pathOf(spec.identity)}`)
    .flatMap((trust) => (trust.spec.keys ?? []).map((key) => ({ trust, key })))
    .filter(({ key }) => kid === undefined || kid === key.kid || kid === thumbprintOf(key));
}

/** The claims, or in a word why the signature does not stand for them. */
async function verified(assertion: string, key: ClientKey, now: Date): Promise<JWTPayload | string> {
  const { kid: _, ...members } = key;
  try {
    const imported = createPublicKey({ key: members as JsonWebKey, format: 'jwk' });
    const { payload } = await jwtVerify(assertion, imported, {
      algorithms: ALGORITHMS['crv' in key ? key.crv : key.kty],
      currentDate: now,
      clockTolerance: SKEW_SECONDS,
      requiredClaims: ['iss', 'sub', 'aud', 'exp', 'jti'],
    });
    return payload;
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    return error.code;
  }
}

function onceOf({ exp, iat, jti }: JWTPayload, now: Date): ClientAttestation['once'] {
  const seconds = now.getTime() / 1000;
  if (typeof jti !== 'string' || jti === '' || jti.length > JTI_MAX_CHARACTERS)
    throw clientRefused('`jti` is no name');
  if (Number(exp) > seconds + ASSERTION_MAX_SECONDS + SKEW_SECONDS) throw clientRefused('lives too long');
  if (iat !== undefined && iat > seconds + SKEW_SECONDS) throw clientRefused('made in the future');
  return { name: jti, ends: timestamp(new Date((Number(exp) + SKEW_SECONDS) * 1000)) };
}
