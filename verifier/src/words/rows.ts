import type { BreakGlassUse } from './break-glass.ts';
import type { ControlOwnerSpec, ExceptionSpec } from './control-owners.ts';
import type { ObservationDisposition, SourceSpec } from './discovery.ts';
import type {
  AlertOutcome,
  CredentialRecord,
  DecisionRecord,
  DetectorName,
  EntryData,
  LockTargetKind,
  Probe,
  RequestRecord,
} from './entries.ts';
import type {
  ApplicationSpec,
  ApprovalSignature,
  Commitment,
  IdentitySpec,
  IdentityState,
  PersonSpec,
  Plan,
  PolicySpec,
  ProfileSpec,
  TrustSpec,
} from './resources.ts';
import type { RotationRun, RotationSpec } from './rotation.ts';

interface Declared<Spec> {
  id: string;
  name: string | Commitment;
  spec: Spec;
  change: string | null;
  bootstrap: boolean;
  /** When we knew of this version: its leaf's time. An owner's grace counts from here. */
  declared: string;
  /** The entry that this version rests on. */
  entry: number;
  retired: boolean;
}

/** The rows that follow from entries. The server keeps one table of each; the verifier one map. */
export interface Rows {
  /** One row, key `open`: who is inside the marked first days. */
  bootstrap: { open: boolean; entry: number };
  /** `left`: since when the person has left (RFC 3339), or null; the grace of what they own counts from it. */
  person: Declared<PersonSpec> & { left: string | null };
  application: Declared<ApplicationSpec>;
  profile: Declared<ProfileSpec>;
  identity: Declared<IdentitySpec> & { state: IdentityState; ownerAccepted: string };
  policy: Declared<PolicySpec>;
  trust: Declared<TrustSpec>;
  /** `since`: first declared; `run`: the one under way; `rotated`: when the last one was completed. */
  rotation: Declared<RotationSpec> & {
    since: string;
    run: Pick<RotationRun, 'id' | 'target' | 'phase'> | null;
    rotated: string | null;
  };
  rotation_run: RotationRun;
  exception: Declared<ExceptionSpec>;
  control_owner: Declared<ControlOwnerSpec>;
  /** Key: id of the approval key; one row for each that was used. */
  breakglass: BreakGlassUse;
  change: {
    id: string;
    plan: Plan;
    planDigest: string;
    source: string | null;
    state: 'proposed' | 'applied' | 'withdrawn';
    proposed: string;
    approvals: Array<{
      approver: string;
      planDigest: string;
      signature: ApprovalSignature;
      time: string;
      entry: number;
    }>;
    applied: string | null;
    entry: number;
  };
  token: {
    id: string;
    trust: string;
    agentName: string;
    deadline: string;
    usedBy: string | null;
    entry: number;
  };
  agent: { id: string; name: string; instance: string; keyHash: string; joined: string; entry: number };
  /** Key: the entry's index in decimal. */
  credential: {
    entry: number;
    granted: string;
    request: RequestRecord;
    decision: DecisionRecord;
    credential: CredentialRecord;
  };
  /** Key: the entry's index in decimal. */
  refusal: { entry: number; refused: string; request: RequestRecord; decision: DecisionRecord; code: string };
  lock: {
    id: string;
    target: { kind: LockTargetKind; id: string };
    reason: string;
    actor: string;
    placed: string;
    lifted: string | null;
    /** Index of the lock's entry: everything it covers that was granted before is dead for good. */
    entry: number;
  };
  probe: { entry: number; lock: string; recorded: string; probes: Probe[] };
  /** Key: source and partition; the latest sweep of each. */
  sweep: EntryData['sweep.recorded'] & { entry: number };
  observation: Omit<EntryData['observation.recorded'], 'change'> & {
    present: boolean;
    firstSeen: string;
    lastChanged: string;
    /** Id of the identity that it was claimed for; absent where nobody claimed it. */
    identity?: string;
    /** What a person last decided on it. */
    disposed?: {
      disposition: ObservationDisposition;
      reason: string;
      until: string;
      by: string;
      time: string;
    };
    entry: number;
  };
  /** Key: `a` and `b` with a space between. */
  join: { a: string; b: string; reason: string; split: boolean; entry: number };
  /** Key: the source's name. */
  source: { source: string; spec: SourceSpec; since: string; removed: string | null; entry: number };
  finding: {
    id: string;
    rule: string;
    subject: string;
    title: string;
    due: string;
    opened: string;
    /** Id of the person who must decide; null where nobody is named. */
    owner: string | null;
    closed: string | null;
    reason: string | null;
    entry: number;
  };
  alert: {
    id: string;
    detector: DetectorName;
    about: string;
    identity: string | null;
    instance: string | null;
    expected: string;
    seen: string;
    entries: number[];
    raised: string;
    acknowledged: { by: string; time: string } | null;
    resolved: { by: string; time: string; outcome: AlertOutcome; reason: string } | null;
    entry: number;
  };
  /** Key: the detector's name; its latest test. */
  detector: EntryData['detector.tested'] & { tested: string; entry: number };
}

export type RowTable = keyof Rows;

export const ROW_TABLES = [
  'bootstrap',
  'person',
  'application',
  'profile',
  'identity',
  'policy',
  'trust',
  'rotation',
  'rotation_run',
  'exception',
  'control_owner',
  'breakglass',
  'change',
  'token',
  'agent',
  'credential',
  'refusal',
  'lock',
  'probe',
  'sweep',
  'observation',
  'join',
  'source',
  'finding',
  'alert',
  'detector',
] as const satisfies readonly RowTable[];

/** What a decision looks at; small enough to be held in memory whole. */
export const DECIDING_TABLES = [
  'bootstrap',
  'person',
  'application',
  'profile',
  'identity',
  'policy',
  'trust',
  'rotation',
  'exception',
  'control_owner',
  'agent',
  'lock',
  'breakglass',
] as const satisfies readonly RowTable[];

export type RowChange = { [T in RowTable]: { table: T; key: string; row: Rows[T] } }[RowTable];

/** Reads the row as it stands before the entry that is being projected. */
export type ReadRow = <T extends RowTable>(table: T, key: string) => Rows[T] | undefined;
