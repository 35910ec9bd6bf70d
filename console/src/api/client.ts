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

/** The answer's data. Throws a `Problem` for every answer that is not 2xx. */
export async function unwrap<T>(
  answer: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  const { data, error, response } = await answer;
  if (response.ok) return data as T;
  throw new Problem(response.status, typeof error === 'object' && error !== null ? error : {});
}
