import { STATUS_CODES } from 'node:http';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { z } from 'zod';
import { type ErrorCode, isMunimentError, MunimentError } from '../kernel/index.ts';
import { asStorageError, blamesData } from '../store/index.ts';
import { WINDOW_SECONDS } from './attempts.ts';

const MEDIA_TYPE = 'application/problem+json';
/** Callers add chance of their own, or they would all come back together. */
const OVERLOADED_RETRY_SECONDS = 1;
const STORAGE_RETRY_SECONDS = 2;

/** RFC 9457. What is in `detail` and the stack of an error stay in our own log. */
export function problem(c: Context, error: MunimentError): Response {
  const request = c.get('requestId');
  const body = { ...bodyOf(error), ...(request === undefined ? {} : { request }) };
  return c.body(JSON.stringify(body), error.status as 400, {
    'content-type': MEDIA_TYPE,
    'cache-control': 'no-store',
    ...retryAfter(error.code),
  });
}

function bodyOf(error: MunimentError) {
  const entry = (error as { entry?: unknown }).entry;
  return {
    type: `urn:muniment:error:${error.code}`,
    title: STATUS_CODES[error.status] ?? 'Error',
    status: error.status,
    code: error.code,
    detail: error.message,
    ...(error.path === undefined ? {} : { path: error.path }),
    ...(typeof entry === 'number' ? { entry } : {}),
  };
}

/** Codes that say nothing about the request, and when it is worth asking again (RFC 9110, section 10.2.3). */
const RETRY_AFTER: Partial<Record<ErrorCode, number>> = {
  overloaded: OVERLOADED_RETRY_SECONDS,
  storage_unavailable: STORAGE_RETRY_SECONDS,
  log_ahead_of_database: STORAGE_RETRY_SECONDS,
  clock_stepped: STORAGE_RETRY_SECONDS,
  too_many_requests: WINDOW_SECONDS,
};

export function retryAfter(code: ErrorCode): Record<string, string> {
  const seconds = RETRY_AFTER[code];
  return seconds === undefined ? {} : { 'retry-after': String(seconds) };
}

const shedding = new MunimentError('overloaded', 'too much is asked at once; nothing was decided');

const SHED_BODY = JSON.stringify(bodyOf(shedding));

/** The one answer to what is not let in, made beforehand. */
export const SHED = {
  status: shedding.status,
  headers: {
    'content-type': MEDIA_TYPE,
    'content-length': Buffer.byteLength(SHED_BODY),
    'cache-control': 'no-store',
    ...retryAfter(shedding.code),
  },
  body: SHED_BODY,
};

const HTTP_CODES: Record<number, ErrorCode> = {
  400: 'bad_request',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'body_too_large',
  415: 'bad_request',
};

/** Any error as one of ours: what we did not foresee becomes `internal` and says nothing about itself. */
export function asMunimentError(error: unknown): MunimentError {
  if (isMunimentError(error)) return error;
  if (error instanceof HTTPException) {
    const code = HTTP_CODES[error.status] ?? 'bad_request';
    return new MunimentError(
      code,
      error.status === 415 ? 'the content type is not one that this route takes' : lower(error.message),
    );
  }
  const stored = asStorageError(error);
  if (isMunimentError(stored)) return stored;
  if (blamesData(error)) {
    // NUL or half a surrogate pair in a text: JSON can carry them, storage cannot.
    return new MunimentError('bad_request', 'a value holds what cannot be stored', { cause: error });
  }
  return new MunimentError('internal', 'something went wrong here; our log has more under the request id', {
    cause: error,
  });
}

const lower = (message: string): string => message.charAt(0).toLowerCase() + message.slice(1);

/** The first thing that is wrong with a request, by the path of the fault. Never repeats the value that was sent. */
export function badRequest(error: z.core.$ZodError): MunimentError {
  // A key that was misspelt is missing too: what was sent says more than what was not.
  const issue = error.issues.find(({ code }) => code === 'unrecognized_keys') ?? error.issues[0];
  if (issue === undefined) return new MunimentError('bad_request', 'the request is not valid');
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const full = [...issue.path, issue.keys[0] ?? ''].join('.').slice(0, 200);
    return new MunimentError('unknown_key', `unknown key \`${full}\``, { path: full });
  }
  return new MunimentError('bad_request', lower(issue.message), path === '' ? {} : { path });
}
