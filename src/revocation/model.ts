import type { LockTargetKind, Probe, Rows } from '#verifier';
import type { Issuer, RevocationReason, Signer } from '../crypto/index.ts';
import { MunimentError } from '../kernel/index.ts';
import type { Receipt } from '../store/index.ts';

export const CRL_VALIDITY_SECONDS = 3600;
/** An unchanged CRL is signed again after this long, so that a reader always has most of its validity before it. */
export const CRL_REFRESH_SECONDS = 600;
const REASON_MAX_CHARACTERS = 1024;
export const PROBES_MAX = 1000;

export type LockTarget = Rows['lock']['target'];

export const LOCK_TARGETS: readonly LockTargetKind[] = [
  'identity',
  'credential',
  'instance',
  'trust',
  'owner',
  'application',
  'agent',
];

/** A CA whose CRL we sign. */
export interface CrlIssuer {
  name: string;
  issuer: Issuer;
}

/** What revocation needs of the authority. */
export interface RevocationAuthority {
  published(): Promise<CrlIssuer[]>;
  jwtKeys(): Promise<{ signers: Signer[] }>;
}

export interface PlacedLock {
  lock: string;
  placed: string;
  entry: number;
  receipt: Receipt;
}

/** RFC 7662, 2.2; nothing is said of a token that is not active. */
export type Introspection =
  | { active: false }
  | {
      active: true;
      token_type: 'Bearer';
      iss?: string;
      sub: string;
      aud: string[];
      iat: number;
      exp: number;
      jti: string;
      /** Access tokens only. */
      client_id?: string;
      scope?: string;
    };

/** What a lock on each kind of target says in a CRL. */
export const CRL_REASONS: Record<LockTargetKind, RevocationReason> = {
  identity: 'privilegeWithdrawn',
  credential: 'unspecified',
  instance: 'privilegeWithdrawn',
  trust: 'privilegeWithdrawn',
  owner: 'affiliationChanged',
  application: 'cessationOfOperation',
  agent: 'privilegeWithdrawn',
};

export function checkedReason(reason: string): string {
  const text = reason.trim();
  if (text === '' || text.length > REASON_MAX_CHARACTERS || !text.isWellFormed()) {
    throw new MunimentError('bad_request', 'a reason of at most 1024 characters is needed');
  }
  return text;
}

const POINTS: ReadonlySet<Probe['point']> = new Set([
  'api-renewal',
  'introspection',
  'agent-stream',
  'crl',
  'openssl',
]);
const OUTCOMES: ReadonlySet<Probe['outcome']> = new Set(['REFUSED', 'ACCEPTED', 'NOT_EVALUABLE']);
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const DETAIL_MAX_CHARACTERS = 4096;

/** Copies the fields that a probe has, and refuses what does not fit with `bad_request`. */
export function checkedProbe({ point, credential, outcome, latencyMs, detail }: Probe): Probe {
  const fits =
    POINTS.has(point) &&
    OUTCOMES.has(outcome) &&
    (credential === null || isCount(credential)) &&
    (latencyMs === null || (Number.isFinite(latencyMs) && latencyMs >= 0)) &&
    typeof detail === 'string' &&
    detail.length <= DETAIL_MAX_CHARACTERS &&
    detail.isWellFormed();
  if (!fits) throw new MunimentError('bad_request', 'probe is not valid');
  return { point, credential, outcome, latencyMs, detail };
}
