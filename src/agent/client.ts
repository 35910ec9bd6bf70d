import type { IncomingMessage } from 'node:http';
import { Agent, type RequestOptions, request } from 'node:https';
import { ERRORS, type ErrorCode, isMunimentError, type MunimentError } from '../kernel/index.ts';
import { retryAfterMilliseconds } from './backoff.ts';
import { type Bundle, type IssuedItem, type Receipt, Refused, Silent, type Upstream } from './model.ts';

const TIMEOUT_MILLISECONDS = 15_000;
const ANSWER_MAX_BYTES = 8 * 1024 * 1024;
const SOCKETS_MAX = 16;
const API = '/api/v1';

/** What the agent shows of itself in TLS; absent before it has joined. */
export interface ClientCredentials {
  /** PEM. */
  key: string;
  certificate: string;
}

/** What the server answers to a join or a renewal. */
export interface Joined {
  agent: string;
  instance: string;
  /** PEM, the leaf first. */
  certificate: string;
  bundle: Bundle;
  trustDomain: string;
  receipt: Receipt;
}

export interface ServerClient extends Upstream {
  join(token: string, name: string, csr: string): Promise<Joined>;
  renew(csr: string): Promise<Joined>;
  /** The open event stream, for as long as it lasts. */
  /** `after`: the id of the last event that was heard, empty for none; locks since then are told again. */
  events(signal: AbortSignal, after: string): Promise<IncomingMessage>;
  /** From now on new connections show this. */
  use(credentials: ClientCredentials): void;
  close(): void;
}

export interface ServerClientOptions {
  /** `https://host:port`. */
  server: URL;
  /** PEM: nothing else is trusted, whatever this machine's own store holds. */
  ca: string;
}

/** The one way out of the agent: HTTPS to its server with the CA pinned, and its own certificate once it has one. */
export function createServerClient({ server, ca }: ServerClientOptions): ServerClient {
  let credentials: ClientCredentials | undefined;
  let pool = new Agent({ keepAlive: true, maxSockets: SOCKETS_MAX });

  const tls = (): RequestOptions => ({
    host: server.hostname.replace(/^\[|\]$/g, ''),
    port: server.port === '' ? 443 : server.port,
    ca,
    minVersion: 'TLSv1.2',
    ...(credentials && { key: credentials.key, cert: credentials.certificate }),
  });

  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    return ask({ ...tls(), agent: pool, method, path, headers: headersFor(text, 'application/json') }, text);
  }

  return {
    join: (token, name, csr) => call('POST', `${API}/agent/join`, { token, name, csr }),
    renew: (csr) => call('POST', `${API}/agent/renew`, { csr }),
    async issue(asked) {
      const { items } = await call<{ items: IssuedItem[] }>('POST', `${API}/agent/issue`, asked);
      if (!Array.isArray(items)) throw silent('the server answered without items');
      return items;
    },
    bundle: () => call('GET', `${API}/agent/bundle`),
    async deliver(from, to, deliveries) {
      await call('POST', `${API}/agent/deliveries`, { from, to, deliveries });
    },
    async probe(lock, probes) {
      await call('POST', `${API}/agent/probes`, { lock, probes });
    },
    async introspect(token) {
      const form = new URLSearchParams({ token }).toString();
      const headers = headersFor(form, 'application/x-www-form-urlencoded');
      const options = { ...tls(), agent: pool, method: 'POST', path: '/oauth/introspect', headers };
      return (await ask<{ active: unknown }>(options, form)).active === true;
    },
    events: (signal, after) =>
      open({
        ...tls(),
        agent: false,
        path: `${API}/agent/events`,
        headers: { accept: 'text/event-stream', ...(after === '' ? {} : { 'last-event-id': after }) },
        signal,
      }),
    use(next) {
      credentials = next;
      const old = pool;
      pool = new Agent({ keepAlive: true, maxSockets: SOCKETS_MAX });
      // Calls that are under way end first.
      setTimeout(() => old.destroy(), TIMEOUT_MILLISECONDS).unref();
    },
    close: () => pool.destroy(),
  };
}

function headersFor(text: string | undefined, type: string): Record<string, string | number> {
  const accept = { accept: 'application/json' };
  return text === undefined
    ? accept
    : { ...accept, 'content-type': type, 'content-length': Buffer.byteLength(text) };
}

async function ask<T>(options: RequestOptions, text?: string): Promise<T> {
  const response = await send(options, text);
  return readJson(response, await readAll(response));
}

async function open(options: RequestOptions): Promise<IncomingMessage> {
  const response = await send(options);
  if (response.statusCode === 200) return response;
  throw problemOf(response, await readAll(response));
}

function send(options: RequestOptions, text?: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...options, timeout: TIMEOUT_MILLISECONDS }, resolve);
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')));
    outgoing.on('error', (cause) => reject(silent('the server does not answer', cause)));
    outgoing.end(text);
  });
}

async function readAll(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > ANSWER_MAX_BYTES) throw new Error('answer is too long');
      chunks.push(chunk);
    }
  } catch (cause) {
    throw silent('the answer broke off', cause);
  }
  return Buffer.concat(chunks).toString();
}

function readJson<T>(response: IncomingMessage, text: string): T {
  if (response.statusCode !== 200) throw problemOf(response, text);
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw silent('the answer is not JSON', cause);
  }
}

/** RFC 9457. A server that is overloaded or ill has decided nothing, so that is no refusal. */
function problemOf({ statusCode = 0, headers }: IncomingMessage, text: string): MunimentError {
  const { code, detail, entry } = parseProblem(text);
  const known = code !== undefined && Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : undefined;
  if (statusCode >= 500 || statusCode === 429 || statusCode < 400)
    return new Silent(`the server answered ${statusCode}`, retryAfterMilliseconds(headers['retry-after']));
  return new Refused(
    known ?? (statusCode === 401 ? 'unauthenticated' : 'forbidden'),
    detail ?? `${statusCode}`,
    entry,
  );
}

function parseProblem(text: string): { code?: string; detail?: string; entry: number | null } {
  try {
    const { code, detail, entry } = JSON.parse(text) as Record<string, unknown>;
    return { code: String(code), detail: String(detail), entry: typeof entry === 'number' ? entry : null };
  } catch {
    return { entry: null };
  }
}

const silent = (message: string, cause?: unknown): Silent => new Silent(message, 0, cause);

export const isSilent = (error: unknown): boolean =>
  isMunimentError(error) && error.code === 'server_unreachable';
