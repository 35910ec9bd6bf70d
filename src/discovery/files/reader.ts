import { constants, type Dirent } from 'node:fs';
import { access, type FileHandle, open, readdir, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeniedRange } from '#verifier';

export const FILE_MAX_BYTES = 1024 * 1024;
/** Of a file of fixed-size records. */
export const RECORDS_MAX_BYTES = 64 * 1024 * 1024;
export const FOLDER_MAX_ENTRIES = 10_000;
export const MARK_WITHIN_BYTES = 4 * 1024;

export interface FileRead {
  path: string;
  text: string;
  bytes: Buffer;
  /** Permission bits, e.g. `0600`. */
  mode: string;
  modeBits: number;
  uid: number;
  modified: Date;
}

interface ReadRule {
  trusted?: boolean;
  within?: string;
  /** Only a file whose first `MARK_WITHIN_BYTES` match; any other is as good as not there, whatever its size. */
  marked?: RegExp;
  /** `FILE_MAX_BYTES` where absent. */
  maxBytes?: number;
}

export interface FolderEntry {
  name: string;
  /** Links are neither. */
  kind: 'file' | 'folder' | 'other';
}

/** A name that is no UTF-8 reads back with this in it, and then cannot be opened again. */
const UNREADABLE_NAME = '\uFFFD';

const kindOf = (entry: Dirent): FolderEntry['kind'] =>
  entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : 'other';

/** Read from its place, so that the whole file is still to be read from its beginning. */
async function isMarked(handle: FileHandle, mark: RegExp): Promise<boolean> {
  if (!(await handle.stat()).isFile()) return false;
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(MARK_WITHIN_BYTES), 0, MARK_WITHIN_BYTES, 0);
  return mark.test(buffer.toString('latin1', 0, bytesRead));
}

/**
 * Reads files below a root and keeps account: a file that is not there is nothing; one that may not be read is a
 * denied range; one that cannot be read is an error. The three are never confused.
 */
export class Reader {
  calls = 0;
  denied: DeniedRange[] = [];
  errors: Array<{ what: string; why: string }> = [];
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  #fault(path: string, error: unknown): undefined {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (code === 'EACCES' || code === 'EPERM') this.denied.push({ what: path, why: 'no permission' });
    else if (code === 'ELOOP') this.denied.push({ what: path, why: 'is a symbolic link' });
    else this.errors.push({ what: path, why: code });
    return undefined;
  }

  /**
   * A regular file's text, or undefined. `within`: a folder that the file must truly lie below, for a folder on the way could be
   * a link of its owner's to another's files; asked of the open file, so there is no gap to race in. `trusted` follows a link: for files that only root can place. Elsewhere a link could
   * point at another's secret, and a pipe could hang us.
   */
  async file(
    path: string,
    { trusted = false, within, marked, maxBytes = FILE_MAX_BYTES }: ReadRule = {},
  ): Promise<FileRead | undefined> {
    this.calls += 1;
    const flags =
      constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY | (trusted ? 0 : constants.O_NOFOLLOW);
    let handle: FileHandle | undefined;
    try {
      handle = await open(join(this.#root, path), flags);
      if (within !== undefined && !(await this.#isBelow(within, handle))) {
        this.denied.push({ what: path, why: 'is reached through a symbolic link' });
        return undefined;
      }
      if (marked !== undefined && !(await isMarked(handle, marked))) return undefined;
      return await this.#readOpen(path, handle, maxBytes);
    } catch (error) {
      return this.#fault(path, error);
    } finally {
      await handle?.close();
    }
  }

  async #isBelow(folder: string, handle: FileHandle): Promise<boolean> {
    const base = await realpath(join(this.#root, folder));
    return (await readlink(`/proc/self/fd/${handle.fd}`)).startsWith(base === '/' ? base : `${base}/`);
  }

  async #readOpen(path: string, handle: FileHandle, maxBytes: number): Promise<FileRead | undefined> {
    const stat = await handle.stat();
    if (!stat.isFile()) return undefined;
    if (stat.size > maxBytes) {
      this.denied.push({ what: path, why: `larger than ${maxBytes} bytes` });
      return undefined;
    }
    const modeBits = stat.mode & 0o7777;
    const bytes = await handle.readFile();
    return {
      path,
      text: bytes.toString('utf8'),
      bytes,
      mode: modeBits.toString(8).padStart(4, '0'),
      modeBits,
      uid: stat.uid,
      modified: stat.mtime,
    };
  }

  /** A file's bytes without its text's meaning: for the fixed-size records of `lastlog`. */
  async bytes(path: string): Promise<Buffer | undefined> {
    this.calls += 1;
    let handle: FileHandle | undefined;
    try {
      handle = await open(join(this.#root, path), constants.O_RDONLY | constants.O_NONBLOCK);
      // A sparse file may claim any size.
      if ((await handle.stat()).size <= RECORDS_MAX_BYTES) return await handle.readFile();
      this.denied.push({ what: path, why: `larger than ${RECORDS_MAX_BYTES} bytes` });
      return undefined;
    } catch (error) {
      return this.#fault(path, error);
    } finally {
      await handle?.close();
    }
  }

  /** Names in a folder, sorted; empty where there is no folder. */
  async names(path: string): Promise<string[]> {
    this.calls += 1;
    try {
      const names = (await readdir(join(this.#root, path))).sort();
      if (names.length > FOLDER_MAX_ENTRIES) {
        this.denied.push({ what: path, why: `more than ${FOLDER_MAX_ENTRIES} entries` });
      }
      return names.slice(0, FOLDER_MAX_ENTRIES).filter((name) => this.#readable(path, name));
    } catch (error) {
      this.#fault(path, error);
      return [];
    }
  }

  /** What a folder holds, sorted, for walking down; undefined where it could not be read. */
  async entries(path: string): Promise<FolderEntry[] | undefined> {
    this.calls += 1;
    try {
      const found = await readdir(join(this.#root, path), { withFileTypes: true });
      return found
        .filter(({ name }) => this.#readable(path, name))
        .map((entry) => ({ name: entry.name, kind: kindOf(entry) }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    } catch (error) {
      return this.#fault(path, error);
    }
  }

  /** null where it cannot be told. */
  async exists(path: string): Promise<boolean | null> {
    this.calls += 1;
    try {
      await access(join(this.#root, path));
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return code === 'ENOENT' || code === 'ENOTDIR' ? false : null;
    }
  }

  #readable(folder: string, name: string): boolean {
    if (!name.includes(UNREADABLE_NAME)) return true;
    this.denied.push({ what: folder, why: 'holds a file name that is not UTF-8' });
    return false;
  }

  async link(path: string): Promise<string | undefined> {
    this.calls += 1;
    try {
      return await readlink(join(this.#root, path));
    } catch {
      return undefined;
    }
  }
}
