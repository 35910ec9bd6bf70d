import { readFileSync } from 'node:fs';
import { parseVerifierKey, type VerifierKey } from '#verifier';
import { MunimentError } from '../kernel/index.ts';

/**
 * A log's key as it was given: the key itself, or `@` and a file that holds it.
 * @throws MunimentError `invalid_key`
 */
export function givenVerifierKey(given: string): VerifierKey {
  try {
    return parseVerifierKey(given.startsWith('@') ? readFileSync(given.slice(1), 'utf8').trim() : given);
  } catch (cause) {
    throw new MunimentError('invalid_key', `\`${given}\` is no verifier key, nor a file that holds one`, {
      cause,
    });
  }
}
