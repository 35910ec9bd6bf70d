import type { Client, SFTPWrapper, Stats } from 'ssh2';
import type { Opening } from '../../contract.ts';
import { SourceError } from '../../source-error.ts';

/** Of one file: a longer one is a denied range. */
export const FILE_MAX_BYTES = 4 * 1024 * 1024;
export const FOLDER_MAX_ENTRIES = 10_000;
/** Each server must take a read of this size (draft-ietf-secsh-filexfer-02, section 3). */
const CHUNK_BYTES = 32 * 1024;

const STATUS_EOF = 1;
const STATUS_NO_SUCH_FILE = 2;
const STATUS_PERMISSION_DENIED = 3;

const BROKE_OFF = 'the connection broke off';

export interface RemoteFile {
  text: string;
  /** Permission bits, e.g. `0600`. */
  mode: string;
  modified: string;
}

/** What may be done on a host: nothing that writes has a name here. */
export interface RemoteFiles {
  /** undefined where there is no such file. @throws SourceError */
  read(path: string): Promise<RemoteFile | undefined>;
  /** Sorted; undefined where there is no such folder. @throws SourceError */
  names(path: string): Promise<string[] | undefined>;
  /** Requests since it was last asked. */
  takeCalls(): number;
  /** Whether the connection has ended: nothing more can be read. */
  gone(): boolean;
  close(): void;
}

const isAbsent = (error: unknown): boolean =>
  (error as { code?: unknown } | null)?.code === STATUS_NO_SUCH_FILE;

function asSftpError(error: unknown): SourceError {
  if (error instanceof SourceError) return error;
  const code = (error as { code?: unknown } | null)?.code;
  if (code === STATUS_PERMISSION_DENIED) return new SourceError('denied', 'no permission');
  return new SourceError('failed', typeof code === 'number' ? `SFTP status ${code}` : BROKE_OFF);
}

type Ask = <Result>(
  call: (sftp: SFTPWrapper, done: (error: Error | null | undefined, result?: Result) => void) => void,
) => Promise<Result>;

/** Every request has the same time; a connection that ends ends them all. */
function asking(client: Client, sftp: SFTPWrapper, opening: Opening): { ask: Ask; takeCalls(): number } {
  let calls = 0;
  const ended = Promise.withResolvers<never>();
  ended.promise.catch(() => {});
  client.once('close', () => ended.reject(new SourceError('failed', BROKE_OFF)));
  const ask: Ask = (call) => {
    calls += 1;
    const answer = Promise.withResolvers<never>();
    const late = () => answer.reject(new SourceError('failed', 'no answer in time'));
    const timer = setTimeout(late, opening.limits.requestMilliseconds);
    call(sftp, (error, result) => (error ? answer.reject(error) : answer.resolve(result as never)));
    return Promise.race([answer.promise, ended.promise]).finally(() => clearTimeout(timer));
  };
  return {
    ask,
    takeCalls() {
      const taken = calls;
      calls = 0;
      return taken;
    },
  };
}

/** Up to its size when it was opened; one that ends before has been cut. */
async function contentOf(ask: Ask, handle: Buffer, size: number): Promise<string> {
  const content = Buffer.alloc(size);
  let at = 0;
  while (at < size) {
    const length = Math.min(CHUNK_BYTES, size - at);
    const read = await ask<number>((sftp, done) => sftp.read(handle, content, at, length, at, done)).catch(
      (error: { code?: unknown }) => {
        if (error.code === STATUS_EOF) return 0;
        throw error;
      },
    );
    if (read === 0) throw new SourceError('failed', 'the file ended before its size');
    at += read;
  }
  return content.toString('utf8');
}

async function readFile(ask: Ask, path: string): Promise<RemoteFile | undefined> {
  let handle: Buffer;
  try {
    handle = await ask<Buffer>((sftp, done) => sftp.open(path, 'r', done));
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
  try {
    const { size, mode, mtime, isFile } = await ask<Stats>((sftp, done) => sftp.fstat(handle, done)).then(
      (stats) => ({ size: stats.size, mode: stats.mode, mtime: stats.mtime, isFile: stats.isFile() }),
    );
    if (!isFile) throw new SourceError('failed', 'is no file');
    if (size > FILE_MAX_BYTES) throw new SourceError('denied', `larger than ${FILE_MAX_BYTES} bytes`);
    return {
      text: await contentOf(ask, handle, size),
      mode: (mode & 0o7777).toString(8).padStart(4, '0'),
      modified: new Date(mtime * 1000).toISOString(),
    };
  } finally {
    // What is closed too late does no harm, and must not hide why the read failed.
    await ask<undefined>((sftp, done) => sftp.close(handle, done)).catch(() => {});
  }
}

async function namesIn(ask: Ask, path: string): Promise<string[] | undefined> {
  try {
    const list = await ask<Array<{ filename: string }>>((sftp, done) => sftp.readdir(path, done));
    if (list.length > FOLDER_MAX_ENTRIES)
      throw new SourceError('denied', `more than ${FOLDER_MAX_ENTRIES} entries`);
    return list.map(({ filename }) => filename).sort();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** @throws SourceError where the host has no SFTP */
export async function openFiles(client: Client, opening: Opening): Promise<RemoteFiles> {
  const sftp = await new Promise<SFTPWrapper>((resolve, reject) =>
    client.sftp((error, wrapper) => (error ? reject(error) : resolve(wrapper))),
  ).catch(() => {
    throw new SourceError('denied', 'the login has no SFTP');
  });
  let gone = false;
  client.once('close', () => {
    gone = true;
  });
  const { ask, takeCalls } = asking(client, sftp, opening);
  const told = (error: unknown): never => {
    const asTold = asSftpError(error);
    // The channel can end a moment before its connection does.
    gone ||= asTold.message === BROKE_OFF;
    throw asTold;
  };
  return {
    read: (path) => readFile(ask, path).catch(told),
    names: (path) => namesIn(ask, path).catch(told),
    takeCalls,
    gone: () => gone,
    close: () => client.end(),
  };
}
