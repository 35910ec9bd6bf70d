import { parseVerifierKey } from '#verifier';
import type { KeyStore, LocalSigner } from '../crypto/index.ts';
import type { LogSigner } from '../store/index.ts';

/** RFC 8410, section 4: an Ed25519 SPKI is a constant prefix and the raw key. */
const ED25519_SPKI_PREFIX_BYTES = 12;

/** The log's name is kept with its key: one that is configured later does not rename a log. */
export async function firstOrigin(keys: KeyStore, named: () => string): Promise<string> {
  return Buffer.from(await keys.kept('log/origin', () => Buffer.from(named()))).toString('utf8');
}

/** The key of the log that the database holds (`standing`: its verifier key), or of one that is yet to be made. */
export async function openLogKey(
  keys: KeyStore,
  standing: string | null,
  named: () => string,
): Promise<LogSigner> {
  const first = await firstOrigin(keys, named);
  const origin = standing === null ? first : parseVerifierKey(standing).name;
  return origin === first
    ? signerOf(origin, await keys.signer('log', 'Ed25519'))
    : continuedKey(keys, origin);
}

/** The key of a log that goes on from another, made at first use. */
export const continuedKey = async (keys: KeyStore, origin: string): Promise<LogSigner> =>
  signerOf(origin, await keys.signer(`log/${origin}`, 'Ed25519'));

const signerOf = (origin: string, signer: LocalSigner): LogSigner => ({
  origin,
  publicKey: signer.publicKey.subarray(ED25519_SPKI_PREFIX_BYTES),
  sign: (message) => signer.sign(message),
});
