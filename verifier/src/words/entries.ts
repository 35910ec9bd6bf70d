import type { Verdict } from '../controls/control.ts';
import type { BreakGlassEntries } from './break-glass.ts';
import type { DiscoveryEntries } from './discovery.ts';
import type {
  Action,
  ApprovalSignature,
  Commitment,
  IdentityState,
  Operation,
  Plan,
  ResourceKind,
} from './resources.ts';
import type { RotationEntries } from './rotation.ts';

/** What the tiles carry: canonical JSON of at most 1 KiB. `body` is the SHA-256 of the body's bytes, hex. */
export interface Leaf {
  v: 1;
  kind: Kind;
  /** When we knew: set by the sequencer, never going back. RFC 3339, UTC, milliseconds. */
  time: string;
  /** Opaque ids, or empty where there is none. */
  subject: string;
  actor: string;
  body: string;
}

/** What lies beside the log: canonical JSON. The nonce keeps a withheld body from being guessed. */
export interface Body<K extends Kind = Kind> {
  v: 1;
  /** 16 random bytes, base64url. */
  nonce: string;
  /** When it was true. */
  occurred: string;
  data: EntryData[K];
}

export interface Entry<K extends Kind = Kind> {
  index: number;
  leaf: Leaf;
  /** null where the body is withheld; then only the leaf's facts stand. */
  body: Body<K> | null;
}

export type Facts = Record<string, string | number | boolean | string[]>;

/** Policy's answer with all that is needed to ask again. */
export interface DecisionRecord {
  effect: 'allow' | 'deny';
  /** SHA-256 over the sorted versions of every policy in force, hex. */
  policySet: string;
  /** Names and versions of the policies that determined the outcome; empty for a default denial. */
  determining: Array<{ policy: string; version: string }>;
  /** `permit`, `forbid`, `none matched`, `error`, `profile`, `lock`, `state`. */
  rule: string;
  reason: string;
}

export interface RequestRecord {
  request: string;
  /** `agent`, `workload`, `oauth`, `rest`. */
  door: string;
  action: Action;
  /** Ids; null where none was found. */
  identity: string | null;
  trust: string | null;
  agent: string | null;
  instance: string | null;
  method: string | null;
  /** What the platform proved, and what the caller said: never mixed. */
  attested: Facts;
  claimed: Facts;
  requestedTtlSeconds: number | null;
  address: string | null;
}

export type CredentialType = 'x509-svid' | 'jwt-svid' | 'agent-x509' | 'access-token';

/** Tokens are named by their `jti`, everything else by its X.509 serial. */
export const isToken = ({ type }: Pick<CredentialRecord, 'type'>): boolean =>
  type === 'jwt-svid' || type === 'access-token';

export interface CredentialRecord {
  type: CredentialType;
  /** SPIFFE ID. */
  subject: string;
  /** SHA-256 of the SPKI (hex); for a JWT that binds no key, of the request's audience list. */
  keyHash: string;
  audience: string[];
  /** Access tokens only. */
  scope?: string[];
  notBefore: string;
  notAfter: string;
  ttlSeconds: number;
  /** True where a longer lifetime was asked for. */
  shortened: boolean;
  /** Key id of the issuing key. */
  issuer: string;
}

export type LockTargetKind =
  | 'identity'
  | 'credential'
  | 'instance'
  | 'trust'
  | 'owner'
  | 'application'
  | 'agent';

export type ProbePoint = 'api-renewal' | 'introspection' | 'agent-stream' | 'crl' | 'openssl';

export interface Probe {
  point: ProbePoint;
  credential: number | null;
  outcome: 'REFUSED' | 'ACCEPTED' | 'NOT_EVALUABLE';
  /** From the lock's leaf time to the observed refusal; null where it was not tried. */
  latencyMs: number | null;
  detail: string;
}

export const DETECTORS = ['failed-attempts', 'locked-credential', 'second-address', 'unusual-hour'] as const;
export type DetectorName = (typeof DETECTORS)[number];

export const ALERT_OUTCOMES = ['incident', 'expected', 'false-alarm'] as const;
export type AlertOutcome = (typeof ALERT_OUTCOMES)[number];

/** One use or attempted use of a credential, as a source told it. */
export interface UseRecord {
  /** When it happened: RFC 3339, UTC, milliseconds. */
  at: string;
  /** Ids; null where the source could not tell. */
  identity: string | null;
  instance: string | null;
  /** Index of the entry that granted the credential. */
  credential: number | null;
  action: string;
  outcome: 'success' | 'failure';
  address: string | null;
}

/** Every kind of entry and what its body's `data` holds. A kind that is not here cannot be written. */
export interface EntryData extends RotationEntries, BreakGlassEntries, DiscoveryEntries {
  /**
   * The fold of the first `size` entries; entries that came while it was computed lie between them and this one. `tables` are
   * those that the digest is over; in any other no row was live. The first entry of a log is one, over the empty state.
   */
  snapshot: { size: number; state: string; tables: string[] };
  /**
   * The log goes on under another name, since entries of the one before are lost. Its first `kept` entries are this log's own;
   * `checkpoint` is the last that is known of it (a signed note over `size` entries and `root`, hex), by `logKey` (C2SP verifier key).
   */
  'log.continued': {
    origin: string;
    logKey: string;
    size: number;
    root: string;
    checkpoint: string;
    kept: number;
    reason: string;
  };
  /** Until it closes, one person may both ask and approve, and every entry so made says so. */
  'bootstrap.opened': { reason: string };
  'bootstrap.closed': { reason: string };
  'change.proposed': { plan: Plan; planDigest: string; source: string | null };
  'change.approved': { change: string; planDigest: string; approver: string; signature: ApprovalSignature };
  /** Someone tried to approve or apply and was refused. */
  'change.refused': { change: string; who: string; channel: string; code: string; message: string };
  'change.applied': { change: string; planDigest: string; operations: number; bootstrap: boolean };
  'change.withdrawn': { change: string; reason: string };
  /** A declared thing stands from here on as given. */
  'resource.declared': {
    kind: ResourceKind;
    id: string;
    name: string | Commitment;
    spec: NonNullable<Operation['after']>;
    change: string | null;
    bootstrap: boolean;
  };
  'resource.retired': { kind: ResourceKind; id: string; change: string | null; reason: string };
  'identity.moved': {
    identity: string;
    from: IdentityState | null;
    to: IdentityState;
    reason: string;
    change: string | null;
  };
  /** An owner says again that the identity is theirs. */
  'owner.accepted': { identity: string; owner: string };
  'token.created': { token: string; trust: string; agentName: string; deadline: string };
  'agent.joined': { agent: string; name: string; instance: string; token: string; keyHash: string };
  'credential.granted': {
    request: RequestRecord;
    decision: DecisionRecord;
    credential: CredentialRecord;
  };
  'credential.refused': { request: RequestRecord; decision: DecisionRecord; code: string };
  /** Cached credentials handed out again by an agent, told in batches. */
  'delivery.reported': {
    agent: string;
    from: string;
    to: string;
    deliveries: Array<{ credential: number; instance: string; count: number }>;
  };
  'lock.placed': { lock: string; target: { kind: LockTargetKind; id: string }; reason: string };
  'lock.lifted': { lock: string; reason: string };
  /** Proof by refusal: the dead credential was tried, and where. */
  'probe.recorded': { lock: string; probes: Probe[] };
  'session.opened': { person: string; method: 'sign-in-token' | 'passkey' | 'key-file' };
  'session.ended': { person: string; reason: string };
  /** What never authenticated or was shed, per source and window, so nobody can flood the log. */
  'requests.counted': { source: string; reason: string; from: string; to: string; count: number };
  /** Storage was down: how many refusals had no entry. */
  'log.gap': { from: string; to: string; refusals: number };
  'clock.jumped': { before: string; after: string };
  /** `owner`: id of the person who must decide; absent where nobody is named. */
  'finding.opened': {
    finding: string;
    rule: string;
    subject: string;
    title: string;
    due: string;
    owner?: string;
  };
  'finding.closed': { finding: string; reason: string };
  /** Uses that a source told of under its signature (Ed25519 over the canonical source, batch and events), or that test a detector. */
  'events.ingested': {
    source: string;
    batch: string;
    /** The detector that these made-up uses must wake; null for what really happened. */
    drill: DetectorName | null;
    events: UseRecord[];
    signature: { keyId: string; signature: string } | null;
  };
  'alert.raised': {
    alert: string;
    detector: DetectorName;
    /** What the detector watches: an id. While one alert about it is open there is no second. */
    about: string;
    identity: string | null;
    instance: string | null;
    expected: string;
    seen: string;
    /** Entries that show it, oldest first. */
    entries: number[];
  };
  'alert.acknowledged': { alert: string };
  'alert.resolved': { alert: string; outcome: AlertOutcome; reason: string };
  /** Whether a detector woke to made-up uses; `drill` is the entry that held them. */
  'detector.tested': { detector: DetectorName; drill: number; alive: boolean; why: string };
  /**
   * The tests were run again and at least one verdict is another than the last time. `verdicts` are those of all controls; `changed`
   * names the others with what they were, null at the first time. Reasons are computed again from the entries, so none is kept here.
   */
  'controls.judged': {
    from: string;
    to: string;
    size: number;
    verdicts: Record<string, Verdict>;
    changed: Array<{ control: string; before: Verdict | null; verdict: Verdict }>;
  };
  'evidence.built': { from: string; to: string; size: number; withheld: number };
}

export type Kind = keyof EntryData;

/** After one of these, a decision taken before it is taken again. */
export const DECIDING_KINDS: ReadonlySet<Kind> = new Set<Kind>([
  'bootstrap.opened',
  'bootstrap.closed',
  'resource.declared',
  'resource.retired',
  'rotation.started',
  'rotation.phase',
  'rotation.ended',
  'identity.moved',
  'agent.joined',
  'lock.placed',
  'lock.lifted',
  'breakglass.used',
  'breakglass.reviewed',
]);
