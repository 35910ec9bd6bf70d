import type { ErrorCode } from '../kernel/index.ts';
import { type Clock, MunimentError, timestamp } from '../kernel/index.ts';
import type { Draft } from '../store/index.ts';

/** Failed attempts of one source in one window before it is shed. */
export const ATTEMPTS_MAX = 20;
export const WINDOW_SECONDS = 60;
/** More sources than this in one window are counted as one, so that nobody can flood the log by many addresses. */
const SOURCES_MAX = 1000;
const OVERFLOW_SOURCE = 'other sources';

/** Codes of requests that never authenticated, or were shed before anybody asked who sends them: they are counted, one entry per source and window. */
const COUNTED: ReadonlySet<ErrorCode> = new Set([
  'unauthenticated',
  'invalid_client',
  'session_ended',
  'sign_in_refused',
  'join_refused',
  'csrf_refused',
  'origin_refused',
  'too_many_requests',
  'overloaded',
]);
/** Of these the guesses: what a source may do only so often. */
const GUESSES: ReadonlySet<ErrorCode> = new Set(['sign_in_refused', 'join_refused']);

export interface Attempts {
  /** Throws `too_many_requests` where this source guessed wrong too often in this window. */
  check(source: string): void;
  /** Notes a refusal; codes that are no failed authentication are left out. */
  note(source: string, code: ErrorCode): void;
  /**
   * Hands over one draft per source and reason of the windows that are over; with `all`, of the running one too. What cannot
   * be recorded is kept, as one window, and counts again.
   */
  record(append: (drafts: Draft[]) => Promise<unknown>, all?: boolean): Promise<void>;
}

type Counts = Map<string, Map<ErrorCode, number>>;

interface Window {
  from: number;
  counts: Counts;
}

function add(counts: Counts, source: string, code: ErrorCode, count: number): void {
  const name = counts.has(source) || counts.size < SOURCES_MAX ? source : OVERFLOW_SOURCE;
  const codes = counts.get(name) ?? new Map<ErrorCode, number>();
  counts.set(name, codes);
  codes.set(code, (codes.get(code) ?? 0) + count);
}

export function createAttempts(clock: Clock): Attempts {
  let over: (Window & { to: number }) | undefined;
  let current: Window = { from: clock.now().getTime(), counts: new Map() };

  /** Windows that could not be recorded yet become one: a long outage must not cost memory. */
  function keep({ from, to, counts }: Window & { to: number }): void {
    over = {
      from: Math.min(from, over?.from ?? from),
      to: Math.max(to, over?.to ?? to),
      counts: over?.counts ?? new Map(),
    };
    for (const [source, codes] of counts) {
      for (const [code, count] of codes) add(over.counts, source, code, count);
    }
  }

  function turn(now: number, all: boolean): void {
    if (now - current.from < WINDOW_SECONDS * 1000 && !all) return;
    if (current.counts.size > 0) keep({ ...current, to: now });
    current = { from: now, counts: new Map() };
  }

  return {
    check(source) {
      turn(clock.now().getTime(), false);
      const counts = current.counts.get(source);
      const guesses = [...GUESSES].reduce((sum, code) => sum + (counts?.get(code) ?? 0), 0);
      if (guesses >= ATTEMPTS_MAX)
        throw new MunimentError('too_many_requests', 'too many failed attempts; wait a minute');
    },
    note(source, code) {
      if (!COUNTED.has(code)) return;
      turn(clock.now().getTime(), false);
      add(current.counts, source, code, 1);
    },
    async record(append, all = false) {
      turn(clock.now().getTime(), all);
      const given = over;
      over = undefined;
      if (given === undefined) return;
      try {
        await append(draftsOf(given));
      } catch (error) {
        keep(given);
        throw error;
      }
    },
  };
}

function draftsOf({ from, to, counts }: Window & { to: number }): Draft[] {
  const times = { from: timestamp(new Date(from)), to: timestamp(new Date(to)) };
  return [...counts].flatMap(([source, reasons]) =>
    [...reasons].map(([reason, count]) => ({
      kind: 'requests.counted' as const,
      subject: '',
      actor: 'sys',
      data: { source, reason, ...times, count },
    })),
  );
}
