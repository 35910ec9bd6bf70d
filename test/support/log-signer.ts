import { generateKeyPairSync, sign } from 'node:crypto';
import type { LogSigner } from '../../src/store/index.ts';

/** A fresh key for a log in a test. */
export function testSigner(origin = 'log.example/test'): LogSigner {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    origin,
    publicKey: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)),
    sign: (message) => new Uint8Array(sign(null, message, privateKey)),
  };
}
