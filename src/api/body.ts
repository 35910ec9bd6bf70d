import type { Context, MiddlewareHandler } from 'hono';
import { HTTP_BODY_MAX_BYTES, MunimentError } from '../kernel/index.ts';
import type { Env } from './env.ts';

/**
 * What is read and thrown away of a body that is too large, so that a client that sends all before it reads hears the
 * answer. Whoever sends more is cut off.
 */
const DISCARD_MAX_BYTES = 64 * HTTP_BODY_MAX_BYTES;

/**
 * Refuses bodies over the limit with `body_too_large`, whether or not their length is told, and never holds more of one than
 * the limit.
 */
export const limitBody: MiddlewareHandler<Env> = async (c, next) => {
  const told = toldLength(c);
  // A body that fits stays untouched: who is refused further on never had it read.
  if (told !== undefined && told <= HTTP_BODY_MAX_BYTES) return next();
  const { body } = c.req.raw;
  if (body === null) return next();
  const read = await readUpTo(body, HTTP_BODY_MAX_BYTES);
  if (read === undefined) {
    throw new MunimentError('body_too_large', `a body may hold ${HTTP_BODY_MAX_BYTES} bytes`);
  }
  c.req.raw = new Request(c.req.raw, { body: read });
  return next();
};

/** Undefined for a chunked body, whatever length is told beside it (RFC 9112, section 6.3). */
function toldLength({ req }: Context<Env>): number | undefined {
  const length = req.header('content-length');
  return length === undefined || req.header('transfer-encoding') !== undefined ? undefined : Number(length);
}

/** The whole body, or undefined where it is longer than `most` bytes; what is too much is read and thrown away. */
async function readUpTo(
  body: ReadableStream<Uint8Array>,
  most: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (size <= DISCARD_MAX_BYTES) {
    const { done, value } = await reader.read().catch(brokenOff);
    if (done) break;
    size += value.length;
    if (size <= most) chunks.push(value);
    else chunks.length = 0;
  }
  return size > most ? undefined : new Uint8Array(Buffer.concat(chunks));
}

function brokenOff(cause: unknown): never {
  throw new MunimentError('bad_request', 'the body broke off', { cause });
}
