import type { Rows } from '#verifier';
import { parseJti } from '../crypto/index.ts';
import type { Log } from '../store/index.ts';

/** The grant whose entry a `jti` names, index and leaf hash both. */
export async function grantNamedBy(
  log: Pick<Log, 'row' | 'entry'>,
  jti: string,
): Promise<Rows['credential'] | undefined> {
  const named = parseJti(jti);
  if (named === undefined) return undefined;
  const [row, entry] = await Promise.all([
    log.row('credential', String(named.index)),
    log.entry(named.index),
  ]);
  const leafHash = entry && Buffer.from(entry.leafHash).toString('hex');
  return leafHash === named.leafHash ? row : undefined;
}
