import type { JWK } from 'jose';
import { jwkSetOf, publicJwkOf } from '../crypto/index.ts';
import type { Authority, SpiffeBundle } from './ca.ts';

/** How often a relying party should look again; keys are published a whole turn before use. */
export const BUNDLE_REFRESH_SECONDS = 300;

/** The ordinary JWK set of keys whose tokens may be live, and of the next. */
export const jwksOf = async (authority: Pick<Authority, 'jwtKeys'>): Promise<{ keys: JWK[] }> =>
  jwkSetOf((await authority.jwtKeys()).signers);

/**
 * The trust domain's bundle (X509-SVID.md, 6.2: `x5c` of one certificate and no `kid`). The root alone is an anchor:
 * intermediates come with each chain, so a rotation of theirs changes nothing here.
 */
export async function spiffeBundleOf(authority: Pick<Authority, 'root' | 'jwtKeys'>): Promise<SpiffeBundle> {
  const { issuer, certificate } = authority.root();
  const { kid: _, ...rootKey } = await publicJwkOf(issuer.signer);
  const anchor = { ...rootKey, use: 'x509-svid', x5c: [Buffer.from(certificate).toString('base64')] };
  const { signers, sequence } = await authority.jwtKeys();
  const jwtKeys = await Promise.all(signers.map(publicJwkOf));
  return {
    keys: [anchor, ...jwtKeys.map((key) => ({ ...key, use: 'jwt-svid' }))],
    spiffe_sequence: sequence,
    spiffe_refresh_hint: BUNDLE_REFRESH_SECONDS,
  };
}
