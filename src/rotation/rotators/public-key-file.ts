import { lstat, rename, rm } from 'node:fs/promises';
import { stage, stagedPath } from '../files.ts';
import type { PublicKey } from '../openssh-key.ts';

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

/**
 * The `.pub` beside a private key, where there is one. A client offers what it says, so it must never name another key than
 * the private one: it goes away before the private file is replaced (null), and comes back after.
 */
export async function placePublicKey(keyFile: string, key: PublicKey | null, run: string): Promise<void> {
  const [path, parked] = [`${keyFile}.pub`, stagedPath(`${keyFile}.pub`, run)];
  if (key === null) {
    if (await exists(path)) await rename(path, parked);
    return;
  }
  if (!(await exists(parked))) return;
  const staged = await stage(parked, Buffer.from(`${key.type} ${key.blob} ${run}\n`), 'new');
  await rename(staged, path);
  await rm(parked, { force: true });
}
