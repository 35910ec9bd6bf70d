/** Events that make a credential or an identity, by the service that tells of them. */
const CREATIONS: Record<string, ReadonlySet<string>> = {
  'iam.amazonaws.com': new Set([
    'CreateAccessKey',
    'CreateInstanceProfile',
    'CreateLoginProfile',
    'CreateOpenIDConnectProvider',
    'CreateRole',
    'CreateSAMLProvider',
    'CreateServiceSpecificCredential',
    'CreateUser',
    'UploadSSHPublicKey',
    'UploadSigningCertificate',
  ]),
  'secretsmanager.amazonaws.com': new Set(['CreateSecret']),
  'kms.amazonaws.com': new Set(['CreateKey']),
};

/** Whether something was made; what was refused made nothing. */
export function isCreation(event: unknown): boolean {
  if (typeof event !== 'object' || event === null) return false;
  const { eventSource, eventName, errorCode } = event as Record<string, unknown>;
  return errorCode === undefined && CREATIONS[String(eventSource)]?.has(String(eventName)) === true;
}
