import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/browser';
import { change, post, setCsrf } from './client.ts';
import type * as T from './types.ts';

type SignedIn = Pick<T.Session, 'person' | 'bootstrap' | 'csrf'>;

const opened = (session: SignedIn): SignedIn => {
  setCsrf(session.csrf);
  return session;
};

export const signInWithToken = async (token: string) => opened(await post<SignedIn>('/sessions', { token }));
export const passkeySignInOptions = () =>
  post<PublicKeyCredentialRequestOptionsJSON>('/sessions/passkey/options');
export const signInWithPasskey = async (response: AuthenticationResponseJSON) =>
  opened(await post<SignedIn>('/sessions/passkey', { response }));
export const signOut = () => change<unknown>('DELETE', '/session');

export const passkeyEnrolmentOptions = () => post<PublicKeyCredentialCreationOptionsJSON>('/passkeys/options');
export const checkPasskey = (response: RegistrationResponseJSON) =>
  post<{ key: Record<string, string> }>('/passkeys', { response });

/** The first person's key: a passkey's registration response, or an Ed25519 key made by `muniment`. */
export type FirstKey = { type: 'ed25519'; publicKey: string } | RegistrationResponseJSON;
export const enrolFirst = (person: { name: string; displayName: string; key: FirstKey }) =>
  post<unknown>('/persons/bootstrap', person);

export const proposeChange = (change_: {
  manifests: string;
  title: string;
  reason: string;
  dryRun: boolean;
}) => post<T.Proposed>('/changes', change_);
export const approvalOptions = (id: string) =>
  post<PublicKeyCredentialRequestOptionsJSON>(`/changes/${id}/approval-options`);
export const approveChange = (id: string, planDigest: string, signature: T.ApprovalSignature) =>
  post<unknown>(`/changes/${id}/approvals`, { planDigest, signature });
export const applyChange = (id: string, planDigest: string) => post<unknown>(`/changes/${id}/apply`, { planDigest });
export const withdrawChange = (id: string, reason: string) => post<unknown>(`/changes/${id}/withdraw`, { reason });

export const placeLock = (target: { kind: T.LockTargetKind; id: string }, reason: string) =>
  post<{ lock: string; placed: string; entry: number }>('/locks', { target, reason });
export const liftLock = (id: string, reason: string) => post<unknown>(`/locks/${id}/lift`, { reason });
export const acceptIdentity = (id: string) => post<unknown>(`/identities/${id}/accept`);
export const sweepHost = () => post<{ sweep: string; verdict: T.SweepVerdict }>('/sweeps', { source: 'host' });
