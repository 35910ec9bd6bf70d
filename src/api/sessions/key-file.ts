import { createPublicKey, verify } from 'node:crypto';

const SIGNATURE_BYTES = 64;

/** What a key file signs to open a session: never anything that could pass for an approval. */
export const sessionMessage = (challenge: string): Buffer =>
  Buffer.from(`muniment session v1\n${challenge}`, 'utf8');

/** Ed25519 (RFC 8032) over `sessionMessage`; `publicKey` is SPKI in base64url. */
export function verifySessionSignature(publicKey: string, challenge: string, signature: string): boolean {
  const bytes = Buffer.from(signature, 'base64url');
  if (bytes.length !== SIGNATURE_BYTES) return false;
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64url'), format: 'der', type: 'spki' });
  return key.asymmetricKeyType === 'ed25519' && verify(null, sessionMessage(challenge), key, bytes);
}
