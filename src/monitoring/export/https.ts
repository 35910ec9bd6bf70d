import { z } from 'zod';
import { MunimentError } from '../../kernel/index.ts';
import { call, readNamedFile } from '../client.ts';
import type { Destination, Held, Sink } from './model.ts';

const Answer = z.object({
  count: z.number().int().nonnegative(),
  duplicates: z.number().int().nonnegative().optional(),
});

/**
 * Posts batches as a JSON array with a bearer token from a file, read anew each time so that it can be rotated. A GET with
 * `?origin=` answers `{"count": n}` where the receiver can be asked what it holds.
 */
export function createHttpsSink({ url, bearerFile, caFile }: Extract<Destination, { to: 'https' }>): Sink {
  const request = () => ({
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      ...(bearerFile === undefined ? {} : { authorization: `Bearer ${readNamedFile(bearerFile)}` }),
    },
    ...(caFile === undefined ? {} : { ca: readNamedFile(caFile) }),
  });
  return {
    async send(events) {
      await call({ ...request(), url, method: 'POST', body: JSON.stringify(events) });
    },
    async held(origin) {
      const asked = new URL(url);
      asked.searchParams.set('origin', origin);
      return heldOf(await call({ ...request(), url: asked.href, method: 'GET' }));
    },
  };
}

function heldOf(text: string): Held {
  try {
    const { count, duplicates } = Answer.parse(JSON.parse(text));
    return { count, duplicates: duplicates ?? null };
  } catch (cause) {
    throw new MunimentError('not_supported', 'the receiver does not say what it holds', { cause });
  }
}
