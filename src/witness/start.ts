import type { Clock } from '../kernel/index.ts';
import type { KnownElsewhere } from '../store/index.ts';
import { START_TIMEOUT_MS, type Witness } from './model.ts';
import { type SubmitNeeds, submit } from './submit.ts';

/**
 * The largest tree of this log that a witness says it knows, where it is larger than the log's own: then the database is an old
 * backup. A witness that does not answer within the limit says nothing. What it says is not signed: see the README.
 */
export async function largestKnown(
  witnesses: readonly Witness[],
  clock: Clock,
  log: SubmitNeeds['log'],
): Promise<KnownElsewhere | undefined> {
  const head = await log.head();
  if (head.size === 0) return undefined;
  const stop = AbortSignal.timeout(START_TIMEOUT_MS);
  // From nothing on: a witness that knows the log answers with the size that it knows.
  const asked = witnesses.map(async (witness) => {
    const { outcome, known } = await submit({ log, clock, stop }, witness, head, 0);
    return outcome === 'ahead' ? [{ who: `the witness \`${witness.name}\``, size: known ?? 0 }] : [];
  });
  const [largest] = (await Promise.all(asked)).flat().sort((a, b) => b.size - a.size);
  return largest;
}
