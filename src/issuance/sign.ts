import { type CredentialRecord, isToken } from '#verifier';
import { issueCertificate, jtiOf, serialOf, signJwt } from '../crypto/index.ts';
import { MunimentError } from '../kernel/index.ts';
import type { Appended } from '../store/index.ts';
import type { Authority } from './ca.ts';
import type { Order } from './order.ts';

/** Signs what an entry says, and names that entry in it. INVARIANT: called only with an entry that is durable. */
export async function signCredential(
  authority: Authority,
  order: Order,
  credential: CredentialRecord,
  entry: Appended,
): Promise<{ certificate: Uint8Array[] } | { jwt: string }> {
  return isToken(credential)
    ? { jwt: await signToken(authority, order, credential, entry) }
    : { certificate: await signCertificate(order, credential, entry) };
}

async function signToken(
  authority: Authority,
  order: Order,
  credential: CredentialRecord,
  entry: Appended,
): Promise<string> {
  const signers = (await authority.jwtKeys()).signers;
  const signer = signers.find(({ keyId }) => keyId === credential.issuer);
  if (signer === undefined) throw new MunimentError('internal', 'the issuing key is no longer published');
  const iss = order.tokenIssuer ?? authority.issuerUrl;
  const claims = {
    ...(iss === undefined ? {} : { iss }),
    sub: credential.subject,
    aud: credential.audience,
    iat: seconds(credential.notBefore),
    exp: seconds(credential.notAfter),
    jti: jtiOf(entry.index, entry.leafHash),
  };
  return credential.type === 'access-token'
    ? signJwt({ ...claims, ...accessClaims(credential) }, signer, 'at+jwt')
    : signJwt(claims, signer);
}

/** RFC 9068, section 2.2: the client is the subject where it acts for itself. */
const accessClaims = ({ subject, scope = [] }: CredentialRecord) => ({
  client_id: subject,
  ...(scope.length === 0 ? {} : { scope: scope.join(' ') }),
});

const seconds = (time: string): number => Date.parse(time) / 1000;

async function signCertificate(
  { ca, csr }: Order,
  credential: CredentialRecord,
  entry: Appended,
): Promise<Uint8Array[]> {
  if (ca === undefined || csr === undefined) throw new MunimentError('internal', 'nothing to certify');
  const leaf = await issueCertificate(
    {
      profile: 'svid',
      serial: serialOf(entry.index, entry.leafHash),
      spki: csr.spki,
      spiffeId: credential.subject,
      notBefore: new Date(credential.notBefore),
      notAfter: new Date(credential.notAfter),
      ...(ca.crlUrl === undefined ? {} : { crlUrl: ca.crlUrl }),
    },
    ca.issuer,
  );
  return [leaf, ca.certificate];
}
