import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { MunimentError } from '../kernel/index.ts';

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + NONCE_BYTES;
export const SEAL_KEY_BYTES = 32;

/** Encrypts what must be kept. The name is bound in, so that one sealed secret cannot stand in for another. */
export interface Seal {
  seal(name: string, plaintext: Uint8Array): Uint8Array;
  /** Throws `seal_key_wrong` where the key or the name is another, or a byte was changed. */
  open(name: string, sealed: Uint8Array): Uint8Array;
  /** Where the key comes from and what that is worth: one sentence for the start-up line and the evidence. */
  readonly worth: string;
}

const boundName = (name: string): Buffer => Buffer.from(`muniment seal v1\n${name}`);

/** AES-256-GCM: version (1), nonce (12), ciphertext, tag (16). */
export function sealWith(key: Uint8Array, worth: string): Seal {
  if (key.length !== SEAL_KEY_BYTES) throw new MunimentError('seal_key_wrong', 'seal key must have 32 bytes');
  return {
    worth,
    seal(name, plaintext) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(boundName(name));
      const ciphertext = [cipher.update(plaintext), cipher.final()];
      return Buffer.concat([Buffer.from([VERSION]), nonce, ...ciphertext, cipher.getAuthTag()]);
    },
    open: (name, sealed) => openSealed(key, name, sealed),
  };
}

function openSealed(key: Uint8Array, name: string, sealed: Uint8Array): Uint8Array {
  const wrong = () => new MunimentError('seal_key_wrong', `seal key does not open \`${name}\``);
  if (sealed.length < HEADER_BYTES + TAG_BYTES || sealed[0] !== VERSION) throw wrong();
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, HEADER_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(boundName(name)).setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(HEADER_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    throw wrong();
  }
}
