import type {
  ApprovalSignature,
  IdentityKind,
  IdentityState,
  Plan,
  Role,
} from '../../../verifier/src/words/resources.ts';
import type {
  CredentialRecord,
  DecisionRecord,
  LockTargetKind,
  ObservedValue,
  Probe,
  RequestRecord,
  SweepVerdict,
} from '../../../verifier/src/words/entries.ts';

/** What the API answers with; times are RFC 3339 in UTC. */
export type { ApprovalSignature, IdentityKind, IdentityState, LockTargetKind, Plan, Probe, Role, SweepVerdict };

export type Verdict = 'PASS' | 'FAIL' | 'NOT_EVALUABLE' | 'NOT_OCCURRING';

export interface Page<T> {
  items: T[];
  next?: string | null;
}

export interface Named {
  id: string;
  name: string | null;
}

export interface ApprovalKeyRef {
  id: string;
  type: 'ed25519' | 'passkey';
  credentialId?: string;
}

export interface SessionPerson {
  id: string;
  name: string;
  displayName: string;
  roles: Role[];
  keys: ApprovalKeyRef[];
}

export interface Session {
  person: SessionPerson | null;
  bootstrap: boolean;
  csrf: string;
  ends: string;
}

export interface ControlItem {
  id: string;
  title: string;
  verdict: Verdict;
  why: string;
}

export interface Overview {
  controls: Record<Verdict, number> & { items: ControlItem[] };
  attention: Array<{ what: string; link: string; count: number }>;
  found: {
    sweep: {
      verdict: SweepVerdict;
      when: string;
      items: number;
      denied: Array<{ what: string; why: string }>;
    } | null;
    byClass: Record<string, number>;
  };
  identities: number | Record<string, number>;
  credentials: { live: number; granted24h: number; refused24h: number };
  log: { size: number; time: string; origin: string };
}

export interface IdentityItem {
  id: string;
  name: string;
  kind: IdentityKind;
  purpose: string;
  application: Named | null;
  owner: (Named & { status: 'active' | 'left' }) | null;
  deputy: Named | null;
  environment: string;
  profile: Named | string | null;
  state: IdentityState;
  spiffeId: string;
  liveCredentials: number;
  lastGrant: string | null;
  locked: boolean;
}

export interface IdentityDetail extends IdentityItem {
  spiffePath: string;
  approvals: Array<{ change: string; approver: Named | string; time: string; entry: number }>;
  trusts: Trust[];
  policies: Policy[];
  locks: Lock[];
}

export interface Trust {
  id: string;
  name: string;
  spec?: { method: string; where: Record<string, string | number | Array<string | number>>; agents?: string[] };
  method?: string;
  where?: Record<string, string | number | Array<string | number>>;
  agents?: string[];
  entry?: number;
}

export interface Policy {
  id: string;
  name: string;
  spec?: { description: string; cedar: string; version: string };
  description?: string;
  cedar?: string;
  version?: string;
  entry?: number;
}

export type CredentialState = 'live' | 'expired' | 'dead';

export interface Credential {
  entry: number;
  granted: string;
  state: CredentialState;
  why?: string | null;
  credential: CredentialRecord;
  request?: RequestRecord;
  decision?: DecisionRecord;
}

export interface Decision {
  entry: number;
  time: string;
  outcome: 'grant' | 'refusal';
  code: string | null;
  request: RequestRecord;
  decision: DecisionRecord;
}

export interface TimelineItem {
  index: number;
  time: string;
  kind: string;
  subject?: string;
  actor: string;
  actorName?: string | null;
  summary?: string;
}

export type ChangeState = 'proposed' | 'applied' | 'withdrawn';

export interface ChangeItem {
  id: string;
  state: ChangeState;
  title: string;
  reason: string;
  proposer: Named | string;
  proposed?: string;
  approvals?: Approval[];
  applied: string | null;
  entry?: number;
}

export interface Approval {
  approver: Named | string;
  time: string;
  entry: number;
  planDigest?: string;
  type?: string;
}

export interface ChangeDetail extends ChangeItem {
  plan: Plan;
  planDigest: string;
  current: boolean;
  text: string;
  approvals: Approval[];
  names?: Record<string, string>;
}

export interface Proposed {
  change: string;
  plan: Plan;
  planDigest: string;
  text: string;
}

export interface Lock {
  id: string;
  target: { kind: LockTargetKind; id: string; name?: string | null };
  reason: string;
  actor: string | Named;
  placed: string;
  lifted: string | null;
  entry: number;
  probes?: Probe[];
}

export interface Finding {
  id: string;
  rule: string;
  subject: string;
  title: string;
  due: string;
  opened: string;
  closed: string | null;
  reason: string | null;
  entry: number;
}

export interface Observation {
  key: string;
  source: string;
  class: string;
  label: string | null;
  attributes: Record<string, ObservedValue>;
  present: boolean;
  firstSeen: string;
  lastChanged: string;
  entry: number;
}

export interface LedgerItem {
  index: number;
  time: string;
  kind: string;
  subject: string;
  actor: string;
  leafHash: string;
}

export interface LedgerEntry {
  index: number;
  /** Exact text of the leaf and the body: what is hashed. */
  leaf: string;
  body: string | null;
  leafHash: string;
  proof: string[];
  checkpoint: string;
  names: Record<string, string>;
}
