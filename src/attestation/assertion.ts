import { createHash } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, type JSONWebKeySet, type JWTPayload } from 'jose';
import { MunimentError, timestamp } from '../kernel/index.ts';
import type { Log, Tx } from '../store/index.ts';
import type { ClientAttestation } from './model.ts';
import { useAssertion } from './queries.ts';

/** What assertions of every kind must hold to (RFC 7523, section 3). */

export const ASSERTION_MAX_CHARACTERS = 16 * 1024;
/** An assertion is made for one request: one that lives longer is an assertion that can be stolen for longer. */
export const ASSERTION_MAX_SECONDS = 300;
/** How far a client's clock may be from ours. */
export const SKEW_SECONDS = 30;
/** `typ` of what is an assertion; an access token (`at+jwt`) shown as one is refused. */
const TYPES: ReadonlySet<unknown> = new Set([undefined, 'JWT', 'JOSE', 'client-authentication+jwt']);

/** One error for whatever is wrong with an assertion: whoever guesses learns nothing. */
export const clientRefused = (detail: string, cause?: unknown): MunimentError =>
  new MunimentError('invalid_client', 'the client assertion is not valid', { detail, cause });

export interface AssertionSources {
  log: Pick<Log, 'row' | 'entry'>;
  trustDomain: string;
  /** Names by which clients know us: issuers and token endpoints. */
  audiences: readonly string[];
  /** Our own JWT keys. */
  jwtKeys(): Promise<JSONWebKeySet>;
}

export interface Unproven {
  kid: string | undefined;
  claims: JWTPayload;
}

/** Header and claims as they were sent: good for finding a key, and for nothing else until a signature was checked. */
export function readAssertion(assertion: string): Unproven {
  if (assertion.length > ASSERTION_MAX_CHARACTERS) throw clientRefused('too long');
  try {
    const { kid, typ } = decodeProtectedHeader(assertion);
    if (!TYPES.has(typ)) throw clientRefused('another type of token');
    return { kid, claims: decodeJwt(assertion) };
  } catch (error) {
    throw error instanceof MunimentError ? error : clientRefused('malformed', error);
  }
}

/** Attack: an assertion made for another server is shown to us by that server. One audience, and that is us. */
export function checkAudience({ aud }: JWTPayload, audiences: readonly string[]): void {
  const [name, ...more]: unknown[] = [aud].flat();
  if (typeof name !== 'string' || more.length > 0) throw clientRefused('not exactly one audience');
  if (!audiences.includes(name)) throw clientRefused('another audience');
}

/** Refuses an assertion that ended while it waited to be decided on. */
export function checkEnd(ends: string, now: Date): void {
  if (timestamp(now) >= ends) throw clientRefused('ended');
}

/** Uses an assertion up, or throws and so undoes what it was shown for. */
export async function consumeAssertion(
  tx: Tx,
  { client, once }: Pick<ClientAttestation, 'client' | 'once'>,
  now: Date,
): Promise<void> {
  if (once === null) return;
  const hash = createHash('sha256').update(`${client}\n${once.name}`).digest();
  if (!(await useAssertion(tx, { hash, ends: once.ends }, timestamp(now))))
    throw clientRefused('shown before');
}
