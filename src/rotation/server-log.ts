import { execFile } from 'node:child_process';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { ServerLog } from '#verifier';
import { MunimentError } from '../kernel/index.ts';

const run = promisify(execFile);

/** What is looked through of a log, from its end: a rotation asks about the last minutes. */
const TAIL_MAX_BYTES = 8 * 1024 * 1024;
const JOURNAL_LINES = 20_000;
const JOURNAL_MILLISECONDS = 20_000;

/** One accepted login by key. Address and port of the client name the connection. */
export interface Login {
  account: string;
  connection: string;
  fingerprint: string;
}

// The client's user name stands in other lines of the log, so a line counts only whole: a name that looks like a login is none.
const ACCEPTED =
  /^(?:(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\S+) \S+ sshd(?:-session)?\[\d+\]: )?Accepted publickey for (\S+) from (\S+) port (\d+) ssh2: \S+ (SHA256:[A-Za-z0-9+/]{43})$/;

export function parseLogins(text: string): Login[] {
  return text.split('\n').flatMap((line) => {
    const [, account, address, port, fingerprint] = ACCEPTED.exec(line.replace(/\r$/, '')) ?? [];
    return account === undefined || fingerprint === undefined
      ? []
      : [{ account, connection: `${address} port ${port}`, fingerprint }];
  });
}

async function tailOf(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - TAIL_MAX_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    return buffer.subarray(0, bytesRead).toString('latin1');
  } finally {
    await file.close();
  }
}

async function journalOf(unit: string): Promise<string> {
  const flags = ['--no-pager', '--quiet', '--output=short-iso', `--lines=${JOURNAL_LINES}`, `--unit=${unit}`];
  const limits = { timeout: JOURNAL_MILLISECONDS, maxBuffer: TAIL_MAX_BYTES };
  return (await run('journalctl', flags, limits)).stdout;
}

/**
 * Logins by key that the server's log tells of, oldest first.
 * @throws MunimentError `server_unreachable` where the log cannot be read: then nobody is seen, rather than anybody
 */
export async function readLogins(log: ServerLog): Promise<Login[]> {
  try {
    return parseLogins('file' in log ? await tailOf(log.file) : await journalOf(log.journal));
  } catch (error) {
    const where = 'file' in log ? log.file : `journal of ${log.journal}`;
    const { code = 'failed' } = error as NodeJS.ErrnoException;
    throw new MunimentError('server_unreachable', `the server's log \`${where}\` cannot be read (${code})`);
  }
}
