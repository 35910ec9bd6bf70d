import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../kernel/index.ts';
import { CHALLENGE_SECONDS } from './model.ts';

const NONCE_BYTES = 16;
const TIME_BYTES = 6;
const TAG_BYTES = 32;
const CHALLENGE_BYTES = NONCE_BYTES + TIME_BYTES + TAG_BYTES;

export interface Challenges {
  /** `purpose` binds a challenge to what it was made for, e.g. `key:key_…`. */
  make(purpose: string): { challenge: string; ends: string };
  /** True once for each challenge that is ours, for this purpose and not over. */
  use(purpose: string, challenge: string): boolean;
}

/**
 * Challenges that need no storage until they are answered: whoever asks without end fills nothing. The key lives as long
 * as the process, so a challenge is answered by the process that made it.
 */
export function createChallenges(clock: Clock): Challenges {
  const key = randomBytes(32);
  const used = new Map<string, number>();
  const tagOf = (purpose: string, head: Uint8Array) =>
    createHmac('sha256', key).update(head).update(purpose).digest();

  function forget(now: number): void {
    for (const [challenge, ends] of used) if (ends < now) used.delete(challenge);
  }

  return {
    make(purpose) {
      const ends = clock.now().getTime() + CHALLENGE_SECONDS * 1000;
      const head = Buffer.alloc(NONCE_BYTES + TIME_BYTES);
      randomBytes(NONCE_BYTES).copy(head);
      head.writeUIntBE(ends, NONCE_BYTES, TIME_BYTES);
      const challenge = Buffer.concat([head, tagOf(purpose, head)]).toString('base64url');
      return { challenge, ends: new Date(ends).toISOString() };
    },
    use(purpose, challenge) {
      const bytes = Buffer.from(challenge, 'base64url');
      // Node's decoder takes more than one spelling of the same bytes: only ours counts, or a used one could return.
      if (bytes.length !== CHALLENGE_BYTES || bytes.toString('base64url') !== challenge) return false;
      const head = bytes.subarray(0, NONCE_BYTES + TIME_BYTES);
      if (!timingSafeEqual(bytes.subarray(NONCE_BYTES + TIME_BYTES), tagOf(purpose, head))) return false;
      const now = clock.now().getTime();
      const ends = head.readUIntBE(NONCE_BYTES, TIME_BYTES);
      if (ends < now || used.has(challenge)) return false;
      forget(now);
      used.set(challenge, ends);
      return true;
    },
  };
}
