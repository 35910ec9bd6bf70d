import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { z } from 'zod';
import { SourceError } from '../../../source-error.ts';

/** What a digest file says, as far as it is used. */
const DIGEST = z.object({
  awsAccountId: z.string(),
  digestStartTime: z.iso.datetime(),
  digestEndTime: z.iso.datetime(),
  digestS3Bucket: z.string(),
  digestS3Object: z.string(),
  digestPublicKeyFingerprint: z.string(),
  digestSignatureAlgorithm: z.literal('SHA256withRSA'),
  previousDigestS3Object: z.string().nullish(),
  previousDigestHashValue: z.string().nullish(),
  previousDigestSignature: z.string().nullish(),
  logFiles: z.array(
    z.object({ s3Object: z.string(), hashValue: z.string(), hashAlgorithm: z.literal('SHA-256') }),
  ),
});

export type DigestFile = z.output<typeof DIGEST>;

/** A digest whose signature holds. */
export interface Digest extends DigestFile {
  /** Hex. */
  signature: string;
  /** SHA-256 of its content, hex. */
  hash: string;
}

export interface TrailKey {
  /** As the provider gives it; undefined where a file of keys does not say. */
  fingerprint: string | undefined;
  key: KeyObject;
}

const PEM = /-----BEGIN (RSA )?PUBLIC KEY-----[^-]+-----END (RSA )?PUBLIC KEY-----/g;
const KEY_LIST = z.object({
  PublicKeyList: z.array(z.object({ Fingerprint: z.string(), Value: z.string() })),
});

export const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** @param text PEM, one key or more, or what `aws cloudtrail list-public-keys` prints */
export function trailKeys(text: string): TrailKey[] {
  try {
    const keys = text.trimStart().startsWith('{')
      ? KEY_LIST.parse(JSON.parse(text)).PublicKeyList.map(({ Fingerprint, Value }) => ({
          fingerprint: Fingerprint,
          key: createPublicKey({ key: Buffer.from(Value, 'base64'), format: 'der', type: 'pkcs1' }),
        }))
      : (text.match(PEM) ?? []).map((pem) => ({ fingerprint: undefined, key: createPublicKey(pem) }));
    if (keys.length > 0) return keys;
  } catch {
    // Told below, in our words.
  }
  throw new SourceError('failed', 'the file of public keys holds none');
}

/** The string that is signed: end, place, hash and the signature before it, each on a line. */
const signedText = (file: DigestFile, hash: string): string =>
  [
    file.digestEndTime,
    `${file.digestS3Bucket}/${file.digestS3Object}`,
    hash,
    file.previousDigestSignature ?? 'null',
  ].join('\n');

function parsed(content: Uint8Array): DigestFile {
  try {
    return DIGEST.parse(JSON.parse(Buffer.from(content).toString('utf8')));
  } catch {
    throw new SourceError('failed', 'a digest that is not what it should be');
  }
}

export interface Found {
  content: Uint8Array;
  signature: string;
  /** Where it lies: a digest of another place, moved here, would hide what was here. */
  object: string;
  bucket: string | undefined;
  account: string;
}

/**
 * @returns what it says, its signature (RSA, PKCS #1 v1.5, SHA-256) and place checked
 * @throws SourceError where it does not hold
 */
export function checkedDigest(
  { content, signature, object, bucket, account }: Found,
  keys: TrailKey[],
): Digest {
  const file = parsed(content);
  const here =
    file.digestS3Object === object &&
    file.awsAccountId === account &&
    (bucket === undefined || file.digestS3Bucket === bucket);
  if (!here) throw new SourceError('failed', 'a digest of another place');
  const hash = sha256(content);
  const text = Buffer.from(signedText(file, hash));
  const known = keys.filter(
    ({ fingerprint }) => fingerprint === undefined || fingerprint === file.digestPublicKeyFingerprint,
  );
  if (known.length === 0)
    throw new SourceError('failed', 'the key that signed the digest is not among the public keys');
  const bytes = Buffer.from(signature.trim(), 'hex');
  if (!known.some(({ key }) => verify('sha256', text, key, bytes)))
    throw new SourceError('failed', 'the signature of the digest does not hold');
  return { ...file, signature: signature.trim(), hash };
}

export type Link = 'follows' | 'gap' | 'broken';

/** How a digest stands to the one before it. */
export function linkOf(before: Digest, digest: Digest): Link {
  if (digest.previousDigestS3Object !== before.digestS3Object) return 'gap';
  const same =
    digest.previousDigestSignature === before.signature && digest.previousDigestHashValue === before.hash;
  return same ? 'follows' : 'broken';
}
