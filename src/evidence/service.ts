import { setImmediate } from 'node:timers/promises';
import { eachTest, inOrder, type TestResult } from '#verifier';
import type { Log } from '../store/index.ts';
import { type BuildOptions, type BuiltPackage, buildPackage } from './build.ts';
import { gatherInput, type Source } from './gather.ts';
import { createGlance } from './glance.ts';
import { recordVerdicts, type VerdictChange, verdictHistory } from './judging.ts';
import {
  type BuildRequest,
  checkPeriod,
  type Period,
  VERDICTS_ENTRIES_DEFAULT,
  type Verdicts,
} from './model.ts';

export interface Evidence {
  /**
   * Every control's result over a period, computed once for each size of the log; by default the last days up to the log's latest
   * entry, and then over a long log perhaps as they were some seconds ago: `size` says as of when. Throws `invalid_time`.
   */
  verdicts(period?: Partial<Period>): Promise<Verdicts>;
  /**
   * The sealed package for a period. Throws `invalid_time` for a period that has not ended or ended before the log began,
   * `bad_request` for what cannot be withheld and for a period too large, naming how to split it.
   */
  build(request: BuildRequest): Promise<BuiltPackage>;
  /** Runs the tests over the default period, and appends an entry if a verdict changed. @returns how many did */
  judge(): Promise<number>;
  /** Each control's changes of verdict that are on record, newest first; of entries below an index where one is given. */
  history(before?: number): Promise<Map<string, VerdictChange[]>>;
}

const VERDICTS_KEPT = 16;

export function createEvidence(options: BuildOptions): Evidence {
  const kept = new Map<string, Promise<Verdicts>>();
  const verdicts = async (asked: Partial<Period> = {}): Promise<Verdicts> => {
    const { size, time } = await options.log.head();
    const period = await periodOf(options.log, asked, time, options.clock.now());
    return remembered(kept, `${period.from} ${period.to} ${size}`, () =>
      computeVerdicts(options, period, size),
    );
  };
  const glance = createGlance({
    size: async () => (await options.log.head()).size,
    compute: () => verdicts(),
    now: () => performance.now(),
  });
  return {
    verdicts: (asked = {}) => (Object.keys(asked).length === 0 ? glance() : verdicts(asked)),
    build: inTurn((request: BuildRequest) => buildPackage(options, request)),
    judge: async () => recordVerdicts(options, await verdicts()),
    history: (before) => verdictHistory(options.log, before),
  };
}

/**
 * By default up to the latest entry and no further, so that the period stays the same while nothing is appended; and from as
 * far back as a glance may take.
 */
async function periodOf(log: Log, asked: Partial<Period>, headTime: string, now: Date): Promise<Period> {
  const end = new Date(Date.parse(headTime) + 1);
  const { from, to = end.toISOString() } = asked;
  const period = checkPeriod({ from, to }, asked.to === undefined ? end : now);
  return from === undefined ? { ...period, from: await shortened(log, period) } : period;
}

/** The start of a period that holds no more entries than verdicts look at by themselves. */
async function shortened(log: Log, { from, to }: Period): Promise<string> {
  const earliest = await log.entry((await log.sizeAt(to)) - VERDICTS_ENTRIES_DEFAULT);
  return earliest !== undefined && earliest.time > from ? earliest.time : from;
}

/** Least recently made first out; a failure is not kept. */
function remembered<T>(kept: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const known = kept.get(key);
  if (known) return known;
  const made = make();
  kept.set(key, made);
  made.catch(() => kept.delete(key));
  for (const oldest of kept.keys()) {
    if (kept.size <= VERDICTS_KEPT) break;
    kept.delete(oldest);
  }
  return made;
}

async function computeVerdicts(source: Source, period: Period, size: number): Promise<Verdicts> {
  const { log } = source;
  const last = Math.min(await log.sizeAt(period.to), size);
  const first = Math.min(await log.sizeAt(period.from), last);
  const results: TestResult[] = [];
  for await (const result of eachTest(await gatherInput(source, period, { first, last }))) {
    results.push(result);
    // Requests come between the tests.
    await setImmediate();
  }
  return { period, size, results: inOrder(results) };
}

/** One at a time, in the order asked: each needs memory of its own. */
function inTurn<A, T>(work: (asked: A) => Promise<T>): (asked: A) => Promise<T> {
  let before: Promise<unknown> = Promise.resolve();
  return (asked) => {
    const mine = before.then(() => work(asked));
    before = mine.catch(() => undefined);
    return mine;
  };
}
