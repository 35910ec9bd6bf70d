import type { EntryData } from '#verifier';
import type { KeyStore } from '../crypto/index.ts';
import { type Clock, MunimentError, newId, timestamp } from '../kernel/index.ts';
import {
  continueLog,
  type Database,
  type Draft,
  type KnownCheckpoint,
  type LogSigner,
  type View,
} from '../store/index.ts';
import { continuedKey, firstOrigin } from './log-key.ts';
import { closeDoors } from './queries.ts';

export interface NewOrigin {
  origin: string;
  reason: string;
}

export interface Loss {
  database: Database;
  keys: KeyStore;
  clock: Clock;
  /** The log as it stands. */
  from: LogSigner;
  known: readonly KnownCheckpoint[];
}

/** The system itself: whoever starts the server may do this, and the entry says why. */
const ACTOR = 'sys';

/**
 * Lets the log go on under a new name and key after its tail was lost. What the lost entries decided is unknown, so it fails
 * closed: every identity is locked until a person lifts it, unused join tokens and all sessions end, and (by the new name)
 * the CA and the keys for tokens are new ones, so that nothing the lost entries granted is accepted.
 * @throws MunimentError `conflict` where the name was used before, and what `continueLog` throws
 */
export async function startAnew(loss: Loss, { origin, reason }: NewOrigin): Promise<LogSigner> {
  const { database, keys, clock, from, known } = loss;
  const first = await firstOrigin(keys, () => from.origin);
  if (origin === from.origin || origin === first) {
    throw new MunimentError(
      'conflict',
      `the log was called \`${origin}\` before; a new one needs a new name`,
    );
  }
  const to = await continuedKey(keys, origin);
  const drafts = (view: View, continued: EntryData['log.continued']) => [
    firstEntry(continued),
    ...locks(view, origin),
  ];
  const beside = (tx: Parameters<typeof closeDoors>[0]) => closeDoors(tx, timestamp(clock.now()));
  await continueLog({ database, clock, from, to, known, reason, drafts, beside });
  return to;
}

const firstEntry = (data: EntryData['log.continued']): Draft => ({
  kind: 'log.continued',
  subject: '',
  actor: ACTOR,
  data,
});

/** A lock that was placed in the lost entries is unknown, so each identity is looked at before it gets anything again. */
function locks(view: View, origin: string): Draft[] {
  const standing = [...view.rows('identity').values()].filter(({ retired }) => !retired);
  return standing.map(({ id }) => {
    const lock = newId('lock');
    const reason = `entries of the log before \`${origin}\` are lost, and with them what they say of this identity`;
    const data = { lock, target: { kind: 'identity' as const, id }, reason };
    return { kind: 'lock.placed', subject: lock, actor: ACTOR, data };
  });
}
