import type { ApprovalSignature, Plan, ResourceKind, Rows } from '#verifier';
import type { Receipt } from '../store/index.ts';
import type { Channel } from './approval.ts';
import type { Enrolment } from './bootstrap.ts';
import type { Review } from './break-glass.ts';
import type { Drift } from './drift.ts';
import type { Leaving } from './leaving.ts';

export interface Proposal {
  /** YAML, many documents. */
  manifests: string;
  title: string;
  reason: string;
  /** Where the manifests came from: a file, a commit. */
  source?: string;
  /** Person id. */
  proposer: string;
  /** Shows the plan and writes nothing. */
  dryRun?: boolean;
}

/** An entry that was written, with its receipt. */
export interface Recorded {
  entry: number;
  time: string;
  receipt: Receipt;
}

export interface Proposed {
  change: string;
  plan: Plan;
  planDigest: string;
  /** The readable difference, and who gains what. */
  text: string;
  /** Null for a dry run. */
  recorded: Recorded | null;
}

export interface ApprovalRequest {
  change: string;
  planDigest: string;
  signature: ApprovalSignature;
  channel: Channel;
  /** The person whose session carries it. */
  session?: { person: string };
}

export interface Changes {
  /** Throws what manifests throw, `plan_empty`, and `forbidden` where the proposer may not propose this. */
  propose(proposal: Proposal): Promise<Proposed>;
  /** One plan: a person has left, holds no role, and everything that was theirs is another's. Throws as `propose`, and `not_found`. */
  proposeLeaving(leaving: Leaving): Promise<Proposed>;
  /** Every refusal is recorded before it is thrown. */
  approve(request: ApprovalRequest): Promise<Recorded & { approver: string }>;
  /** In one commit, exactly what was signed. Refusals are recorded before they are thrown. */
  apply(request: {
    change: string;
    planDigest: string;
    actor: string;
  }): Promise<Recorded & { operations: number }>;
  withdraw(request: { change: string; reason: string; actor: string }): Promise<Recorded>;
  /** Says what to think of the use of a break-glass key. Throws `not_found`, `conflict`, `forbidden`. */
  reviewBreakGlass(review: Review): Promise<Recorded>;
  enrolBootstrap(enrolment: Enrolment): Promise<{ person: string }>;
  /** What manifests declare against what is in force, both ways. Writes nothing; throws what manifests throw. */
  drift(request: { manifests: string; kinds?: readonly ResourceKind[] }): Promise<Drift>;
  /** Whether a change could still be applied as signed, and its readable difference. */
  describe(change: Rows['change']): Promise<{ current: boolean; text: string }>;
}
