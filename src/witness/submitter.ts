import { formatWitnessKey } from '#verifier';
import type { Clock } from '../kernel/index.ts';
import type { Database, Log } from '../store/index.ts';
import { reconcileFinding } from './finding.ts';
import {
  BACKOFF_FIRST_MS,
  BACKOFF_MAX_MS,
  type Kept,
  LATE_AFTER_MS,
  type Submission,
  type Witness,
  type WitnessStatus,
} from './model.ts';
import { keepCosignature, keptCosignatures } from './queries.ts';
import { type Head, submit } from './submit.ts';

interface Needs {
  database: Database;
  log: Log;
  clock: Clock;
}

/** All that goes to one witness: one submission at a time, and after a failure none before its pause is over. */
export class Submitter {
  readonly verifierKey: string;
  readonly #needs: Needs;
  readonly #witness: Witness;
  readonly #stop: AbortSignal;
  #flight: Promise<void> | undefined;
  #last: Submission | undefined;
  #failures = 0;
  /** Milliseconds since 1970. */
  #notBefore = 0;
  #failingSince: number | undefined;

  constructor(needs: Needs, witness: Witness, stop: AbortSignal) {
    this.#needs = needs;
    this.#witness = witness;
    this.#stop = stop;
    this.verifierKey = formatWitnessKey(witness.key);
  }

  isDue(): boolean {
    return this.#flight === undefined && !this.#stop.aborted && this.#now() >= this.#notBefore;
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#flight;
  }

  /** Has this checkpoint cosigned, unless it was or a larger one. Resolves when the attempt is over, whatever came of it. */
  async bring(head: Head): Promise<void> {
    while (this.#flight !== undefined) await this.#flight.catch(() => undefined);
    if (!this.isDue()) return;
    this.#flight = this.#attempt(head).finally(() => {
      this.#flight = undefined;
    });
    await this.#flight;
  }

  async #attempt(head: Head): Promise<void> {
    const from = await this.#keptSize();
    if (from >= head.size && this.#last?.outcome === 'cosigned') return;
    const submission = await submit({ ...this.#needs, stop: this.#stop }, this.#witness, head, from);
    if (this.#stop.aborted) return;
    if (submission.kept !== undefined) await keepCosignature(this.#needs.database.db, submission.kept);
    await this.#took(submission);
  }

  async #took(submission: Submission): Promise<void> {
    const isNews = this.#last?.outcome !== submission.outcome;
    this.#last = submission;
    if (submission.outcome === 'cosigned') {
      this.#failures = 0;
      this.#notBefore = 0;
      this.#failingSince = undefined;
    } else {
      this.#failures += 1;
      this.#failingSince ??= this.#now();
      this.#notBefore = this.#now() + Math.min(BACKOFF_FIRST_MS * 2 ** (this.#failures - 1), BACKOFF_MAX_MS);
    }
    if (isNews) await reconcileFinding(this.#needs.log, this.#witness, submission, this.#needs.clock.now());
  }

  async #keptSize(): Promise<number> {
    const rows = await keptCosignatures(this.#needs.database.db, this.#needs.log.origin);
    return rows.find(({ witness }) => witness === this.verifierKey)?.size ?? 0;
  }

  status(size: number, kept: Kept | undefined): WitnessStatus {
    const behind = Math.max(0, size - (kept?.size ?? 0));
    const failingMs = this.#failingSince === undefined ? 0 : this.#now() - this.#failingSince;
    return {
      name: this.#witness.name,
      verifierKey: this.verifierKey,
      size: kept?.size ?? 0,
      cosigned: kept?.cosigned ?? null,
      behind,
      outcome: this.#last?.outcome ?? null,
      detail: this.#last?.detail ?? '',
      late: behind > 0 && failingMs >= LATE_AFTER_MS,
    };
  }

  #now(): number {
    return this.#needs.clock.now().getTime();
  }
}
