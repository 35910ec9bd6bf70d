import type { JWK } from 'jose';
import { publicJwkOf, type Signer } from '../crypto/index.ts';
import type { IssuingCa, SpiffeBundle } from './ca.ts';

/** How often a relying party should look again; keys are published a whole turn before use. */
export const BUNDLE_REFRESH_SECONDS = 300;

/** The ordinary JWK set: some readers refuse any `use` but `sig` and `enc`. */
export async function jwksOf(signers: Signer[]): Promise<{ keys: JWK[] }> {
  const keys = await Promise.all(signers.map(publicJwkOf));
  return { keys: keys.map((key) => ({ ...key, alg: 'ES256', use: 'sig' })) };
}

/**
 * The trust domain's bundle (X509-SVID.md, 6.2: `x5c` of one certificate and no `kid`). The root alone is an anchor:
 * intermediates come with each chain, so a rotation of theirs changes nothing here.
 */
export async function spiffeBundleOf(
  { issuer, certificate }: IssuingCa,
  { signers, sequence }: { signers: Signer[]; sequence: number },
): Promise<SpiffeBundle> {
  const { kid: _, ...rootKey } = await publicJwkOf(issuer.signer);
  const anchor = { ...rootKey, use: 'x509-svid', x5c: [Buffer.from(certificate).toString('base64')] };
  const jwtKeys = await Promise.all(signers.map(publicJwkOf));
  return {
    keys: [anchor, ...jwtKeys.map((key) => ({ ...key, use: 'jwt-svid' }))],
    spiffe_sequence: sequence,
    spiffe_refresh_hint: BUNDLE_REFRESH_SECONDS,
  };
}
