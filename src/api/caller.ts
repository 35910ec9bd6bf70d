import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import { MunimentError } from '../kernel/index.ts';
import type { Log } from '../store/index.ts';
import type { Caller, Env } from './env.ts';
import { livingPersons, SESSION_COOKIE, type Sessions } from './sessions/index.ts';

export interface CallerSources {
  log: Log;
  sessions: Sessions;
  /** Who shows this client certificate (DER). Throws `attestation_refused`; that it is locked is for the decision, which is recorded. */
  agentOf(certificate: Uint8Array): Promise<Caller>;
  /** Uids that may speak over the admin socket. */
  operators: ReadonlySet<number>;
}

const BEARER = /^Bearer ([A-Za-z0-9_-]{1,200})$/;

/** Who is asking: by bearer, else by the door's own proof, else by cookie. What is shown and wrong is refused. */
export async function callerOf(sources: CallerSources, c: Context<Env>): Promise<Caller> {
  const authorization = c.req.header('authorization');
  if (authorization !== undefined) {
    const secret = BEARER.exec(authorization)?.[1];
    if (secret === undefined)
      throw new MunimentError('unauthenticated', 'the header `authorization` is not one of ours');
    return sources.sessions.resolve(secret, 'bearer');
  }
  if (c.env.kind === 'socket') return localOperator(sources, c.env.uid);
  if (c.env.certificate !== null) return sources.agentOf(c.env.certificate);
  const cookie = getCookie(c, SESSION_COOKIE);
  return cookie === undefined ? { kind: 'none' } : sources.sessions.resolve(cookie, 'cookie');
}

/** Root or the server's own uid; a person where exactly one declares this uid. */
async function localOperator({ log, operators }: CallerSources, uid: number | null): Promise<Caller> {
  if (uid === null || !operators.has(uid)) {
    throw new MunimentError(
      'forbidden',
      'the admin socket is for root and for the user that runs the server',
    );
  }
  const people = livingPersons(await log.view()).filter(({ spec }) => spec.uid === uid);
  return { kind: 'socket', uid, person: people.length === 1 ? (people[0]?.id ?? null) : null };
}
