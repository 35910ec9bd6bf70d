import type { Fault } from './contract.ts';

/**
 * `denied`: the provider refuses (401, 403, no privilege); `failed`: it could not be read or makes no sense; `limited`: it asks us
 * to wait longer than we will; `cancelled`: the sweep was ended. None of them ever means that there is nothing.
 */
export type SourceErrorKind = 'denied' | 'failed' | 'limited' | 'cancelled';

/** Why a read came to nothing. The message is for people, is one of ours, and holds no secret and nothing that the provider wrote. */
export class SourceError extends Error {
  readonly kind: SourceErrorKind;

  constructor(kind: SourceErrorKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

const HTTP_UNAUTHORIZED = 401;
const HTTP_FORBIDDEN = 403;
const HTTP_NOT_FOUND = 404;
const HTTP_TOO_MANY = 429;

/** What an HTTP status that is no success says. 404 is a failure: a list that is not there is not an empty one. */
export function errorOfStatus(status: number): SourceError {
  if (status === HTTP_UNAUTHORIZED) return new SourceError('denied', 'the credential is not accepted (401)');
  if (status === HTTP_FORBIDDEN) return new SourceError('denied', 'no permission (403)');
  if (status === HTTP_NOT_FOUND) return new SourceError('failed', 'not found (404)');
  if (status === HTTP_TOO_MANY) return new SourceError('limited', 'too many requests (429)');
  return new SourceError('failed', `status ${status}`);
}

const statusOf = (error: object): number | undefined => {
  const { status, statusCode, code, $metadata, response } = error as Record<string, unknown>;
  const nested = ($metadata as { httpStatusCode?: unknown } | undefined)?.httpStatusCode;
  const answered = (response as { status?: unknown } | undefined)?.status;
  return [status, statusCode, nested, answered, code].find(
    (value): value is number => typeof value === 'number' && value >= 100 && value < 600,
  );
};

const NODE_CODE = /^E[A-Z0-9_]{2,40}$/;

/** Anything that was thrown (by a provider's client, by Node) as one of ours. What a provider wrote is never passed on. */
export function asSourceError(error: unknown): SourceError {
  if (error instanceof SourceError) return error;
  if (typeof error !== 'object' || error === null) return new SourceError('failed', 'failed');
  const status = statusOf(error);
  if (status !== undefined && status >= 300) return errorOfStatus(status);
  const { name, code } = error as { name?: unknown; code?: unknown };
  if (name === 'TimeoutError') return new SourceError('failed', 'no answer in time');
  if (name === 'AbortError') return new SourceError('cancelled', 'cancelled');
  if (name === 'SyntaxError') return new SourceError('failed', 'the answer is not what it should be');
  if (typeof code === 'string' && NODE_CODE.test(code)) return new SourceError('failed', code);
  return new SourceError('failed', 'failed');
}

/** Where a fault belongs in a page: refused, or failed. */
export function toFaults(what: string, error: unknown): { denied: Fault[]; errors: Fault[] } {
  const { kind, message } = asSourceError(error);
  if (kind === 'cancelled') throw error;
  const fault = { what, why: message };
  return kind === 'denied' ? { denied: [fault], errors: [] } : { denied: [], errors: [fault] };
}
