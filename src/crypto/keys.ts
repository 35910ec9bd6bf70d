import { randomBytes } from 'node:crypto';
import type { Seal } from './seal.ts';
import { generatePrivateKey, type LocalSigner, localSigner, type SigningAlgorithm } from './signer.ts';

/** Where sealed secrets are kept: a table, reached through the feature that has SQL. */
export interface SecretStore {
  get(name: string): Promise<Uint8Array | undefined>;
  /** Keeps `sealed` unless the name is taken: the first one stands, whoever wrote it. */
  putIfAbsent(name: string, sealed: Uint8Array): Promise<void>;
}

export interface KeyStore {
  /** The signing key of this name; made at first use, and the same in every replica ever after. */
  signer(name: string, algorithm: SigningAlgorithm): Promise<LocalSigner>;
  /** 32 random bytes of this name, kept likewise: for keyed fingerprints. */
  secret(name: string): Promise<Uint8Array>;
  /** Bytes of this name, made once and kept sealed: CA certificates, which must stay those of their keys. */
  kept(name: string, make: () => Uint8Array | Promise<Uint8Array>): Promise<Uint8Array>;
}

const SECRET_BYTES = 32;

/** Opens the key store. Throws `seal_key_wrong` when something kept was sealed under another key. */
export function openKeys({ secrets, seal }: { secrets: SecretStore; seal: Seal }): KeyStore {
  async function read(name: string): Promise<Uint8Array | undefined> {
    const sealed = await secrets.get(name);
    return sealed === undefined ? undefined : seal.open(name, sealed);
  }

  async function kept(name: string, make: () => Uint8Array | Promise<Uint8Array>): Promise<Uint8Array> {
    const found = await read(name);
    if (found !== undefined) return found;
    await secrets.putIfAbsent(name, seal.seal(name, await make()));
    // Two replicas may both have made one: what is read back is the one that stands.
    const standing = await read(name);
    if (standing === undefined) throw new Error(`sealed secret ${name} was not kept`);
    return standing;
  }

  return {
    kept,
    secret: (name) => kept(`secret/${name}`, () => randomBytes(SECRET_BYTES)),
    async signer(name, algorithm) {
      const pkcs8 = await kept(`key/${algorithm}/${name}`, () => generatePrivateKey(algorithm));
      return localSigner(pkcs8, algorithm);
    },
  };
}
