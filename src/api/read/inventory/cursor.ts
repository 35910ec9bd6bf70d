import { z } from 'zod';
import { MunimentError } from '../../../kernel/index.ts';
import type { Place } from './queries.ts';

const Held = z.tuple([z.string(), z.string()]);

/** Where a page ended, as a word that a client hands back as it is. */
export const cursorOf = ({ value, key }: Place): string =>
  Buffer.from(JSON.stringify([value, key])).toString('base64url');

/** @throws MunimentError `bad_request` */
export function placeOf(cursor: string): Place {
  try {
    const [value, key] = Held.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { value, key };
  } catch (cause) {
    throw new MunimentError('bad_request', 'the cursor is none of ours', { path: 'cursor', cause });
  }
}
