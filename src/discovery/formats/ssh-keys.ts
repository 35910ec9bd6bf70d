import { createHash, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';

/** What may be known of a key without its secret part. */
export interface PublicKeyFacts {
  /** OpenSSH's form: `SHA256:` and base64 without padding. */
  fingerprint: string;
  type: string;
  bits: number | null;
}

const KEY_TYPES =
  /^(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp(?:256|384|521)|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)(?:-cert-v01@openssh\.com)?$/;

const sshFingerprint = (blob: Buffer): string =>
  `SHA256:${createHash('sha256')
    .update(blob)
    .digest('base64')
    .replace(/={1,2}$/, '')}`;

/** One length-prefixed string (RFC 4251, section 5), or undefined where the blob is cut short. */
function sshString(blob: Buffer, offset: number): { value: Buffer; next: number } | undefined {
  if (offset + 4 > blob.length) return undefined;
  const end = offset + 4 + blob.readUInt32BE(offset);
  return end > blob.length ? undefined : { value: blob.subarray(offset + 4, end), next: end };
}

function bitsOf(type: string, blob: Buffer): number | null {
  if (type.includes('ed25519')) return 256;
  const curve = /nistp(\d+)/.exec(type);
  if (curve !== null) return Number(curve[1]);
  if (type !== 'ssh-rsa') return null;
  const exponent = sshString(blob, sshString(blob, 0)?.next ?? 0);
  const modulus = exponent && sshString(blob, exponent.next);
  return modulus === undefined ? null : modulus.value.toString('hex').replace(/^0+/, '').length * 4;
}

/** Facts of a public key blob (RFC 4253, section 6.6), or undefined where it is none. */
export function factsOfBlob(blob: Buffer): PublicKeyFacts | undefined {
  const type = sshString(blob, 0)?.value.toString('latin1');
  if (type === undefined || !KEY_TYPES.test(type)) return undefined;
  return { fingerprint: sshFingerprint(blob), type, bits: bitsOf(type, blob) };
}

export interface AuthorizedKey extends PublicKeyFacts {
  options: string;
  comment: string;
}

/** Splits at white space outside quotes: options may hold quoted spaces. One left open runs to the end. */
const fields = (line: string): string[] => line.match(/(?:[^\s"]|"(?:\\[\s\S]|[^"\\])*"?)+/g) ?? [];

/** sshd(8), AUTHORIZED_KEYS FILE FORMAT. */
export function parseAuthorizedKeys(text: string): { keys: AuthorizedKey[]; badLines: number } {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const keys = lines.flatMap((line): AuthorizedKey[] => {
    const parts = fields(line);
    const at = parts.findIndex((part) => KEY_TYPES.test(part));
    const facts = at < 0 ? undefined : factsOfBlob(Buffer.from(parts[at + 1] ?? '', 'base64'));
    if (facts === undefined) return [];
    return [{ ...facts, options: parts.slice(0, at).join(' '), comment: parts.slice(at + 2).join(' ') }];
  });
  return { keys, badLines: lines.length - keys.length };
}

export interface PrivateKeyFacts {
  /** null where nothing can be known without the passphrase. */
  public: PublicKeyFacts | null;
  encrypted: boolean;
  format: 'openssh' | 'pem';
}

const OPENSSH = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]*)-----END OPENSSH PRIVATE KEY-----/;
const PEM = /-----BEGIN (?:(?:RSA|EC|DSA|ENCRYPTED) )?PRIVATE KEY-----/;

/** OpenSSH PROTOCOL.key: the public part stands in clear even in an encrypted file. */
function openSshFacts(base64: string): PrivateKeyFacts | undefined {
  const blob = Buffer.from(base64, 'base64');
  const magic = Buffer.from('openssh-key-v1\0', 'latin1');
  if (!blob.subarray(0, magic.length).equals(magic)) return undefined;
  const cipher = sshString(blob, magic.length);
  const kdf = cipher && sshString(blob, cipher.next);
  const options = kdf && sshString(blob, kdf.next);
  const key = options && sshString(blob, options.next + 4);
  if (cipher === undefined || key === undefined) return undefined;
  return {
    public: factsOfBlob(key.value) ?? null,
    encrypted: cipher.value.toString() !== 'none',
    format: 'openssh',
  };
}

const sshBytes = (value: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(value.length);
  return Buffer.concat([length, value]);
};

const fromJwk = (value: string | undefined): Buffer => Buffer.from(value ?? '', 'base64url');

/** A positive number (RFC 4251, section 5): one more byte where the highest bit would make it negative. */
const sshNumber = (value: Buffer): Buffer =>
  sshBytes((value[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), value]) : value);

/** The parts of a key's blob: RFC 4253, section 6.6; RFC 5656, section 3.1; RFC 8709, section 4. */
function sshParts({ kty, crv, e, n, x, y }: JsonWebKey): Buffer[] | undefined {
  const word = (text: string): Buffer => sshBytes(Buffer.from(text));
  if (kty === 'RSA') return [word('ssh-rsa'), sshNumber(fromJwk(e)), sshNumber(fromJwk(n))];
  if (crv === 'Ed25519') return [word('ssh-ed25519'), sshBytes(fromJwk(x))];
  const [, size] = /^P-(256|384|521)$/.exec(crv ?? '') ?? [];
  if (size === undefined) return undefined;
  const point = Buffer.concat([Buffer.from([4]), fromJwk(x), fromJwk(y)]);
  return [word(`ecdsa-sha2-nistp${size}`), word(`nistp${size}`), sshBytes(point)];
}

/** SSH reads PEM keys too, and then knows them by the fingerprint that its servers log. */
function factsOfKey(key: KeyObject): PublicKeyFacts {
  const parts = ['rsa', 'ec', 'ed25519'].includes(key.asymmetricKeyType ?? '')
    ? sshParts(key.export({ format: 'jwk' }))
    : undefined;
  const asSsh = parts && factsOfBlob(Buffer.concat(parts));
  if (asSsh !== undefined) return asSsh;
  const fingerprint = sshFingerprint(key.export({ type: 'spki', format: 'der' }));
  const bits = key.asymmetricKeyDetails?.modulusLength ?? null;
  return { fingerprint, type: key.asymmetricKeyType ?? 'unknown', bits };
}

/** Of a key that SSH cannot use the fingerprint is over the SPKI. */
function pemFacts(text: string): PrivateKeyFacts {
  try {
    return { public: factsOfKey(createPublicKey(text)), encrypted: false, format: 'pem' };
  } catch {
    return { public: null, encrypted: /ENCRYPTED/.test(text), format: 'pem' };
  }
}

/** Facts of a private key file, or undefined where the text holds none. The secret part goes nowhere. */
export function parsePrivateKey(text: string): PrivateKeyFacts | undefined {
  const openSsh = OPENSSH.exec(text);
  if (openSsh !== null) return openSshFacts(openSsh[1] ?? '');
  return PEM.test(text) ? pemFacts(text) : undefined;
}
