import { verifyJwt } from '../crypto/index.ts';
import { isMunimentError, parseSpiffeId, timestamp } from '../kernel/index.ts';
import { type AssertionSources, checkAudience, clientRefused, readAssertion } from './assertion.ts';
import { grantNamedBy } from './grant.ts';
import type { SvidAttestation } from './model.ts';

/**
 * A workload that shows a JWT-SVID of this trust domain, made out to us (draft-ietf-oauth-spiffe-client-auth). Only our own
 * keys are looked at, never any that the client names, and the grant must be on record. An SVID is handed out again until it
 * ends, so it may be shown more than once; locks are for the decision.
 * @throws MunimentError `invalid_client`
 */
export async function attestJwtSvid(
  sources: AssertionSources,
  assertion: string,
  now: Date,
): Promise<SvidAttestation> {
  readAssertion(assertion);
  const claims = await verified(sources, assertion, now);
  checkAudience(claims, sources.audiences);
  const client = String(claims.sub);
  if (parseSpiffeId(client).trustDomain !== sources.trustDomain) throw clientRefused('another trust domain');
  const credential = await grantNamedBy(sources.log, String(claims.jti));
  if (credential?.credential.type !== 'jwt-svid') throw clientRefused('names no grant of a JWT-SVID');
  const { subject, notAfter } = credential.credential;
  if (subject !== client || notAfter !== timestamp(new Date(Number(claims.exp) * 1000)))
    throw clientRefused('the grant that it names says something else');
  return { method: 'jwt-svid', facts: { spiffeId: client }, client, once: null, credential };
}

async function verified({ jwtKeys }: AssertionSources, assertion: string, now: Date) {
  try {
    return await verifyJwt(assertion, await jwtKeys(), { now });
  } catch (error) {
    if (isMunimentError(error) && error.code === 'invalid_jwt') throw clientRefused('not ours', error);
    throw error;
  }
}
