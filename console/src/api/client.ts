import { Problem, unreachable } from './problem.ts';

const PREFIX = '/api/v1';

/** Sent with everything that changes something; the server compares it with the session's. */
let csrfToken = '';

export const setCsrf = (token: string): void => {
  csrfToken = token;
};

export type Query = Record<string, string | number | boolean | undefined>;

function withQuery(path: string, query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return `${PREFIX}${path}${text === '' ? '' : `?${text}`}`;
}

async function send(path: string, init: RequestInit): Promise<Response> {
  const response = await fetch(path, { ...init, credentials: 'same-origin' }).catch(() => {
    throw unreachable();
  });
  if (response.ok) return response;
  const body = await response.json().catch(() => ({}));
  throw new Problem(response.status, body);
}

/** Reads one resource. Throws a `Problem` for every answer that is not 2xx. */
export async function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  const response = await send(withQuery(path, query), { ...(signal && { signal }) });
  return (await response.json()) as T;
}

/** Changes something. Answers `undefined` for 204. Throws a `Problem` for every answer that is not 2xx. */
export async function change<T>(method: 'POST' | 'DELETE', path: string, body?: unknown): Promise<T> {
  const response = await send(`${PREFIX}${path}`, {
    method,
    headers: { 'content-type': 'application/json', 'x-csrf-token': csrfToken },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return (response.status === 204 ? undefined : await response.json()) as T;
}

export const post = <T>(path: string, body: unknown = {}): Promise<T> => change<T>('POST', path, body);
