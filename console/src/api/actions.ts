import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/browser';
import { api, setCsrf, unwrap } from './client.ts';
import type { paths } from './schema.ts';
import type {
  AlertOutcome,
  ApprovalSignature,
  Drift,
  LockTargetKind,
  ReviewOutcome,
  Session,
} from './types.ts';

/** Everything that changes something. Each throws a `Problem` where the server refuses. */

/** The API passes WebAuthn's objects on as they are, so its document knows only their outline. */
const asRequest = (options: { challenge: string }) => options as PublicKeyCredentialRequestOptionsJSON;
const asCreation = (options: { challenge: string }) =>
  options as unknown as PublicKeyCredentialCreationOptionsJSON;
const outline = ({ id, rawId, response }: { id: string; rawId: string; response: object }) => ({
  id,
  rawId,
  type: 'public-key' as const,
  response: response as Record<string, unknown>,
  clientExtensionResults: {},
});

const opened = (session: Session): Session => {
  setCsrf(session.csrf);
  return session;
};

export const signInWithToken = async (token: string) =>
  opened(await unwrap(api.POST('/api/v1/sessions', { body: { token } })));
export const passkeySignInOptions = async () =>
  asRequest(await unwrap(api.POST('/api/v1/sessions/passkey/options', { body: {} })));
export const signInWithPasskey = async (response: AuthenticationResponseJSON) =>
  opened(await unwrap(api.POST('/api/v1/sessions/passkey', { body: { response: outline(response) } })));
export const signOut = () => unwrap(api.DELETE('/api/v1/session'));

export const passkeyCreationOptions = async (name?: string) =>
  asCreation(
    await unwrap(api.POST('/api/v1/passkeys/options', { body: name === undefined ? {} : { name } })),
  );
export const readPasskey = (response: RegistrationResponseJSON) =>
  unwrap(api.POST('/api/v1/passkeys', { body: { response: outline(response) } }));

export interface FirstPerson {
  name: string;
  displayName: string;
  /** A public Ed25519 key, or a passkey's registration. */
  key: string | RegistrationResponseJSON;
}

export const enrolFirst = ({ key, ...person }: FirstPerson) => {
  const offer =
    typeof key === 'string'
      ? { type: 'ed25519' as const, publicKey: key }
      : { type: 'passkey' as const, response: outline(key) };
  return unwrap(api.POST('/api/v1/persons/bootstrap', { body: { ...person, key: offer } }));
};

export interface Proposal {
  manifests: string;
  title: string;
  reason: string;
  dryRun: boolean;
}

const change = (id: string) => ({ params: { path: { id } } });

export const proposeChange = (body: Proposal) => unwrap(api.POST('/api/v1/changes', { body }));
export const approvalOptions = async (id: string) =>
  asRequest(await unwrap(api.POST('/api/v1/changes/{id}/approval-options', { ...change(id), body: {} })));
export const approveChange = (id: string, planDigest: string, signature: ApprovalSignature) =>
  unwrap(api.POST('/api/v1/changes/{id}/approvals', { ...change(id), body: { planDigest, signature } }));
export const applyChange = (id: string, planDigest: string) =>
  unwrap(api.POST('/api/v1/changes/{id}/apply', { ...change(id), body: { planDigest } }));
export const withdrawChange = (id: string, reason: string) =>
  unwrap(api.POST('/api/v1/changes/{id}/withdraw', { ...change(id), body: { reason } }));

export type ResourceKind = Drift['missing'][number]['kind'];

/** Compares; it proposes and writes nothing. Every kind where none is named. */
export const readDrift = (manifests: string, kinds: ResourceKind[]) =>
  unwrap(api.POST('/api/v1/changes/drift', { body: { manifests, ...(kinds.length > 0 && { kinds }) } }));
export const reviewBreakGlass = (key: string, outcome: ReviewOutcome, note: string) =>
  unwrap(
    api.POST('/api/v1/break-glass/{id}/review', { params: { path: { id: key } }, body: { outcome, note } }),
  );

export const placeLock = (target: { kind: LockTargetKind; id: string }, reason: string) =>
  unwrap(api.POST('/api/v1/locks', { body: { target, reason } }));
export const liftLock = (id: string, reason: string) =>
  unwrap(api.POST('/api/v1/locks/{id}/lift', { params: { path: { id } }, body: { reason } }));
export const acceptIdentity = (id: string) =>
  unwrap(api.POST('/api/v1/identities/{id}/accept', { params: { path: { id } }, body: {} }));
export const acknowledgeAlert = (id: string) =>
  unwrap(api.POST('/api/v1/alerts/{id}/acknowledge', { params: { path: { id } }, body: {} }));
export const resolveAlert = (id: string, outcome: AlertOutcome, reason: string) =>
  unwrap(api.POST('/api/v1/alerts/{id}/resolve', { params: { path: { id } }, body: { outcome, reason } }));
export const testDetectors = () => unwrap(api.POST('/api/v1/detectors/test', { body: {} }));

export const startRotation = (id: string, early: boolean) =>
  unwrap(api.POST('/api/v1/rotations/{id}/runs', { params: { path: { id } }, body: { early } }));
export const abandonRotation = (id: string, reason: string) =>
  unwrap(api.POST('/api/v1/rotations/{id}/abandon', { params: { path: { id } }, body: { reason } }));

const observation = (key: string) => ({ path: { key } });

export const disposeObservation = (
  key: string,
  body: { disposition: 'dismissed' | 'retire'; reason: string; until: string },
) => unwrap(api.POST('/api/v1/observations/{key}/dispose', { params: observation(key), body }));

export const splitObservations = (a: string, b: string, reason: string) =>
  unwrap(api.POST('/api/v1/observations/split', { body: { a, b, reason } }));

export type Adoption =
  paths['/api/v1/observations/{key}/adopt']['post']['requestBody']['content']['application/json'];

/** Proposes a new identity for something that was found. */
export const adoptObservation = (key: string, body: Adoption) =>
  unwrap(api.POST('/api/v1/observations/{key}/adopt', { params: observation(key), body }));

export type SourceGiven =
  paths['/api/v1/sources/{source}']['put']['requestBody']['content']['application/json'];

export const putSource = (source: string, body: SourceGiven) =>
  unwrap(api.PUT('/api/v1/sources/{source}', { params: { path: { source } }, body }));

export const removeSource = (source: string, reason: string) =>
  unwrap(api.DELETE('/api/v1/sources/{source}', { params: { path: { source } }, body: { reason } }));

export const testSource = (source: string) =>
  unwrap(api.POST('/api/v1/sources/{source}/test', { params: { path: { source } }, body: {} }));

/** Starts a sweep and does not wait for it: how far it is, the source tells. */
export const startSweep = (source: string) =>
  unwrap(api.POST('/api/v1/sweeps', { params: { query: { wait: 'false' } }, body: { source } }));

export const cancelSweep = (source: string) =>
  unwrap(api.DELETE('/api/v1/sweeps/running/{source}', { params: { path: { source } } }));

export const claimObservation = (key: string, identity: string) =>
  unwrap(api.POST('/api/v1/observations/{key}/claim', { params: { path: { key } }, body: { identity } }));

/** One of these names a credential. */
export type Presented = Partial<Record<'certificate' | 'jwt' | 'serial' | 'jti', string>>;

/** `at` is now where it is not given. A key is named by its fingerprint: SHA-256, hexadecimal. */
export const credentialValidAt = (body: Presented & { fingerprint?: string; at?: string }) =>
  unwrap(api.POST('/api/v1/credentials/valid-at', { body }));

export const checkCredential = (body: Presented) => unwrap(api.POST('/api/v1/credentials/check', { body }));
