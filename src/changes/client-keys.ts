import { createPublicKey, type JsonWebKey } from 'node:crypto';
import type { ClientKey, TrustSpec } from '#verifier';
import { algorithmOf, der, thumbprintOf } from '../crypto/index.ts';
import { MunimentError } from '../kernel/index.ts';

/** Refuses what is no public key that we check signatures by, or is one in another spelling. */
function checkKey(key: ClientKey, path: string): void {
  try {
    const { kid: _, ...members } = key;
    const imported = createPublicKey({ key: members as JsonWebKey, format: 'jwk' });
    algorithmOf(der.readDer(imported.export({ format: 'der', type: 'spki' })));
    const again = imported.export({ format: 'jwk' }) as Record<string, unknown>;
    if (Object.entries(members).every(([name, value]) => again[name] === value)) return;
  } catch {
    // Said below, in the same words for every way in which it is no key.
  }
  const message = `\`${path}\`: is no public key (JWK: P-256, P-384, Ed25519, RSA of 2048 to 4096 bits)`;
  throw new MunimentError('invalid_key', message, { path });
}

const byThumbprint = (a: ClientKey, b: ClientKey): number => (thumbprintOf(a) < thumbprintOf(b) ? -1 : 1);

/** A client's keys as the log holds them, in a fixed order. Throws `invalid_key`, or `invalid_manifest` for one that stands twice. */
export function clientKeys(keys: readonly ClientKey[], path: string): Pick<TrustSpec, 'where' | 'keys'> {
  for (const [index, key] of keys.entries()) checkKey(key, `${path}[${index}]`);
  const sorted = keys.toSorted(byThumbprint);
  const thumbprint = sorted.map(thumbprintOf);
  if (new Set(thumbprint).size < keys.length)
    throw new MunimentError('invalid_manifest', `\`${path}\`: a key stands twice`, { path });
  return { where: { thumbprint }, keys: sorted };
}
