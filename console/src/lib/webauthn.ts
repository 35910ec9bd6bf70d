import {
  type AuthenticationResponseJSON,
  browserSupportsWebAuthn,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  startAuthentication,
  startRegistration,
} from '@simplewebauthn/browser';
import { Problem } from '../api/problem.ts';
import type { ApprovalSignature, Self } from '../api/types.ts';

export const canUsePasskeys = browserSupportsWebAuthn;

const refused = (error: unknown): Problem =>
  error instanceof Error && error.name === 'NotAllowedError'
    ? new Problem(0, {
        code: 'passkey_dismissed',
        detail: 'no passkey was used: the question was closed or timed out, or none on this device fits',
      })
    : new Problem(0, { code: 'passkey_failed', detail: `the passkey could not be used: ${String(error)}` });

async function asked<T>(ceremony: Promise<T>): Promise<T> {
  try {
    return await ceremony;
  } catch (error) {
    throw refused(error);
  }
}

export const makePasskey = (
  optionsJSON: PublicKeyCredentialCreationOptionsJSON,
): Promise<RegistrationResponseJSON> => asked(startRegistration({ optionsJSON }));

export const presentPasskey = (
  optionsJSON: PublicKeyCredentialRequestOptionsJSON,
): Promise<AuthenticationResponseJSON> => asked(startAuthentication({ optionsJSON }));

/** A passkey's assertion in the form in which an approval carries it; all parts base64url. */
export function asApproval({ response }: AuthenticationResponseJSON, keyId: string): ApprovalSignature {
  const { signature, authenticatorData, clientDataJSON } = response;
  return { type: 'passkey', keyId, signature, authenticatorData, clientDataJSON };
}

/** The id of the approval key that made an assertion. Throws `passkey_unknown` for a passkey that is none of these. */
export function keyBehind({ id }: AuthenticationResponseJSON, keys: Self['keys']): string {
  const key = keys.find(({ credentialId }) => credentialId === id);
  if (key !== undefined) return key.id;
  throw new Problem(0, {
    code: 'passkey_unknown',
    detail: 'this passkey is not enrolled for you: add it under your account and have the change approved',
  });
}
