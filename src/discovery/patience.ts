import { setTimeout as pause } from 'node:timers/promises';
import type { Opening } from './contract.ts';
import { SourceError } from './source-error.ts';

/**
 * For clients that do not retry by themselves: tries again, after a pause that doubles, what `isPassing` says may pass, as often
 * as the limits say. `told` makes the last error one of ours.
 */
export async function patiently<Result>(
  { limits, signal }: Pick<Opening, 'limits' | 'signal'>,
  attempt: () => Promise<Result>,
  told: { isPassing(error: unknown): boolean; errorOf(error: unknown): SourceError },
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      signal.throwIfAborted();
      return await attempt();
    } catch (error) {
      if (signal.aborted) throw new SourceError('cancelled', 'cancelled');
      if (tries >= limits.tries || !told.isPassing(error)) throw told.errorOf(error);
      await pause(limits.backoffMilliseconds * 2 ** (tries - 1), undefined, { signal });
    }
  }
}
