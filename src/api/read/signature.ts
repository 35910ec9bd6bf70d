import { X509Certificate } from 'node:crypto';
import type { Rows } from '#verifier';
import { jwkSetOf, verifyJwt } from '../../crypto/index.ts';
import type { Authority } from '../../issuance/index.ts';
import { isMunimentError } from '../../kernel/index.ts';

/** Whether a credential is signed by the key that its entry names; `unchecked` where that key is published no longer. */
export type Signature = 'good' | 'bad' | 'unchecked';

interface Shown {
  certificate?: string | undefined;
  jwt?: string | undefined;
}

/** Null where only a name was given, which carries no signature. */
export async function signatureOf(
  authority: Pick<Authority, 'published' | 'jwtKeys'>,
  { certificate, jwt }: Shown,
  { credential }: Rows['credential'],
): Promise<Signature | null> {
  if (certificate !== undefined) return ofCertificate(authority, certificate, credential.issuer);
  if (jwt !== undefined) return ofToken(authority, jwt, credential);
  return null;
}

async function ofCertificate({ published }: Pick<Authority, 'published'>, pem: string, keyId: string) {
  const ca = (await published()).find(({ issuer }) => issuer.signer.keyId === keyId);
  if (ca === undefined) return 'unchecked';
  const by = new X509Certificate(ca.certificate);
  const leaf = new X509Certificate(pem);
  return leaf.checkIssued(by) && leaf.verify(by.publicKey) ? 'good' : 'bad';
}

/** As of its own beginning: whether it has ended is another question. */
async function ofToken(
  { jwtKeys }: Pick<Authority, 'jwtKeys'>,
  jwt: string,
  { issuer, notBefore }: Rows['credential']['credential'],
): Promise<Signature> {
  const signer = (await jwtKeys()).signers.find(({ keyId }) => keyId === issuer);
  if (signer === undefined) return 'unchecked';
  try {
    await verifyJwt(jwt, await jwkSetOf([signer]), { now: new Date(notBefore) });
    return 'good';
  } catch (error) {
    if (isMunimentError(error) && error.code === 'invalid_jwt') return 'bad';
    throw error;
  }
}
