import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { type ApprovalSignature, approvalMessage, type EventBatch, eventsMessage } from '#verifier';
import { approvalKeyId, MunimentError } from '../kernel/index.ts';

/** An Ed25519 key that signs approvals and opens sessions for one person; the private part never leaves the file. */
export interface KeyFile {
  id: string;
  /** SPKI, DER, base64url. */
  publicKey: string;
  key: KeyObject;
}

const SESSION_DOMAIN = 'muniment session v1\n';

function keyFileOf(key: KeyObject, path: string): KeyFile {
  if (key.asymmetricKeyType !== 'ed25519')
    throw new MunimentError('invalid_key', `\`${path}\` holds no Ed25519 key`);
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64url');
  return { id: approvalKeyId(publicKey), publicKey, key };
}

export function readKeyFile(path: string): KeyFile {
  let pem: string;
  try {
    pem = readFileSync(path, 'utf8');
  } catch {
    throw new MunimentError('invalid_key', `cannot read the key file \`${path}\``);
  }
  try {
    return keyFileOf(createPrivateKey(pem), path);
  } catch {
    throw new MunimentError('invalid_key', `\`${path}\` is no private key in PEM`);
  }
}

/** Writes a fresh key with mode 0600; a file that is there is never replaced. */
export function createKeyFile(path: string): KeyFile {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  try {
    writeFileSync(path, pem, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'EEXIST' ? 'is there already' : 'cannot be written';
    throw new MunimentError('invalid_key', `\`${path}\` ${why}`);
  }
  return keyFileOf(privateKey, path);
}

export const signApproval = (file: KeyFile, planDigest: string): ApprovalSignature => ({
  type: 'ed25519',
  keyId: file.id,
  signature: sign(null, approvalMessage(planDigest), file.key).toString('base64url'),
});

export const signChallenge = (file: KeyFile, challenge: string): string =>
  sign(null, Buffer.from(SESSION_DOMAIN + challenge), file.key).toString('base64url');

/** As a source of events, base64url. */
export const signEvents = (file: KeyFile, batch: EventBatch): string =>
  sign(null, eventsMessage(batch), file.key).toString('base64url');
