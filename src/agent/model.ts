import type { Action, Facts, LockTargetKind, Probe } from '#verifier';
import { type ErrorCode, MunimentError } from '../kernel/index.ts';

export type SvidAction = Extract<Action, 'issue-x509-svid' | 'issue-jwt-svid'>;

/** What the agent asks for on a caller's behalf. */
export interface IssueRequest {
  action: SvidAction;
  instance: string;
  attested: Facts;
  claimed: Facts;
  /** PEM. */
  csr?: string;
  audience?: string[];
}

/** Proof that the grant is in the log, as the server hands it out: kept, never read for a decision. */
export interface Receipt {
  index: number;
  leaf: string;
  body: string;
  checkpoint: string;
  proof: string[];
}

export interface IssuedItem {
  entry: number;
  spiffeId: string;
  hint?: string;
  /** Base64 DER, the leaf first. */
  certificate?: string[];
  jwt?: string;
  /** RFC 3339. */
  notAfter: string;
  receipt: Receipt;
  shortened: boolean;
}

/** The trust domain's keys and CRLs. */
export interface Bundle {
  sequence: number;
  /** Base64 DER. */
  x509: string[];
  jwks: { keys: Array<Record<string, unknown>> };
  crls: string[];
  refreshSeconds: number;
}

export interface LockEvent {
  lock: string;
  target: { kind: LockTargetKind; id: string };
  /** Identities that the lock reaches. */
  identities: string[];
  /** RFC 3339: the lock's leaf time. */
  placed: string;
}

export interface Delivery {
  credential: number;
  instance: string;
  count: number;
}

/**
 * The server as the rest of the agent sees it. Every call throws `Refused` where the server said no, and
 * `server_unreachable` where it said nothing that can be used.
 */
export interface Upstream {
  issue(request: IssueRequest): Promise<IssuedItem[]>;
  bundle(): Promise<Bundle>;
  deliver(from: string, to: string, deliveries: Delivery[]): Promise<void>;
  probe(lock: string, probes: Probe[]): Promise<void>;
  /** RFC 7662: whether the token is still good. */
  introspect(token: string): Promise<boolean>;
}

/** The server said nothing that can be used. */
export class Silent extends MunimentError {
  /** How long it asked to be left alone; zero where it did not say. */
  readonly waitMilliseconds: number;

  constructor(message: string, waitMilliseconds: number, cause?: unknown) {
    super('server_unreachable', message, { cause, ...(cause ? { detail: String(cause) } : {}) });
    this.waitMilliseconds = waitMilliseconds;
  }
}

export const waitAskedBy = (error: unknown): number => (error instanceof Silent ? error.waitMilliseconds : 0);

/** The server decided, and the answer is no. */
export class Refused extends MunimentError {
  /** The entry that records the refusal, where there is one. */
  readonly entry: number | null;

  constructor(code: ErrorCode, message: string, entry: number | null) {
    super(code, message);
    this.entry = entry;
  }
}

/** Codes that speak about the caller's standing, not about the request or the server's health. */
const STANDING_CODES: ReadonlySet<ErrorCode> = new Set([
  'no_identity',
  'identity_not_active',
  'no_living_owner',
  'locked',
  'policy_denied',
  'profile_denied',
  'attestation_refused',
]);

export const isDenial = (error: unknown): error is Refused =>
  error instanceof Refused && STANDING_CODES.has(error.code);
