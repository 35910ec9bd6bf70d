import type { WitnessKey } from '#verifier';

/** A witness as the settings name it. */
export interface WitnessSetting {
  name: string;
  /** Submission prefix (C2SP tlog-witness): `/add-checkpoint` is put after it. */
  url: string;
  /** C2SP verifier key of type cosignature/v1. */
  verifierKey: string;
  caFile?: string | undefined;
}

export interface Witness extends Omit<WitnessSetting, 'verifierKey'> {
  key: WitnessKey;
}

/** A checkpoint and what one witness said of it. */
export interface Kept {
  /** The log's origin. */
  origin: string;
  /** The witness's verifier key, as a string. */
  witness: string;
  size: number;
  /** The signed note without cosignatures. */
  checkpoint: string;
  /** The signature line, with its line feed. */
  line: string;
  /** RFC 3339, by the witness's own clock. */
  cosigned: string;
}

/**
 * How the latest submission ended.
 * - `cosigned`: the witness vouches for the checkpoint.
 * - `refused`: it knows a tree that ours does not go on from: the log was rewritten, or the witness lies.
 * - `ahead`: it knows a larger tree than ours: the database is an old one, or the witness lies.
 * - `unknown_log`: it does not know our log or our key, and waits for its operator.
 * - `bad_answer`: what it answered is not what the specification asks for, or not signed by its key.
 * - `unreachable`: no answer in time, or an error of its own.
 */
export type Outcome = 'cosigned' | 'refused' | 'ahead' | 'unknown_log' | 'bad_answer' | 'unreachable';

export interface Submission {
  outcome: Outcome;
  /** For people; never holds what the witness sent beyond numbers. */
  detail: string;
  /** The size that the witness says it knows; null where it did not say. */
  known: number | null;
  kept?: Kept;
}

export interface WitnessStatus {
  name: string;
  verifierKey: string;
  /** Of the newest checkpoint that it cosigned; 0 where there is none. */
  size: number;
  /** RFC 3339; null where it cosigned nothing yet. */
  cosigned: string | null;
  /** Entries that it has not vouched for. */
  behind: number;
  /** Of this server's latest submission; null before the first one ended. */
  outcome: Outcome | null;
  detail: string;
  /** It lags, and has for longer than a witness that is well would. */
  late: boolean;
}

/** A checkpoint with every cosignature that is kept for it. */
export interface Cosigned {
  size: number;
  /** A signed note: the log's signature, then the witnesses'. */
  note: string;
  cosignatures: number;
}

/** So long a witness may take for one answer. */
export const ANSWER_TIMEOUT_MS = 10_000;
/** Some hundred cosignatures; ours is a line of about 200 bytes. */
export const ANSWER_MAX_BYTES = 16 * 1024;
/** C2SP tlog-witness: a consistency proof has no more lines. */
export const PROOF_MAX_LINES = 63;
/** Old sizes that are tried in one submission: ours, then what the witness says, then once more if another replica was faster. */
export const TRIES_MAX = 3;
/** Between two rounds while entries come in. */
export const ROUND_PAUSE_MS = 2_000;
export const BACKOFF_FIRST_MS = 5_000;
export const BACKOFF_MAX_MS = 600_000;
/** After so long without a cosignature that is wanted, readiness warns. */
export const LATE_AFTER_MS = 300_000;
/** At the start: so long all witnesses together are waited for. */
export const START_TIMEOUT_MS = 5_000;
/** A package waits so long for cosignatures of its checkpoint. */
export const PACKAGE_WAIT_MS = 5_000;
/** A witness's clock may be ahead of ours by so much. */
export const CLOCK_AHEAD_MAX_MS = 3_600_000;
