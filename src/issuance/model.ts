import type { CredentialType } from '#verifier';
import type { ErrorCode } from '../kernel/index.ts';
import type { Receipt } from '../store/index.ts';

export const X509_TTL_SECONDS = 3600;
export const JWT_TTL_SECONDS = 300;
export const AGENT_TTL_SECONDS = 3600;
export const ACCESS_TTL_SECONDS = 300;
export const AUDIENCE_MAX = 16;
export const SCOPE_MAX = 64;

/** The built-in identity of which every agent is an instance. */
export const AGENT_IDENTITY = 'muniment-agent';

interface Asked {
  /** `agent`, `workload`, `oauth`, `rest`. */
  door: string;
  /** Where the request came from; null where there is no address. */
  address: string | null;
  ttlSeconds?: number;
}

/** A machine that shows a join token. */
export interface JoinRequest extends Asked {
  action: 'join';
  token: string;
  name: string;
  csr: string | Uint8Array;
}

/** An agent that wants a fresh certificate for itself. */
export interface RenewRequest extends Asked {
  action: 'renew';
  /** Its present certificate, DER, as TLS has it. */
  certificate: Uint8Array;
  csr: string | Uint8Array;
}

/** An agent that asks for a workload which it attested. */
export interface WorkloadRequest extends Asked {
  action: 'issue-x509-svid' | 'issue-jwt-svid';
  certificate: Uint8Array;
  instance: string;
  attested: unknown;
  claimed: unknown;
  /** X509-SVID only. */
  csr?: string | Uint8Array;
  /** JWT-SVID only. */
  audience?: string[];
}

/** Ways in which an OAuth client proves itself. */
export type ClientMethod = 'private-key-jwt' | 'jwt-svid';

/** An assertion, and the names by which its maker may have known us. */
export interface ClientProof {
  method: ClientMethod;
  /** Compact JWS. */
  assertion: string;
  /** Issuers and token endpoints that are ours. */
  audiences: readonly string[];
  /** SPIFFE ID of the identity that the client says it is; absent where the proof alone tells. */
  client?: string;
}

/** An OAuth client that wants an access token for itself. */
export interface AccessTokenRequest extends Asked {
  action: 'issue-access-token';
  proof: ClientProof;
  /** Whom the token is for: RFC 8707 `resource`, or `audience`. */
  audience: string[];
  scope: string[];
  /** `iss` of the token: the name of ours that the client uses. */
  issuer: string;
}

export type IssuanceRequest = JoinRequest | RenewRequest | WorkloadRequest | AccessTokenRequest;

export interface Grant {
  entry: number;
  identity: string;
  /** The identity's name; tells several SVIDs of one caller apart. */
  hint: string;
  spiffeId: string;
  type: CredentialType;
  /** DER, leaf first. */
  certificate?: Uint8Array[];
  jwt?: string;
  /** Access tokens only. */
  scope?: string[];
  notAfter: string;
  ttlSeconds: number;
  /** True where a longer lifetime was asked for. */
  shortened: boolean;
  receipt: Receipt;
}

export interface Refusal {
  entry: number;
  identity: string | null;
  code: ErrorCode;
  /** What the profile does not list, where that is why. */
  withheld?: 'action' | 'audience' | 'scope';
  reason: string;
  receipt: Receipt;
}

/** What one request came to: an item for each identity that the caller proved, granted or refused. */
export interface Issued {
  request: string;
  /** The agent, and the instance that the credentials are for. */
  agent: string | null;
  instance: string | null;
  granted: Grant[];
  refused: Refusal[];
}
