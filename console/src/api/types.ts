/** The words of the API that pages use; all follow from its OpenAPI document. */
export type {
  Alert,
  ApprovalKey,
  ApprovalSignature,
  BreakGlassKey,
  Change,
  ChangeSummary,
  Control,
  ControlOwner,
  Credential,
  CredentialCheck,
  CredentialValidAt,
  Decision,
  Detector,
  Drift,
  Entry,
  EntrySummary,
  Exception,
  Finding,
  Identity,
  IdentityDetail,
  Lock,
  LockDetail,
  Observation,
  ObservationBrief,
  ObservationDetail,
  ObservationMap,
  Overview,
  Person,
  Plan,
  Policy,
  PostureFinding,
  PostureLine,
  Probe,
  Ref,
  Rotation,
  RotationPlan,
  Session,
  Source,
  SourceTest,
  SourceType,
  Sweep,
  Trust,
} from './schema.ts';

import type {
  Alert,
  Self as AnyPerson,
  BreakGlassKey,
  Change,
  Control,
  Credential,
  Decision,
  Identity,
  Lock,
  Observation,
  PostureFinding,
  Probe,
  Rotation,
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
export type AlertState = Alert['state'];
export type AlertOutcome = NonNullable<Alert['resolved']>['outcome'];
/** One use of a key; the document has one schema for this and for none. */
export type BreakGlassUse = NonNullable<BreakGlassKey['used']>;
export type ReviewOutcome = NonNullable<BreakGlassUse['reviewed']>['outcome'];
/** A run of one; the document has one schema for this and for none. */
export type RotationRun = NonNullable<Rotation['run']>;
export type RotationPhase = RotationRun['phase'];
export type LockTargetKind = Lock['target']['kind'];
export type ObservationClass = Observation['class'];
