import { asSourceError, SourceError } from '../../source-error.ts';

/** Codes that refuse; many services send them with status 400. */
const DENIED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthFailure',
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'IncompleteSignature',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'MissingAuthenticationToken',
  'OptInRequired',
  'SignatureDoesNotMatch',
  'UnauthorizedOperation',
  'UnrecognizedClientException',
]);
const THROTTLED = new Set([
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'Throttling',
  'ThrottledException',
  'ThrottlingException',
  'TooManyRequestsException',
]);
const HTTP_TOO_MANY = 429;
const HTTP_SERVER_ERROR = 500;

interface AwsError {
  name?: string;
  $metadata?: { httpStatusCode?: number };
  $response?: { statusCode?: number; headers?: Record<string, string> };
}

const told = (error: unknown): AwsError => (typeof error === 'object' && error !== null ? error : {});

/** The provider's name for what went wrong, e.g. `NoSuchEntityException`. */
export const codeOf = (error: unknown): string => String(told(error).name ?? '');

const statusOf = (error: unknown): number | undefined =>
  told(error).$metadata?.httpStatusCode ?? told(error).$response?.statusCode;

const isThrottled = (error: unknown): boolean =>
  THROTTLED.has(codeOf(error)) || statusOf(error) === HTTP_TOO_MANY;

/** Whether the same request may go well later: throttled, a server's own error, a connection that broke. */
export function isPassing(error: unknown): boolean {
  if (error instanceof SourceError || DENIED.has(codeOf(error))) return false;
  const status = statusOf(error);
  return isThrottled(error) || status === undefined || status >= HTTP_SERVER_ERROR;
}

/** What a header of the failed answer says; null where there was no answer. */
export const headerOf = (error: unknown, name: string): string | null =>
  told(error).$response?.headers?.[name] ?? null;

/** By the provider's code first: its statuses do not tell refused from failed. */
export function fromAws(error: unknown): SourceError {
  if (error instanceof SourceError) return error;
  if (codeOf(error) === 'CredentialsProviderError')
    return new SourceError('denied', 'no credential is configured, and none was found');
  if (DENIED.has(codeOf(error))) return new SourceError('denied', `no permission (${codeOf(error)})`);
  if (isThrottled(error)) return new SourceError('limited', 'too many requests');
  return asSourceError(error);
}
