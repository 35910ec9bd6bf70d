import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { sequence } from './der.ts';
import { OID } from './oids.ts';
import { keyHashOf } from './spki.ts';

export type SigningAlgorithm = 'ES256' | 'ES384' | 'Ed25519';

/** A private key that never leaves its holder: this process, later a KMS or a token. */
export interface Signer {
  /** First 128 bits of the SHA-256 of the SPKI, hex. */
  readonly keyId: string;
  readonly algorithm: SigningAlgorithm;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** ECDSA: DER, as X.509 has it. Ed25519: 64 bytes. */
  sign(data: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** A key held in this process: it answers at once. */
export interface LocalSigner extends Signer {
  sign(data: Uint8Array): Uint8Array;
}

const KEY_ID_CHARACTERS = 32;
const HASHES = { ES256: 'sha256', ES384: 'sha384', Ed25519: null } as const;
/** AlgorithmIdentifier of the signatures that a signer makes (RFC 5758, 3.2; RFC 8410, 3). */
export const SIGNATURE_ALGORITHMS: Record<SigningAlgorithm, Uint8Array> = {
  ES256: sequence(OID.ecdsaSha256),
  ES384: sequence(OID.ecdsaSha384),
  Ed25519: sequence(OID.ed25519),
};

/** A new private key: PKCS #8, DER. */
export function generatePrivateKey(algorithm: SigningAlgorithm): Uint8Array {
  const { privateKey } =
    algorithm === 'Ed25519'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('ec', { namedCurve: algorithm === 'ES256' ? 'P-256' : 'P-384' });
  return privateKey.export({ format: 'der', type: 'pkcs8' });
}

export const keyIdOf = (spki: Uint8Array): string => keyHashOf(spki).slice(0, KEY_ID_CHARACTERS);

export function localSigner(pkcs8: Uint8Array, algorithm: SigningAlgorithm): LocalSigner {
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return {
    keyId: keyIdOf(publicKey),
    algorithm,
    publicKey,
    sign: (data) => sign(HASHES[algorithm], data, key),
  };
}
