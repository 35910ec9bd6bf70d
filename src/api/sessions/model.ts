import { createHash, randomBytes } from 'node:crypto';

/** Pure rules of sessions: lifetimes, secrets and their hashes. */

export const SESSION_IDLE_SECONDS = 30 * 60;
export const SESSION_ABSOLUTE_SECONDS = 8 * 60 * 60;
export const CHALLENGE_SECONDS = 120;
/** The last use is written at most this often, so that reading pages costs no write each. */
export const SESSION_TOUCH_SECONDS = 30;
export const SESSION_COOKIE = 'muniment_session';
export const SESSION_PREFIX = 'mus_';
export const SIGN_IN_PREFIX = 'mut_';

const SECRET_BYTES = 32;

export type SessionMethod = 'sign-in-token' | 'passkey' | 'key-file';

export const newSecret = (prefix = ''): string => prefix + randomBytes(SECRET_BYTES).toString('base64url');

/** Secrets have 256 random bits, so a plain hash is enough at rest. */
export const hashSecret = (secret: string): Uint8Array => createHash('sha256').update(secret).digest();

export const plusSeconds = (time: Date | string, seconds: number): Date =>
  new Date(new Date(time).getTime() + seconds * 1000);

/** RFC 3339: the earlier of the idle and the absolute end. */
export function endOf(session: { last_used: string; ends: string }): string {
  const idle = plusSeconds(session.last_used, SESSION_IDLE_SECONDS).toISOString();
  if (idle < session.ends) return idle;
  return session.ends;
}
