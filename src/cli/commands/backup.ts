import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { isMunimentError, MunimentError } from '../../kernel/index.ts';
import { type CommonOptions, client, command } from '../context.ts';
import { print, withProgress } from '../terminal.ts';

interface BackupOptions extends CommonOptions {
  out: string;
}

interface Written {
  file: string;
  bytes: number;
  sha256: string;
  /** Entries in the log at its moment. */
  size: number;
  origin: string;
}

const OWNER_ONLY = 0o600;
/** The header is the first line, and the first piece; the end is the last. */
const TAIL_BYTES = 64 * 1024;

/** Header and end of what went by, and its digest. */
class Watch {
  readonly #hash = createHash('sha256');
  #first: Buffer = Buffer.alloc(0);
  #last: Buffer = Buffer.alloc(0);
  #bytes = 0;

  add(piece: Uint8Array): void {
    this.#hash.update(piece);
    this.#bytes += piece.length;
    if (this.#first.length < TAIL_BYTES) this.#first = Buffer.concat([this.#first, piece]);
    this.#last = Buffer.concat([this.#last, piece]).subarray(-TAIL_BYTES);
  }

  /** @throws MunimentError `backup_damaged` where the last line is not the signature */
  end(file: string): Written {
    const last = this.#last.toString('utf8').trimEnd().split('\n').at(-1) ?? '';
    if (!last.startsWith('{"signed":')) {
      throw new MunimentError('backup_damaged', 'the backup ended too early; nothing was kept of it');
    }
    const header = JSON.parse(this.#first.toString('utf8').split('\n')[0] ?? '{}') as {
      verifierKey: string;
      head: { size: number };
    };
    const origin = header.verifierKey.split('+')[0] ?? '';
    const sha256 = this.#hash.digest('hex');
    return { file, bytes: this.#bytes, sha256, size: header.head.size, origin };
  }
}

/** Under a name of its own until it is whole and durable: a file of the name that was given is a whole backup. */
async function write(file: string, pieces: AsyncIterable<Uint8Array>): Promise<Written> {
  const partial = `${file}.${process.pid}.partial`;
  const handle = openNew(partial);
  try {
    const watch = new Watch();
    for await (const piece of pieces) {
      watch.add(piece);
      for (let at = 0; at < piece.length; ) at += writeSync(handle, piece, at);
    }
    const written = watch.end(file);
    fsyncSync(handle);
    renameSync(partial, file);
    syncFolder(dirname(file));
    return written;
  } catch (error) {
    rmSync(partial, { force: true });
    throw isMunimentError(error) ? error : broken(file, error);
  } finally {
    closeSync(handle);
  }
}

function openNew(path: string): number {
  try {
    return openSync(path, 'wx', OWNER_ONLY);
  } catch (cause) {
    throw new MunimentError('data_unwritable', `\`${path}\` cannot be written`, { cause });
  }
}

/** A connection that ended in the middle, or a disk that is full. */
const broken = (file: string, cause: unknown): MunimentError =>
  new MunimentError('backup_damaged', `\`${file}\` was not written: ${(cause as Error).message}`, { cause });

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}

async function run(options: BackupOptions): Promise<void> {
  const file = resolve(options.out);
  const pieces = await (await client(options)).stream('/backup', {});
  const written = await withProgress('writing the backup', write(file, pieces));
  print(written, options.json, () =>
    [
      `${written.file}: ${written.size} entries of ${written.origin}, ${written.bytes} bytes, sha256 ${written.sha256}`,
      'Its secrets are sealed: keep the seal key as well, and apart from it (`muniment config` says where that is).',
    ].join('\n'),
  );
}

export const backupCommand = (): Command =>
  command(
    'backup',
    'the whole database of one moment, while the server runs',
    'muniment backup --out muniment.backup',
  )
    .requiredOption('--out <file>', 'where it is written, for its owner alone')
    .action(run);
