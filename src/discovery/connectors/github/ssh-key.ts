import { createHash } from 'node:crypto';

const PUBLIC_KEY = /^(?:ssh-|ecdsa-sha2-|sk-)[a-z0-9@.-]{1,60} ([A-Za-z0-9+/]{16,16384}={0,2})(?:\s|$)/;

/** `SHA256:…` of a public key in OpenSSH's form (`ssh-ed25519 AAAA…`), as OpenSSH prints it; undefined where it is none. */
export function fingerprintOf(publicKey: string): string | undefined {
  const [, blob] = PUBLIC_KEY.exec(publicKey) ?? [];
  if (blob === undefined) return undefined;
  const digest = createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64');
  return `SHA256:${digest.replace(/={1,2}$/, '')}`;
}
