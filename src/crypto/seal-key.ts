import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { MunimentError } from '../kernel/index.ts';
import { SEAL_KEY_BYTES, type Seal, sealWith } from './seal.ts';

const COMMAND_PREFIX = 'command:';
const COMMAND_TIMEOUT_MS = 30_000;
const OTHERS_MODE = 0o077;

/**
 * Opens the seal. `setting` is `MUNIMENT_SEAL_KEY`: the path of a file, or `command:` and a shell command, that yields 32
 * bytes, raw or base64. Without one, `keys/seal.key` in the data folder is used, and made if absent. Throws `seal_key_wrong`.
 */
export function openSeal(setting: string | undefined, dataFolder: string): Seal {
  if (setting?.startsWith(COMMAND_PREFIX)) {
    const output = runCommand(setting.slice(COMMAND_PREFIX.length));
    return sealWith(
      keyFrom(output),
      'the seal key comes from a command and is not kept on this disk by Muniment',
    );
  }
  if (setting !== undefined && setting !== '') {
    const worth = `the seal key is read from \`${setting}\`: worth as much as that file is kept apart from the data`;
    return sealWith(keyFrom(readKeyFile(setting)), worth);
  }
  const path = join(dataFolder, 'keys', 'seal.key');
  return sealWith(
    ownKey(path),
    'the seal key lies beside the data (`keys/seal.key`): it protects a stolen database dump, not a stolen disk or data folder',
  );
}

function runCommand(command: string): Buffer {
  try {
    return execFileSync('/bin/sh', ['-c', command], {
      timeout: COMMAND_TIMEOUT_MS,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  } catch {
    throw new MunimentError('seal_key_wrong', 'the seal key command failed');
  }
}

function readKeyFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new MunimentError('seal_key_wrong', `seal key file \`${path}\` cannot be read`, { cause });
  }
}

function keyFrom(bytes: Buffer): Uint8Array {
  if (bytes.length === SEAL_KEY_BYTES) return bytes;
  const text = bytes.toString('latin1').trim();
  const decoded = Buffer.from(text, 'base64');
  if (decoded.length === SEAL_KEY_BYTES && decoded.toString('base64') === text) return decoded;
  throw new MunimentError('seal_key_wrong', 'seal key must be 32 bytes, raw or base64');
}

/** The key file beside the data; one that others can read is refused, so a wrong copy is noticed. */
function ownKey(path: string): Uint8Array {
  const mode = modeOf(path) ?? makeKey(path);
  if ((mode & OTHERS_MODE) !== 0) {
    throw new MunimentError('seal_key_wrong', `seal key file \`${path}\` is open to others; chmod 600 it`);
  }
  return keyFrom(readKeyFile(path));
}

const modeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.mode;

/** Written whole and then linked: a second process finds either nothing or a whole key, and never replaces one. */
function makeKey(path: string): number {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomBytes(8).toString('hex')}`;
  const file = openSync(temporary, 'wx', 0o600);
  writeFileSync(file, randomBytes(SEAL_KEY_BYTES));
  fsyncSync(file);
  closeSync(file);
  try {
    linkSync(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
  syncFolder(dirname(path));
  return modeOf(path) ?? 0;
}

/** Without this a power cut could keep what was sealed and lose the key's name. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}
