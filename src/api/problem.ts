import { STATUS_CODES } from 'node:http';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { z } from 'zod';
import { type ErrorCode, isMunimentError, MunimentError } from '../kernel/index.ts';
import { asStorageError, blamesData } from '../store/index.ts';

const MEDIA_TYPE = 'application/problem+json';

/** RFC 9457. What is in `detail` and the stack of an error stay in our own log. */
export function problem(c: Context, error: MunimentError): Response {
  const entry = (error as { entry?: unknown }).entry;
  const body = {
    type: `urn:muniment:error:${error.code}`,
    title: STATUS_CODES[error.status] ?? 'Error',
    status: error.status,
    code: error.code,
    detail: error.message,
    ...(error.path === undefined ? {} : { path: error.path }),
    ...(typeof entry === 'number' ? { entry } : {}),
    ...(c.get('requestId') === undefined ? {} : { request: c.get('requestId') }),
  };
  return c.body(JSON.stringify(body), error.status as 400, {
    'content-type': MEDIA_TYPE,
    'cache-control': 'no-store',
  });
}

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
