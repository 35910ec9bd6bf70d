import { createHash } from 'node:crypto';
import { type Action, type CredentialType, canonicalize, type Facts } from '#verifier';
import { checkedClaims } from '../attestation/index.ts';
import { type CertificateRequest, parseCsr } from '../crypto/index.ts';
import { isId, MunimentError, newId } from '../kernel/index.ts';
import type { Authority, IssuingCa } from './ca.ts';
import {
  ACCESS_TTL_SECONDS,
  type AccessTokenRequest,
  AGENT_TTL_SECONDS,
  AUDIENCE_MAX,
  type IssuanceRequest,
  type JoinRequest,
  JWT_TTL_SECONDS,
  type RenewRequest,
  SCOPE_MAX,
  type WorkloadRequest,
  X509_TTL_SECONDS,
} from './model.ts';

const AUDIENCE_MAX_CHARACTERS = 2048;
const SCOPE_MAX_CHARACTERS = 256;
/** RFC 6749, section 3.3: `scope-token`. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** What was asked for, read and checked before anything is decided. */
export interface Order {
  request: string;
  action: Action;
  type: CredentialType;
  door: string;
  address: string | null;
  claimed: Facts;
  requestedTtlSeconds: number | null;
  defaultTtlSeconds: number;
  /** The key to be certified; absent for a JWT. */
  csr?: CertificateRequest;
  audience: string[];
  /** OAuth scopes; empty for anything but an access token. */
  scope: string[];
  /** `iss` of an access token. */
  tokenIssuer?: string;
  keyHash: string;
  /** Key id of the issuing key; credentials end before it does. */
  issuer: string;
  issuerEnds: Date | null;
  /** The CA that will sign; absent for a JWT. */
  ca?: IssuingCa;
}

const TYPES = {
  join: { type: 'agent-x509', defaultTtlSeconds: AGENT_TTL_SECONDS },
  renew: { type: 'agent-x509', defaultTtlSeconds: AGENT_TTL_SECONDS },
  'issue-x509-svid': { type: 'x509-svid', defaultTtlSeconds: X509_TTL_SECONDS },
  'issue-jwt-svid': { type: 'jwt-svid', defaultTtlSeconds: JWT_TTL_SECONDS },
  'issue-access-token': { type: 'access-token', defaultTtlSeconds: ACCESS_TTL_SECONDS },
} as const;

const bad = (message: string): never => {
  throw new MunimentError('bad_request', message);
};

/** Reads a request. Throws `bad_request` or `invalid_csr`. */
export async function readOrder(authority: Authority, request: IssuanceRequest): Promise<Order> {
  const { action, door, address, ttlSeconds } = request;
  if (ttlSeconds !== undefined && !(Number.isSafeInteger(ttlSeconds) && ttlSeconds > 0))
    bad('lifetime is not valid');
  if ('instance' in request && !isId('instance', request.instance)) bad('instance is not valid');
  const common = {
    request: newId('request'),
    action,
    ...TYPES[action],
    door,
    address,
    claimed: 'claimed' in request ? checkedClaims(request.claimed) : {},
    requestedTtlSeconds: ttlSeconds ?? null,
    scope: [],
  };
  switch (request.action) {
    case 'issue-jwt-svid':
      return { ...common, ...(await jwtOrder(authority, request.audience ?? [])) };
    case 'issue-access-token':
      return { ...common, ...(await accessOrder(authority, request)) };
    default:
      return { ...common, ...(await x509Order(authority, request)) };
  }
}

type CertificateOrder = JoinRequest | RenewRequest | WorkloadRequest;

async function x509Order(authority: Authority, { action, csr: input }: CertificateOrder) {
  if (input === undefined) return bad('a certificate request is needed');
  const csr = parseCsr(input);
  const ca = await authority.issuing(action === 'issue-x509-svid' ? 'workload' : 'control');
  const { keyId: issuer } = ca.issuer.signer;
  return { csr, audience: [], keyHash: csr.keyHash, issuer, issuerEnds: ca.notAfter, ca };
}

/** What was asked for is part of the record, also where it is refused. */
async function accessOrder(authority: Authority, { audience, scope: wanted, issuer }: AccessTokenRequest) {
  const scope = checkedScope(wanted);
  const order = await jwtOrder(authority, audience);
  return { ...order, scope, tokenIssuer: issuer, claimed: { audience: order.audience, scope } };
}

function checkedScope(scope: string[]): string[] {
  const fits = scope.every((name) => name.length <= SCOPE_MAX_CHARACTERS && SCOPE.test(name));
  if (!fits || scope.length > SCOPE_MAX) bad('scope is not valid');
  return [...new Set(scope)].sort();
}

async function jwtOrder(authority: Authority, wanted: string[]) {
  const audience = checkedAudience(wanted);
  const { keyId } = await authority.jwtSigner();
  // A JWT binds no key: what stands in the key's place is what it is bound to.
  const keyHash = createHash('sha256').update(canonicalize(audience)).digest('hex');
  return { audience, keyHash, issuer: keyId, issuerEnds: null };
}

function checkedAudience(audience: string[]): string[] {
  const fits = (name: unknown): boolean =>
    typeof name === 'string' &&
    name.length > 0 &&
    name.length <= AUDIENCE_MAX_CHARACTERS &&
    name.isWellFormed();
  if (audience.length === 0 || audience.length > AUDIENCE_MAX || !audience.every(fits))
    bad('audience is not valid');
  return [...new Set(audience)];
}
