/** A trail as CloudTrail delivers it, made up in a folder: log files, and digests that are signed and chained. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { sha256 } from '../cloudtrail/digest.ts';

const BUCKET = 'trail-bucket';
const REGION = 'us-east-1';
const HOUR_MS = 3_600_000;

export interface MadeTrail {
  folder: string;
  keys: string;
  /** Names below the folder, by hour. */
  digests: string[];
  logs: string[];
}

const stamp = (at: Date): string => at.toISOString().replace(/[-:]|\.\d{3}/g, '');
const seconds = (at: Date): string => at.toISOString().replace(/\.\d{3}/, '');

function put(folder: string, name: string, content: string | Uint8Array): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

interface Before {
  object: string;
  hash: string;
  signature: string;
}

/** One digest over one log file with these events. */
function hour(
  folder: string,
  account: string,
  start: Date,
  events: object[],
  before: Before | null,
  key: KeyObject,
) {
  const end = new Date(start.getTime() + HOUR_MS);
  const base = `AWSLogs/${account}`;
  const day = seconds(end).slice(0, 10).replaceAll('-', '/');
  const log = `${base}/CloudTrail/${REGION}/${day}/${account}_CloudTrail_${REGION}_${stamp(end)}.json.gz`;
  const object = `${base}/CloudTrail-Digest/${REGION}/${day}/${account}_CloudTrail-Digest_${REGION}_all_${REGION}_${stamp(end)}.json.gz`;
  const records = JSON.stringify({ Records: events });
  put(folder, log, gzipSync(records));
  const digest = JSON.stringify({
    awsAccountId: account,
    digestStartTime: seconds(start),
    digestEndTime: seconds(end),
    digestS3Bucket: BUCKET,
    digestS3Object: object,
    digestPublicKeyFingerprint: '00',
    digestSignatureAlgorithm: 'SHA256withRSA',
    previousDigestS3Object: before?.object ?? null,
    previousDigestHashValue: before?.hash ?? null,
    previousDigestSignature: before?.signature ?? null,
    logFiles: [
      { s3Bucket: BUCKET, s3Object: log, hashValue: sha256(Buffer.from(records)), hashAlgorithm: 'SHA-256' },
    ],
  });
  const hash = sha256(Buffer.from(digest));
  const text = [seconds(end), `${BUCKET}/${object}`, hash, before?.signature ?? 'null'].join('\n');
  const signature = sign('sha256', Buffer.from(text), key).toString('hex');
  put(folder, object, gzipSync(digest));
  put(folder, `${object}.signature`, signature);
  return { object, hash, signature, log };
}

/** @param hours events of each hour; the last one ends now */
export function makeTrail(folder: string, account: string, hours: object[][], now: Date): MadeTrail {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keys = join(folder, 'keys.json');
  const value = publicKey.export({ type: 'pkcs1', format: 'der' }).toString('base64');
  put(folder, 'keys.json', JSON.stringify({ PublicKeyList: [{ Fingerprint: '00', Value: value }] }));
  let before: (Before & { log: string }) | null = null;
  const made: MadeTrail = { folder, keys, digests: [], logs: [] };
  for (const [at, events] of hours.entries()) {
    const start = new Date(now.getTime() - (hours.length - at) * HOUR_MS);
    before = hour(folder, account, start, events, before, privateKey);
    made.digests.push(before.object);
    made.logs.push(before.log);
  }
  return made;
}

/** An event as the provider writes it. */
export const event = (eventName: string, responseElements: object, more: object = {}): object => ({
  eventVersion: '1.08',
  eventID: `event-${eventName}`,
  eventTime: '2026-01-02T03:04:05Z',
  eventSource: 'iam.amazonaws.com',
  eventName,
  userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/alice', userName: 'alice' },
  requestParameters: { userName: 'bob' },
  responseElements,
  ...more,
});
