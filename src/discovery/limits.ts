import type { SourceLimits } from './contract.ts';

/** How patient a sweep is, unless a test is in more of a hurry. */
export const SOURCE_LIMITS: SourceLimits = {
  requestMilliseconds: 30_000,
  tries: 5,
  backoffMilliseconds: 500,
  retryAfterMaxMilliseconds: 5 * 60_000,
  bodyMaxBytes: 64 * 1024 * 1024,
  pagesMax: 10_000,
};

/** A longer label is cut; the whole name stays in the committed page. */
export const LABEL_MAX_CHARACTERS = 200;
/** Of one attribute that is text, and of each member of one that is a list. */
export const ATTRIBUTE_MAX_CHARACTERS = 2_000;
/** Of one attribute that is a list. */
export const ATTRIBUTE_MAX_MEMBERS = 500;
/** Faults told of one listing one by one; further ones are counted in one line. */
export const FAULTS_TOLD_MAX = 50;
/** Entries of one commit: others' entries go between. */
export const COMMIT_DRAFTS_MAX = 1_000;
/** Things looked at that go by a name of one of a commit's: of what more than so many share the rest is left apart. */
export const JOINED_MAX = 50_000;
/** How long a replica that sweeps is thought alive after its last sign of life. */
export const SWEEP_LEASE_SECONDS = 120;
