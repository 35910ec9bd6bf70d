import { setTimeout as pause } from 'node:timers/promises';
import type { Opening, Operation } from './contract.ts';
import { asSourceError, errorOfStatus, SourceError } from './source-error.ts';

const HTTP_TOO_MANY = 429;
const HTTP_SERVER_ERROR = 500;
const JITTER = 0.5;
const SECOND_MS = 1000;

export interface Answer<Body = unknown> {
  status: number;
  headers: Headers;
  body: Body;
  /** Requests made for it, those that failed too. */
  calls: number;
  /** By the provider's `Date` header. */
  providerTime?: Date;
}

export interface Asking {
  /** One of the declared operations. */
  operation: string;
  method?: 'GET' | 'POST';
  /** Absolute, or below the base. */
  url: string;
  headers?: Record<string, string>;
  /** Sent as JSON, or as it is where it is a string. */
  body?: unknown;
  /** Statuses besides 2xx that are an answer. */
  accept?: number[];
}

export interface Http {
  /** @throws SourceError */
  json<Body = unknown>(asking: Asking): Promise<Answer<Body>>;
}

export interface HttpOptions {
  base: string;
  /** Origins besides that of `base` to which the credential may go. */
  origins?: readonly string[];
  operations: Operation[];
  /** Asked for each request: a token may be renewed. */
  headers(): Record<string, string> | Promise<Record<string, string>>;
  /** Where the built-in one does not do: see `fetchOver`. */
  fetch?: typeof fetch;
  /**
   * How long to wait (milliseconds) where an answer that is no success means "too fast" though it is no 429 (GitHub's 403 with rate
   * limit headers), or says how long in another header than `Retry-After`, which comes first. Undefined for every other answer.
   */
  wait?(status: number, headers: Headers, now: Date): number | undefined;
}

interface Waiting {
  throttled: boolean;
  /** Milliseconds. */
  wait: number | undefined;
}

/** How long the provider asks us to wait: seconds or a date (RFC 9110, section 10.2.3); undefined where it does not say. */
export function retryAfterMilliseconds(value: string | null, now: Date): number | undefined {
  if (value === null || value === '') return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * SECOND_MS;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now.getTime());
}

/** Whole body as text, below the limit; a body cut short of its stated length is an error of `fetch` itself. */
async function textWithin(response: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new SourceError('failed', `an answer of more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    throw new SourceError('failed', 'the answer is not JSON');
  }
}

/**
 * HTTP for connectors whose provider has no client of its own that fits: only declared operations, no redirect to another host
 * (the credential would go along), retries of what may pass, and a limit on everything.
 */
export function createHttp(options: HttpOptions, opening: Opening): Http {
  const { limits, signal, now } = opening;
  const known = new Set(options.operations.map(({ name }) => name));
  const origins = new Set([options.base, ...(options.origins ?? [])].map((place) => new URL(place).origin));

  /** A provider's own link is no reason to take the credential to somebody else. */
  function urlOf(asking: Asking): URL {
    const url = new URL(asking.url, options.base);
    if (!origins.has(url.origin)) throw new SourceError('failed', 'a link leads to another place');
    return url;
  }

  async function once(asking: Asking): Promise<Omit<Answer, 'calls'> & Waiting> {
    const { method = 'GET', body } = asking;
    const response = await (options.fetch ?? fetch)(urlOf(asking), {
      method,
      redirect: 'error',
      headers: { accept: 'application/json', ...(await options.headers()), ...asking.headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(limits.requestMilliseconds)]),
    });
    const good = response.ok || (asking.accept ?? []).includes(response.status);
    const text = await textWithin(response, limits.bodyMaxBytes);
    const date = Date.parse(response.headers.get('date') ?? '');
    const asked = good ? undefined : options.wait?.(response.status, response.headers, now());
    return {
      status: response.status,
      headers: response.headers,
      body: good ? parsed(text) : null,
      throttled: asked !== undefined || response.status === HTTP_TOO_MANY,
      wait: retryAfterMilliseconds(response.headers.get('retry-after'), now()) ?? asked,
      ...(Number.isNaN(date) ? {} : { providerTime: new Date(date) }),
    };
  }

  const backoff = (tries: number) =>
    limits.backoffMilliseconds * 2 ** (tries - 1) * (1 - JITTER + JITTER * Math.random());

  async function waitFor(milliseconds: number): Promise<void> {
    if (milliseconds > limits.retryAfterMaxMilliseconds)
      throw new SourceError('limited', `asked to wait ${Math.ceil(milliseconds / SECOND_MS)} s`);
    await pause(milliseconds, undefined, { signal });
  }

  async function json<Body>(asking: Asking): Promise<Answer<Body>> {
    if (!known.has(asking.operation))
      throw new Error(`\`${asking.operation}\` is not declared: a connector calls nothing else`);
    for (let tries = 1; ; tries += 1) {
      try {
        const { wait, throttled, ...answer } = await once(asking);
        const passing = throttled || answer.status >= HTTP_SERVER_ERROR;
        if (answer.status < 300 || (asking.accept ?? []).includes(answer.status))
          return { ...answer, body: answer.body as Body, calls: tries };
        if (!passing || tries >= limits.tries) throw errorOfStatus(throttled ? HTTP_TOO_MANY : answer.status);
        await waitFor(wait ?? backoff(tries));
      } catch (error) {
        const told = asSourceError(signal.aborted ? signal.reason : error);
        if (signal.aborted) throw new SourceError('cancelled', 'cancelled');
        if (!isPassing(error) || tries >= limits.tries) throw told;
        await waitFor(backoff(tries));
      }
    }
  }
  return { json };
}

/** A connection that broke may hold next time; whatever was answered is an answer. */
const isPassing = (error: unknown): boolean => !(error instanceof SourceError);
