/** Doubles from `firstMilliseconds` to `maxMilliseconds`; the upper half of each step is left to chance, so that many agents come back spread out. */
export const backoffMilliseconds = (
  attempt: number,
  firstMilliseconds: number,
  maxMilliseconds: number,
): number =>
  Math.min(firstMilliseconds * 2 ** Math.min(attempt, 20), maxMilliseconds) * (0.5 + Math.random() / 2);

/** A server that is ill may ask for more than this; nobody stays away longer. */
const RETRY_AFTER_MAX_SECONDS = 300;

/**
 * `Retry-After` (RFC 9110, section 10.2.3) in whole seconds, as milliseconds with up to half as much again left to chance: all who
 * were shed together would come back together. Zero where it is absent or no number.
 */
export function retryAfterMilliseconds(header: string | undefined): number {
  if (header === undefined || !/^\d{1,9}$/.test(header)) return 0;
  return Math.min(Number(header), RETRY_AFTER_MAX_SECONDS) * 1000 * (1 + Math.random() / 2);
}

/** Resolves after a while, or at once when `signal` aborts. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done, { once: true });
  });
}

/** A timer holds at most 2^31 milliseconds; and a machine that slept should look at its clock now and then. */
const STEP_MAX_MILLISECONDS = 60 * 60 * 1000;

/** Resolves at a moment (milliseconds since 1970), or at once when `signal` aborts. */
export async function pauseUntil(at: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && Date.now() < at)
    await pause(Math.min(at - Date.now(), STEP_MAX_MILLISECONDS), signal);
}
