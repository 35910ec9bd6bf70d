/** The words of the API that pages use; all follow from its OpenAPI document. */
export type {
  ApprovalKey,
  ApprovalSignature,
  Change,
  ChangeSummary,
  Control,
  Credential,
  CredentialCheck,
  Decision,
  Entry,
  EntrySummary,
  Finding,
  Identity,
  IdentityDetail,
  Lock,
  LockDetail,
  Observation,
  Overview,
  Person,
  Plan,
  Policy,
  PostureFinding,
  PostureLine,
  Probe,
  Ref,
  Session,
  Trust,
} from './schema.ts';

import type {
  Self as AnyPerson,
  Change,
  Control,
  Credential,
  Decision,
  Identity,
  Lock,
  Observation,
  PostureFinding,
  Probe,
  Sweep,
} from './schema.ts';

/** Who is signed in; the document has one schema for this and for nobody. */
export type Self = NonNullable<AnyPerson>;
export type Verdict = Control['verdict'];
export type IdentityState = Identity['state'];
export type ChangeState = Change['state'];
export type PostureWord = PostureFinding['finding'];
export type SweepVerdict = Sweep['verdict'];
export type CredentialState = Credential['state'];
export type Outcome = Decision['outcome'];
export type ProbeOutcome = Probe['outcome'];
export type LockTargetKind = Lock['target']['kind'];
export type ObservationClass = Observation['class'];
