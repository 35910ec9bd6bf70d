import createClient, { type Middleware } from 'openapi-fetch';
import { Problem, unreachable } from './problem.ts';
import type { paths } from './schema.ts';

/** Sent with everything that changes something; the server compares it with the session's. */
let csrfToken = '';

export const setCsrf = (token: string): void => {
  csrfToken = token;
};

const csrf: Middleware = {
  onRequest({ request }) {
    if (request.method !== 'GET') request.headers.set('x-csrf-token', csrfToken);
    return request;
  },
  onError: unreachable,
};

/** The API as its OpenAPI document describes it: a wrong path, parameter or body does not compile. */
export const api = createClient<paths>({ baseUrl: location.origin, credentials: 'same-origin' });
api.use(csrf);

/**
 * Posts, and gives the file that comes back; `onBytes` hears how much of it is here. Throws a `Problem` as `unwrap` does. The
 * typed client gives a body only once all of it is here.
 */
export async function postForFile(
  path: keyof paths,
  body: object,
  onBytes: (bytes: number) => void,
): Promise<Blob> {
  const response = await fetch(path, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'content-type': 'application/json', 'x-csrf-token': csrfToken },
    body: JSON.stringify(body),
  }).catch(() => {
    throw unreachable();
  });
  if (!response.ok) throw new Problem(response.status, await response.json().catch(() => ({})));
  return new Blob(await received(response, onBytes), {
    type: response.headers.get('content-type') ?? 'application/octet-stream',
  });
}

async function received({ body }: Response, onBytes: (bytes: number) => void): Promise<BlobPart[]> {
  const parts: BlobPart[] = [];
  const reader = body?.getReader();
  let bytes = 0;
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    parts.push(part.value);
    bytes += part.value.length;
    onBytes(bytes);
  }
  return parts;
}

/** The answer's data. Throws a `Problem` for every answer that is not 2xx. */
export async function unwrap<T>(
  answer: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  const { data, error, response } = await answer;
  if (response.ok) return data as T;
  throw new Problem(response.status, typeof error === 'object' && error !== null ? error : {});
}
