import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { MunimentError } from '../kernel/index.ts';

/** Others may pass through to the socket, and see nothing: what is secret has a mode of its own. */
const FOLDER_MODE = 0o711;
const PRIVATE_MODE = 0o600;

/** Makes the agent's folder. Throws `data_unwritable`. */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
    chmodSync(path, FOLDER_MODE);
  } catch (cause) {
    throw new MunimentError('data_unwritable', `cannot write to \`${path}\``, { cause });
  }
}

/** Mode 0600, whole or not at all: written beside, synced, renamed. Throws `data_unwritable`. */
export function writePrivate(path: string, text: string): void {
  const beside = `${path}.new`;
  try {
    const file = openSync(beside, 'w', PRIVATE_MODE);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    chmodSync(beside, PRIVATE_MODE);
    renameSync(beside, path);
    syncFolder(dirname(path));
  } catch (cause) {
    throw new MunimentError('data_unwritable', `cannot write \`${path}\``, { cause });
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
