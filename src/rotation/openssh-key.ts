import { createHash, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';

const MAGIC = 'openssh-key-v1\0';
const TYPE = 'ssh-ed25519';
/** Of the cipher `none`. */
const BLOCK_BYTES = 8;
const LINE_CHARACTERS = 70;
const CHECK_BYTES = 4;
const SEED_OFFSET = -32;
const KEY_BYTES = 32;

export interface PublicKey {
  type: string;
  /** The wire form, base64. */
  blob: string;
}

export interface SshKeyPair {
  /** The text of a private key file. */
  privateKey: string;
  publicKey: PublicKey;
}

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** RFC 4251, section 5: a length and that many bytes. */
const string = (value: Uint8Array | string): Buffer => {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([uint32(bytes.length), bytes]);
};

const raw = (key: KeyObject, type: 'spki' | 'pkcs8'): Buffer =>
  key.export({ format: 'der', type } as { format: 'der'; type: 'spki' }).subarray(SEED_OFFSET);

/** 1, 2, 3 … up to the block (PROTOCOL.key, section 3). */
const padded = (section: Buffer): Buffer => {
  const missing = (BLOCK_BYTES - (section.length % BLOCK_BYTES)) % BLOCK_BYTES;
  return Buffer.concat([section, Buffer.from(Array.from({ length: missing }, (_, at) => at + 1))]);
};

function armoured(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(new RegExp(`.{1,${LINE_CHARACTERS}}`, 'g')) ?? [];
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join('\n')}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

/** A private key file without a passphrase, as OpenSSH's PROTOCOL.key has it. `seed` and `point` are 32 bytes each. */
export function writePrivateKey(
  seed: Uint8Array,
  point: Uint8Array,
  comment: string,
  check: Uint8Array,
): string {
  if (seed.length !== KEY_BYTES || point.length !== KEY_BYTES || check.length !== CHECK_BYTES)
    throw new RangeError('an Ed25519 key is 32 and 32 bytes, with 4 to check it by');
  const blob = Buffer.concat([string(TYPE), string(point)]);
  const section = Buffer.concat([
    check,
    check,
    string(TYPE),
    string(point),
    string(Buffer.concat([seed, point])),
    string(comment),
  ]);
  const head = [Buffer.from(MAGIC), string('none'), string('none'), string(''), uint32(1)];
  return armoured(Buffer.concat([...head, string(blob), string(padded(section))]));
}

/** A new Ed25519 key. */
export function makeSshKey(comment: string): SshKeyPair {
  const pair = generateKeyPairSync('ed25519');
  const point = raw(pair.publicKey, 'spki');
  const privateKey = writePrivateKey(raw(pair.privateKey, 'pkcs8'), point, comment, randomBytes(CHECK_BYTES));
  const blob = Buffer.concat([string(TYPE), string(point)]).toString('base64');
  return { privateKey, publicKey: { type: TYPE, blob } };
}

/** As `ssh-keygen -l` and the server's log have it. */
export const fingerprint = ({ blob }: PublicKey): string =>
  `SHA256:${createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64').replaceAll('=', '')}`;
