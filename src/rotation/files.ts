import { constants } from 'node:fs';
import { type FileHandle, lstat, open, realpath, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isMunimentError, MunimentError } from '../kernel/index.ts';

const FILE_MAX_BYTES = 1024 * 1024;

export interface HeldFile {
  content: Buffer;
  mode: number;
  uid: number;
  gid: number;
}

const conflict = (path: string, what: string) => new MunimentError('conflict', `\`${path}\` ${what}`);

/** What the system says of a file, in words that hold nothing of its content. */
function told(path: string, error: unknown): MunimentError {
  if (isMunimentError(error)) return error;
  const { code = 'failed' } = error as NodeJS.ErrnoException;
  return conflict(path, code === 'ENOENT' ? 'does not exist' : `cannot be used (${code})`);
}

/**
 * Reads a regular file that is named by its real path: a link could lead us to change a file that nobody approved.
 * @throws MunimentError `conflict`
 */
export async function readHeld(path: string): Promise<HeldFile> {
  try {
    if ((await realpath(path)) !== path) throw conflict(path, 'is, or lies behind, a symbolic link');
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      return await read(path, file);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw told(path, error);
  }
}

async function read(path: string, file: FileHandle): Promise<HeldFile> {
  const { mode, uid, gid, size, nlink } = await file.stat();
  if ((mode & constants.S_IFMT) !== constants.S_IFREG) throw conflict(path, 'is no regular file');
  if (nlink !== 1) throw conflict(path, 'has a second name (a hard link), which a rename would leave behind');
  if (size > FILE_MAX_BYTES) throw conflict(path, `is longer than ${FILE_MAX_BYTES} bytes`);
  return { content: await file.readFile(), mode: mode & 0o7777, uid, gid };
}

/** Beside the file, so that a rename stays within one file system; named after the run, so that a second try finds it. */
export const stagedPath = (path: string, run: string): string => `${path}.${run}`;

/** Writes what is to take the place of `path` beside it, durable, with mode and owner of what stands there. */
export async function stage(path: string, content: Uint8Array, run: string): Promise<string> {
  const staged = stagedPath(path, run);
  try {
    const { mode, uid, gid } = await lstat(path);
    await rm(staged, { force: true });
    // O_EXCL: a link that somebody planted at that name is refused, not followed.
    const file = await open(staged, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.chown(uid, gid);
      await file.chmod(mode & 0o7777);
      await file.sync();
    } finally {
      await file.close();
    }
    return staged;
  } catch (error) {
    await rm(staged, { force: true }).catch(() => undefined);
    throw told(path, error);
  }
}

/**
 * Puts `content` in the place of a file that still holds `expected`: whole or not at all, for every reader.
 * @throws MunimentError `conflict` where the file holds something else by now
 */
export async function replaceHeld(
  path: string,
  expected: Uint8Array,
  content: Uint8Array,
  run: string,
): Promise<void> {
  const staged = await stage(path, content, run);
  try {
    if (!(await readHeld(path)).content.equals(expected))
      throw conflict(path, 'was changed by somebody else');
    await rename(staged, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(staged, { force: true });
    throw told(path, error);
  }
}

/** A rename is durable once its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
