import type { Range } from './model.ts';

/** What is looked at, in this order. */
export const CHECKS = {
  archive: 'the archive is in its one encoding',
  manifest: 'the manifest is signed by the log’s key',
  key: 'the key is the one that was asked for',
  files: 'every file is the one that the manifest names',
  checkpoint: 'the checkpoint is signed by the log’s key',
  witnesses: 'enough of the witnesses that were given cosigned the checkpoint',
  log: 'the entries are an unbroken part of the log under the checkpoint',
  since: 'the log continues the earlier checkpoint',
  entries: 'every entry is well formed, in order, and has its body unless withheld',
  continued: 'where the log goes on from another, that one’s last checkpoint is signed by its key',
  period: 'the entries are exactly those of the period',
  snapshots: 'every snapshot is the fold of the entries before it',
  changes: 'every approval is signed by its approver, and what was declared is what was approved',
  opening: 'the opening follows from the snapshot',
  closing: 'the closing follows from the opening and the entries',
  pages: 'every page that sweeps read and the rows rest on is the one that they name',
  carried: 'what stood at the snapshot is explained by older entries of the same log',
  openings: 'every personal value is the one that was committed to',
  computed: 'populations and tests, computed again from the entries, are the same',
} as const;

export type CheckName = keyof typeof CHECKS;
export type CheckOutcome = 'OK' | 'FAILED' | 'NOT_EVALUABLE' | 'NOT_CHECKED';

export interface Check {
  check: CheckName;
  outcome: CheckOutcome;
  /** What was looked at, or why it could not be. */
  detail: string;
}

/** Something that does not hold, or (`unknown`) cannot be told from what is there. */
export interface Problem {
  check: CheckName;
  /** A member's name, `entry N`, or empty for the whole. */
  where: string;
  message: string;
}

/** Who besides the log vouches for the checkpoint, as far as the reader gave keys to tell by. */
export interface WitnessFacts {
  /** Each witness that was given: when it cosigned (RFC 3339, by its own clock), or null where it did not; `problem` says what is wrong with its signature. */
  given: Array<{ name: string; cosigned: string | null; problem: string | null }>;
  /** How many had to; 0 where no key was given. */
  quorum: number;
  /** Names on signatures by neither the log nor a witness that was given: claims that nothing here checks. */
  unchecked: string[];
}

/** The log before, the last that is known of it, and how many of its entries this log kept. */
export interface Continuation {
  /** Of the entry that tells of it. */
  index: number;
  origin: string;
  logKey: string;
  size: number;
  kept: number;
  reason: string;
}

export interface PackageFacts {
  origin: string;
  /** C2SP verifier-key string. */
  logKey: string;
  period: { from: string; to: string };
  range: Range;
  /** Tree size of the checkpoint. */
  size: number;
  witnesses: WitnessFacts;
  withheld: { bodies: number[]; openings: number; pages: number };
  /** Where the log went on under another name; empty where it did not within the package. */
  continued: Continuation[];
  controls: Array<{ control: string; verdict: string }>;
}

export interface Report {
  /** PARTIAL: everything that is there holds, and something is withheld. */
  outcome: 'HOLDS' | 'PARTIAL' | 'BROKEN';
  exitCode: 0 | 1;
  /** By what the log's key was tied to something that the reader already had; null means `origin not pinned`. */
  pinnedBy: 'key' | 'since' | null;
  checks: Check[];
  problems: Problem[];
  unknown: Problem[];
  /** As far as the package could be read. */
  facts: Partial<PackageFacts>;
}

/** What one check says while it runs. */
export interface Findings {
  problem(where: string, message: string): void;
  unknown(where: string, message: string): void;
  /** Problems so far. */
  count(): number;
}

export interface Reporter {
  readonly problems: Problem[];
  readonly unknown: Problem[];
  /**
   * Runs one check. What it throws becomes a problem, since nothing in a hostile package may end the verifier. Answers with
   * null where the check failed, so that nothing rests on it.
   */
  run<T>(check: CheckName, work: (findings: Findings) => Promise<Told<T>> | Told<T>): Promise<T | null>;
  checks(): Check[];
}

/** A check's result, and what it looked at. */
export interface Told<T> {
  value: T;
  detail: string;
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export function createReporter(): Reporter {
  const problems: Problem[] = [];
  const unknown: Problem[] = [];
  const done = new Map<CheckName, Check>();
  return {
    problems,
    unknown,
    async run(check, work) {
      const [problemsBefore, unknownBefore] = [problems.length, unknown.length];
      const findings: Findings = {
        problem: (where, message) => problems.push({ check, where, message }),
        unknown: (where, message) => unknown.push({ check, where, message }),
        count: () => problems.length - problemsBefore,
      };
      let told: Told<unknown> | undefined;
      try {
        told = await work(findings);
      } catch (error) {
        findings.problem('', reasonOf(error));
      }
      const failed = problems.length > problemsBefore || told === undefined;
      const outcome = failed ? 'FAILED' : unknown.length > unknownBefore ? 'NOT_EVALUABLE' : 'OK';
      done.set(check, { check, outcome, detail: told?.detail ?? '' });
      return failed ? null : (told?.value as never);
    },
    checks: () =>
      (Object.keys(CHECKS) as CheckName[]).map(
        (check) => done.get(check) ?? { check, outcome: 'NOT_CHECKED', detail: '' },
      ),
  };
}
