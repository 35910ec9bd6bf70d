import { type IncomingMessage, request as requestPlain } from 'node:http';
import { type RequestOptions, request as requestTls } from 'node:https';
import { Readable } from 'node:stream';

/** What `node:https` takes: authorities, a client certificate and key, an agent, a server name. Headers given here are added. */
export type TransportOptions = RequestOptions;

const NO_BODY_STATUSES = [204, 205, 304];

/** An abort is told by its own reason, so that a request that took too long is not mistaken for one that was cancelled. */
async function* chunksOf(incoming: IncomingMessage, signal: AbortSignal | null): AsyncGenerator<Uint8Array> {
  try {
    yield* incoming;
  } catch (error) {
    throw signal?.aborted ? signal.reason : error;
  }
}

function responseOf(incoming: IncomingMessage, signal: AbortSignal | null): Response {
  const { statusCode: status = 0, headersDistinct } = incoming;
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(headersDistinct))
    for (const value of values) headers.append(name, value);
  const empty = NO_BODY_STATUSES.includes(status);
  if (empty) incoming.resume();
  const body = empty ? null : Readable.toWeb(Readable.from(chunksOf(incoming, signal)));
  return new Response(body as BodyInit | null, { status, headers });
}

/**
 * `fetch` for servers whose certificate comes from an authority of their own or who want a client certificate: the built-in one
 * has no place to name either. Follows no redirect. The body, where there is one, is text.
 * @param options asked for each request: a certificate or token may be renewed
 */
export function fetchOver(options: () => TransportOptions | Promise<TransportOptions>): typeof fetch {
  return async (input, { method = 'GET', headers, body, signal = null } = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const transport = await options();
    const request = url.protocol === 'https:' ? requestTls : requestPlain;
    const asked = {
      ...transport,
      method,
      headers: { ...transport.headers, ...Object.fromEntries(new Headers(headers)) },
      ...(signal ? { signal } : {}),
    };
    return new Promise<Response>((resolve, reject) => {
      request(url, asked as RequestOptions, (incoming) => resolve(responseOf(incoming, signal)))
        .on('error', (error) => reject(signal?.aborted ? signal.reason : error))
        .end(typeof body === 'string' ? body : undefined);
    });
  };
}
