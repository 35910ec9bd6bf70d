import { readdir, readFile, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { SourceError } from '../../../source-error.ts';
import type { Account } from '../account.ts';
import { MISSHAPEN } from '../paging.ts';
import type { CloudTrailSettings } from '../settings.ts';

const unzip = promisify(gunzip);
const SIGNATURE = 'signature';

export interface Stored {
  /** As it lies there. */
  bytes: Uint8Array;
  /** Only digests have one. */
  signature: string | undefined;
}

/** Where delivered log files lie. Names are keys of the bucket. */
export interface TrailStore {
  operation: string;
  bucket: string | undefined;
  names(): Promise<string[]>;
  get(name: string): Promise<Stored>;
}

/** A copy of the bucket, as `aws s3 sync` makes it; each digest's signature in `NAME.signature` beside it. */
function folderStore(folder: string, bucket: string | undefined): TrailStore {
  return {
    operation: 'file:read',
    bucket,
    async names() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
    },
    async get(name) {
      const root = await realpath(folder);
      const path = await realpath(join(root, name));
      // A name in a digest, or a link, that leads out of the folder.
      if (!path.startsWith(`${root}${sep}`)) throw new SourceError('failed', 'a file outside of the folder');
      const signature = await readFile(`${path}.${SIGNATURE}`, 'utf8').catch(() => undefined);
      return { bytes: await readFile(path), signature };
    },
  };
}

function bucketStore({ clients, call }: Account, bucket: string, prefix: string): TrailStore {
  return {
    operation: 's3:GetObject',
    bucket,
    async names() {
      const { ListObjectsV2Command } = await import('@aws-sdk/client-s3');
      const s3 = await clients.s3();
      const names: string[] = [];
      for (let token: string | undefined, more = true; more; ) {
        const input = { Bucket: bucket, Prefix: prefix, ContinuationToken: token };
        const { output } = await call((options) => s3.send(new ListObjectsV2Command(input), options));
        if (output.IsTruncated === undefined) throw new SourceError('failed', MISSHAPEN);
        names.push(...(output.Contents ?? []).map(({ Key = '' }) => Key));
        more = output.IsTruncated;
        if (more && output.NextContinuationToken === token) throw new SourceError('failed', MISSHAPEN);
        token = output.NextContinuationToken;
      }
      return names;
    },
    async get(name) {
      const { GetObjectCommand } = await import('@aws-sdk/client-s3');
      const s3 = await clients.s3();
      const input = { Bucket: bucket, Key: name };
      const { output } = await call((options) => s3.send(new GetObjectCommand(input), options));
      if (output.Body === undefined) throw new SourceError('failed', MISSHAPEN);
      return { bytes: await output.Body.transformToByteArray(), signature: output.Metadata?.[SIGNATURE] };
    },
  };
}

export const trailStore = (account: Account, settings: CloudTrailSettings): TrailStore =>
  'folder' in settings
    ? folderStore(settings.folder, settings.bucket)
    : bucketStore(account, settings.bucket, settings.prefix);

/** @throws SourceError where it is no gzip, or more than `maxBytes` */
export async function contentOf({ bytes }: Stored, maxBytes: number): Promise<Buffer> {
  try {
    return await unzip(bytes, { maxOutputLength: maxBytes });
  } catch {
    throw new SourceError('failed', 'a file that is no gzip, or too large');
  }
}
