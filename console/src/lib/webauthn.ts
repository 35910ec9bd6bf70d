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
import type { ApprovalKeyRef, ApprovalSignature } from '../api/types.ts';

export const canUsePasskeys = browserSupportsWebAuthn;

const DISMISSED = {
  code: 'passkey_dismissed',
  title: 'No passkey was used',
  detail: 'The browser’s question was closed or timed out, or no passkey on this device fits. Nothing was sent',
};

async function asked<T>(ceremony: Promise<T>): Promise<T> {
  try {
    return await ceremony;
  } catch (error) {
    throw error instanceof Error && error.name === 'NotAllowedError'
      ? new Problem(0, DISMISSED)
      : new Problem(0, { code: 'passkey_failed', title: 'The passkey could not be used', detail: String(error) });
  }
}

export const makePasskey = (optionsJSON: PublicKeyCredentialCreationOptionsJSON): Promise<RegistrationResponseJSON> =>
  asked(startRegistration({ optionsJSON }));

export const presentPasskey = (optionsJSON: PublicKeyCredentialRequestOptionsJSON): Promise<AuthenticationResponseJSON> =>
  asked(startAuthentication({ optionsJSON }));

/** A passkey's assertion in the form in which an approval carries it; all parts base64url. */
export function asApproval(assertion: AuthenticationResponseJSON, keys: ApprovalKeyRef[]): ApprovalSignature {
  const key = keys.find(({ credentialId }) => credentialId === assertion.id);
  if (key === undefined) {
    throw new Problem(0, {
      code: 'passkey_unknown',
      title: 'This passkey is not enrolled for you',
      detail: 'Add it under your account, propose the change that holds it, and have it approved',
    });
  }
  const { signature, authenticatorData, clientDataJSON } = assertion.response;
  return { type: 'passkey', keyId: key.id, signature, authenticatorData, clientDataJSON };
}
