import { emptyState, snapshotOf } from '#verifier';
import { type Clock, type ClockStep, timestamp } from '../../kernel/index.ts';
import type { Draft } from '../contract.ts';
import type { Head } from './head.ts';

/** Replicas' clocks differ a little, and time services step back a little; more than this is told. */
export const CLOCK_STEP_MAX_MILLISECONDS = 1_000;

/** The system itself as an actor. */
export const SYSTEM = 'sys';

interface Gap {
  from: string;
  refusals: number;
}

/** What the committer has to say on its own behalf, before any item of a batch. */
export class Prelude {
  readonly #clock: Clock;
  #gap: Gap | undefined;
  /** The reading that was last told of as a jump, so that a clock that stays behind is told of once. */
  #told: string | undefined;
  /** The step of our own clock that was last told of. */
  #toldStep: ClockStep | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  noteUnrecorded(): void {
    this.#gap ??= { from: timestamp(this.#clock.now()), refusals: 0 };
    this.#gap.refusals += 1;
  }

  get pending(): boolean {
    return this.#gap !== undefined || this.#clock.step?.() !== this.#toldStep;
  }

  drafts(head: Head, now: Date): Draft[] {
    return [
      ...this.#firstSnapshot(head, now),
      ...this.#clockStep(),
      ...this.#clockJump(head, now),
      ...this.#gapDraft(now),
    ];
  }

  /** Once its batch is durable: what was told of need not be told again; what came in meanwhile stays. */
  told(drafts: readonly Draft[]): void {
    for (const { kind, data } of drafts) {
      if (kind === 'clock.jumped') this.#told = data.before;
      if (kind === 'clock.jumped' && data === this.#clock.step?.()) this.#toldStep = data;
      if (kind === 'log.gap' && this.#gap !== undefined) {
        const rest = this.#gap.refusals - data.refusals;
        this.#gap = rest > 0 ? { from: data.to, refusals: rest } : undefined;
      }
    }
  }

  /** Every log begins with the digest of nothing, so that a package always has a snapshot to start from. */
  #firstSnapshot({ size }: Head, now: Date): Draft[] {
    if (size > 0) return [];
    const data = snapshotOf(emptyState(), timestamp(now));
    return [{ kind: 'snapshot', subject: '', actor: SYSTEM, data }];
  }

  /** A step that this process saw its own clock make. */
  #clockStep(): Draft[] {
    const step = this.#clock.step?.();
    if (step === undefined || step === this.#toldStep) return [];
    return [{ kind: 'clock.jumped', subject: '', actor: SYSTEM, data: step }];
  }

  /** The log's time is ahead of this clock: another replica's clock was, or this one was when it started. */
  #clockJump({ time }: Head, now: Date): Draft[] {
    const after = timestamp(now);
    if (time === null || Date.parse(time) - now.getTime() <= CLOCK_STEP_MAX_MILLISECONDS) return [];
    if (this.#told === time) return [];
    return [{ kind: 'clock.jumped', subject: '', actor: SYSTEM, data: { before: time, after } }];
  }

  #gapDraft(now: Date): Draft[] {
    if (this.#gap === undefined) return [];
    const { from, refusals } = this.#gap;
    return [{ kind: 'log.gap', subject: '', actor: SYSTEM, data: { from, to: timestamp(now), refusals } }];
  }
}
