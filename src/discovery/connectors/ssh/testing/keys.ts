import { generateKeyPairSync } from 'node:crypto';
import ssh2 from 'ssh2';

export interface TestKey {
  /** PEM. */
  private: string;
  /** Type and blob, as a line of known_hosts or authorized_keys has them. */
  public: string;
}

/** A new key for a server or a user of a test. */
export function makeKey(): TestKey {
  const pair = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
  });
  const parsed = ssh2.utils.parseKey(pair.privateKey);
  if (parsed instanceof Error) throw parsed;
  return { private: pair.privateKey, public: `${parsed.type} ${parsed.getPublicSSH().toString('base64')}` };
}
