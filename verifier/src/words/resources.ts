/** What people declare in manifests, as entries carry it: names resolved to opaque ids, personal fields committed. */
import type { ControlOwnerSpec, ExceptionSpec } from './control-owners.ts';
import type { RotationSpec } from './rotation.ts';

export const RESOURCE_KINDS = [
  'Person',
  'Application',
  'Profile',
  'Identity',
  'Policy',
  'Trust',
  'Rotation',
  'Exception',
  'ControlOwner',
] as const;
export type ResourceKind = (typeof RESOURCE_KINDS)[number];

export const ROLES = ['viewer', 'operator', 'approver', 'auditor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export const IDENTITY_KINDS = [
  'service-account',
  'workload',
  'ci-job',
  'api-client',
  'bot',
  'device',
  'ai-agent',
  'third-party',
] as const;
export type IdentityKind = (typeof IDENTITY_KINDS)[number];

export const IDENTITY_STATES = ['requested', 'approved', 'active', 'suspended', 'retired'] as const;
export type IdentityState = (typeof IDENTITY_STATES)[number];

/** What a policy decides on, and what a profile lists. */
export const ACTIONS = ['join', 'renew', 'issue-x509-svid', 'issue-jwt-svid', 'issue-access-token'] as const;
export type Action = (typeof ACTIONS)[number];

export const ENVIRONMENTS = ['production', 'staging', 'development', 'test'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

export const JOIN_METHODS = ['token', 'unix', 'private-key-jwt', 'jwt-svid'] as const;
export type JoinMethod = (typeof JOIN_METHODS)[number];

/**
 * A personal value, replaced by SHA-256 over a 16-byte salt and the value's canonical JSON (hex). The salt and the value
 * (the opening) live outside the log, so a person can be erased and every proof still holds.
 */
export interface Commitment {
  commitment: string;
}

/** A key that signs approvals: Ed25519 from a key file, or a passkey (WebAuthn; ES256 or EdDSA). */
export interface ApprovalKey {
  id: string;
  type: 'ed25519' | 'passkey';
  /** SPKI, DER, base64url. */
  publicKey: string;
  /** Passkeys only: the credential id (base64url) and the relying party it is bound to. */
  credentialId?: string;
  rpId?: string;
  /** Laid away for an emergency: it opens no session and approves one change alone, once, before `until` (RFC 3339). */
  breakGlass?: { until: string };
}

export interface PersonSpec {
  displayName: Commitment;
  email?: Commitment;
  roles: Role[];
  keys: ApprovalKey[];
  /** `left` starts the grace of everything this person owns. */
  status: 'active' | 'left';
  /** The host account that may speak for this person over the admin socket; never enough to approve. */
  uid?: number;
}

export interface ApplicationSpec {
  description: string;
  /** Person id. */
  owner: string;
  status: 'active' | 'retired';
}

/** In a profile's list: a token may name whatever audience it likes. A policy may still narrow it. */
export const ANY_AUDIENCE = '*';

export interface ProfileSpec {
  description: string;
  actions: Action[];
  /** Seconds. A longer request is shortened, and told so. */
  maxTtlSeconds: number;
  /** JWT audiences that may be asked for; absent means none, `*` any. */
  audiences?: string[];
  /** OAuth scopes that an access token may carry; absent means none. */
  scopes?: string[];
}

export interface IdentitySpec {
  kind: IdentityKind;
  purpose: string;
  /** Ids of application, owner, deputy, profile. */
  application: string;
  owner: string;
  deputy?: string;
  profile: string;
  environment: Environment;
  /** Path of its SPIFFE ID, with a leading slash. */
  spiffePath: string;
}

export interface PolicySpec {
  description: string;
  /** Cedar text, exactly as approved. */
  cedar: string;
  /** SHA-256 of the text, hex: the policy's version. */
  version: string;
}

export interface TrustSpec {
  /** Identity id. */
  identity: string;
  method: JoinMethod;
  /**
   * Conditions on attested facts: all must hold, each an exact value or a list of allowed ones. An absent fact refuses.
   * unix: `uid`, `gid`, `path`, `sha256`, `user`, `group`. token: none. private-key-jwt: `thumbprint` (RFC 7638) of `keys`.
   * jwt-svid: `spiffeId`.
   */
  where: Record<string, string | number | Array<string | number>>;
  /** Names of agents that may attest for it; absent means any joined agent. */
  agents?: string[];
  /** private-key-jwt: the public keys, whose thumbprints stand in `where`. */
  keys?: ClientKey[];
}

/** A public key of an OAuth client (RFC 7517): the members that name the key, and nothing private. */
export type ClientKey =
  | { kty: 'EC'; crv: 'P-256' | 'P-384'; x: string; y: string; kid?: string }
  | { kty: 'OKP'; crv: 'Ed25519'; x: string; kid?: string }
  | { kty: 'RSA'; n: string; e: string; kid?: string };

export interface ResourceSpecs {
  Person: PersonSpec;
  Application: ApplicationSpec;
  Profile: ProfileSpec;
  Identity: IdentitySpec;
  Policy: PolicySpec;
  Trust: TrustSpec;
  Rotation: RotationSpec;
  Exception: ExceptionSpec;
  ControlOwner: ControlOwnerSpec;
}

/** One step of a plan: what stands now, what would stand. `base` is the entry that the present state rests on. */
export interface Operation<K extends ResourceKind = ResourceKind> {
  op: 'create' | 'update' | 'retire';
  kind: K;
  id: string;
  /** A Person's login name is personal, so it is committed. */
  name: string | Commitment;
  base: number | null;
  before: ResourceSpecs[K] | null;
  after: ResourceSpecs[K] | null;
}

/** Who gains or loses what: computed, shown, and part of the digest that is signed. */
export interface Gain {
  direction: 'gains' | 'loses';
  subject: string;
  what: string;
}

export interface Plan {
  v: 1;
  change: string;
  title: string;
  reason: string;
  proposer: string;
  operations: Operation[];
  gains: Gain[];
}

/** An approver's own signature over a plan's digest; `verifyApproval` checks it offline. */
export type ApprovalSignature =
  | { type: 'ed25519'; keyId: string; signature: string }
  | {
      type: 'passkey';
      keyId: string;
      signature: string;
      authenticatorData: string;
      clientDataJSON: string;
    };
