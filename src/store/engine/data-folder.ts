import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { isMunimentError, MunimentError } from '../../kernel/index.ts';
import { tryLockFile } from '../../kernel/native.ts';
import { syncPath, syncTree } from './durable-fs.ts';

/**
 * Keeps other servers out of a data folder that holds no cluster: its tiles and its socket have one writer too.
 * @returns how to let go
 * @throws MunimentError `data_in_use`, `data_unwritable`
 */
export function lockDataFolder(folder: string): () => void {
  const fd = hold(folder);
  return () => closeSync(fd);
}

/** A data folder that this process alone may use until it lets go. */
export interface DataFolder {
  /** Where the cluster lies. */
  readonly cluster: string;
  /** To be called once the cluster stands for the first time. */
  created(): void;
  release(): void;
}

/**
 * Takes the folder: makes it where it is missing, proves that it can be written, locks it.
 * @throws MunimentError `data_in_use`, `data_unwritable`
 */
export function takeDataFolder(folder: string): DataFolder {
  const fd = hold(folder);
  try {
    return { ...creation(folder), release: () => closeSync(fd) };
  } catch (error) {
    closeSync(fd);
    throw unwritable(folder, error);
  }
}

function hold(folder: string): number {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return lock(folder);
  } catch (error) {
    if (isMunimentError(error)) throw error;
    throw unwritable(folder, error);
  }
}

export const unwritable = (folder: string, error: unknown): MunimentError =>
  new MunimentError('data_unwritable', `the data folder \`${folder}\` cannot be written`, {
    detail: String(error),
    cause: error,
  });

function lock(folder: string): number {
  const fd = openSync(join(folder, 'lock'), 'a', 0o600);
  if (tryLockFile(fd)) return fd;
  closeSync(fd);
  throw new MunimentError('data_in_use', `the data folder \`${folder}\` is in use by another process`);
}

/**
 * A cluster whose creation was cut short holds nothing that anybody was told, and would not open. A marker that is made
 * durable first and removed last tells it from a damaged one, which is never removed.
 */
function creation(folder: string): Omit<DataFolder, 'release'> {
  const cluster = join(folder, 'pg');
  const marker = join(folder, 'pg.creating');
  if (existsSync(marker)) rmSync(cluster, { recursive: true, force: true });
  if (!existsSync(cluster)) {
    writeFileSync(marker, '');
    syncPath(marker);
    syncPath(folder);
  }
  return { cluster, created: () => finishCreation(cluster, marker) };
}

function finishCreation(cluster: string, marker: string): void {
  if (!existsSync(marker)) return;
  syncTree(cluster);
  syncPath(dirname(cluster));
  rmSync(marker);
  syncPath(dirname(cluster));
}
