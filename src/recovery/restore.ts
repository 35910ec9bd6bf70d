import { existsSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { formatVerifierKey, type VerifierKey, verifierKey } from '#verifier';
import { openKeys, type Seal, type SecretStore } from '../crypto/index.ts';
import { isMunimentError, MunimentError } from '../kernel/index.ts';
import { type Database, type Restored, restoreBackup } from '../store/index.ts';
import { openLogKey } from './log-key.ts';

const HOW =
  'put the seal key of the house that was backed up at `keys/seal.key` in the data folder (mode 600), or name it by MUNIMENT_SEAL_KEY';

/**
 * Without the key nothing in a backup is of use, and to make a new one would only hide that.
 * @throws MunimentError `seal_key_wrong`
 */
export function checkSealGiven(setting: string | undefined, data: string): void {
  if (setting !== undefined || existsSync(join(data, 'keys', 'seal.key'))) return;
  throw new MunimentError('seal_key_wrong', `a backup needs the seal key that its secrets are under: ${HOW}`);
}

/**
 * Fills an empty database from a backup file.
 * @throws MunimentError `restore_not_empty`, `backup_damaged`, `backup_version`, `seal_key_wrong`, `not_found`
 */
export async function restoreFrom(path: string, database: Database, seal: Seal): Promise<Restored> {
  const file = await opened(path);
  try {
    return await restoreBackup({
      database,
      bytes: file.createReadStream({ autoClose: false }),
      openKey: (standing, sealed) => keyWithin(standing, sealed, seal),
    });
  } finally {
    await file.close();
  }
}

async function opened(path: string): Promise<FileHandle> {
  try {
    return await open(path);
  } catch (cause) {
    throw new MunimentError('not_found', `the backup \`${path}\` cannot be read`, { cause });
  }
}

/** Opens every secret of the backup, so that a key that fits some of them is not taken for the right one. */
async function keyWithin(
  standing: string,
  sealed: ReadonlyMap<string, Uint8Array>,
  seal: Seal,
): Promise<VerifierKey> {
  try {
    for (const [name, bytes] of sealed) seal.open(name, bytes);
  } catch (cause) {
    if (!isMunimentError(cause)) throw cause;
    throw new MunimentError('seal_key_wrong', `the backup was sealed under another key: ${HOW}`, { cause });
  }
  const { origin, publicKey } = await openLogKey(openKeys({ secrets: only(sealed), seal }), standing, noKey);
  const key = verifierKey(origin, publicKey);
  return formatVerifierKey(key) === standing ? key : noKey();
}

const noKey = (): never => {
  throw new MunimentError('backup_damaged', 'the backup is damaged: it does not hold the key of its log');
};

/** What the backup holds and nothing made in its place. */
const only = (sealed: ReadonlyMap<string, Uint8Array>): SecretStore => ({
  get: async (name) => sealed.get(name),
  putIfAbsent: async () => noKey(),
});
