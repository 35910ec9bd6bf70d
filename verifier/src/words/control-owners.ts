/** What the control plane asks a named person to answer for. Closed lists: what is not in one has no owner to miss. */

export const OWNED = ['access-path', 'issuance-rule', 'denial-kind', 'change-kind'] as const;
export type Owned = (typeof OWNED)[number];

/** Ways in that are there without being declared; every trust is one more. */
export const ACCESS_PATHS = ['admin-socket', 'console', 'api', 'agent-door', 'oauth'] as const;

/** Codes with which issuance refuses, each an entry `credential.refused`. */
export const DENIAL_KINDS = [
  'identity_not_active',
  'locked',
  'no_identity',
  'no_living_owner',
  'policy_denied',
  'profile_denied',
] as const;

export interface ControlOwnerSpec {
  covers: Owned;
  /** Id of a trust or a policy, or a word of the list that goes with `covers`. */
  target: string;
  /** Person ids; never one person twice. */
  owner: string;
  reviewer: string;
}

/** A departure that was approved by another person than its owner, for a while. */
export interface ExceptionSpec {
  /** Id of the control that is departed from. */
  control: string;
  /** The member that it covers, as the control's result lists it: an id, or a place. */
  subject: string;
  /** Person id. */
  owner: string;
  /** What is done instead. */
  compensating: string;
  /** When it lapses by itself: RFC 3339, UTC, milliseconds. */
  until: string;
  reason: string;
}
