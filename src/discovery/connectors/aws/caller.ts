import { setTimeout as pause } from 'node:timers/promises';
import type { Opening } from '../../contract.ts';
import { retryAfterMilliseconds } from '../../http.ts';
import { SourceError } from '../../source-error.ts';
import { codeOf, fromAws, headerOf, isPassing } from './errors.ts';

const JITTER = 0.5;
const SECOND_MS = 1000;

export interface Asked<Output> {
  output: Output;
  /** Tries, the last included. */
  calls: number;
  /** By the answer's `Date`. */
  providerTime?: Date;
}

/** Sends one command with the given options. */
export type Send<Output extends object> = (options: { abortSignal: AbortSignal }) => Promise<Output>;
export type Call = <Output extends object>(send: Send<Output>) => Promise<Asked<Output>>;

/** Where the middleware of the clients leaves the `Date` of an answer. */
export type AnswerDates = WeakMap<object, Date>;

/**
 * Tries of one command. The clients' own are off: theirs wait for as long as an answer asks, and are not counted.
 * @throws SourceError
 */
export function createCaller(opening: Opening, dates: AnswerDates): Call {
  const { limits, signal, now } = opening;

  async function waitAfter(error: unknown, tries: number): Promise<void> {
    const asked = retryAfterMilliseconds(headerOf(error, 'retry-after'), now());
    const backoff = limits.backoffMilliseconds * 2 ** (tries - 1) * (1 - JITTER + JITTER * Math.random());
    if (asked !== undefined && asked > limits.retryAfterMaxMilliseconds)
      throw new SourceError('limited', `asked to wait ${Math.ceil(asked / SECOND_MS)} s`);
    await pause(asked ?? backoff, undefined, { signal });
  }

  async function once<Output extends object>(send: Send<Output>): Promise<Output> {
    const patience = AbortSignal.timeout(limits.requestMilliseconds);
    try {
      return await send({ abortSignal: AbortSignal.any([signal, patience]) });
    } catch (error) {
      if (patience.aborted && !signal.aborted) throw patience.reason;
      throw error;
    }
  }

  return async (send) => {
    for (let tries = 1; ; tries += 1) {
      try {
        const output = await once(send);
        const providerTime = dates.get(output);
        return { output, calls: tries, ...(providerTime === undefined ? {} : { providerTime }) };
      } catch (error) {
        if (signal.aborted) throw new SourceError('cancelled', 'cancelled');
        if (!isPassing(error) || tries >= limits.tries || codeOf(error) === 'SyntaxError')
          throw fromAws(error);
        await waitAfter(error, tries);
      }
    }
  };
}
