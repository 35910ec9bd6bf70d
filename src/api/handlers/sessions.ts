import type { Context } from 'hono';
import { deleteCookie, setCookie } from 'hono/cookie';
import type { z } from 'zod';
import { MunimentError } from '../../kernel/index.ts';
import type { Log } from '../../store/index.ts';
import { type Api, sourceOf } from '../app.ts';
import type { Attempts } from '../attempts.ts';
import * as contract from '../contract/sessions.ts';
import type { Env } from '../env.ts';
import { findPerson, type PersonView } from '../read/people.ts';
import {
  authenticationOptions,
  type OpenedSession,
  SESSION_ABSOLUTE_SECONDS,
  SESSION_COOKIE,
  type Sessions,
} from '../sessions/index.ts';

interface Rooms {
  log: Log;
  sessions: Sessions;
  attempts: Attempts;
}

type SessionState = z.output<typeof contract.SessionState>;

export function mountSessions(app: Api, { log, sessions, attempts }: Rooms): void {
  const state = async (opened: Pick<OpenedSession, 'person' | 'csrf' | 'ends'>): Promise<SessionState> => {
    const person = opened.person === null ? undefined : await findPerson(log, opened.person);
    const open = (await log.view()).rows('bootstrap').get('open')?.open ?? false;
    return {
      person: person === undefined ? null : selfOf(person),
      bootstrap: opened.person === null || open,
      roles: person?.roles ?? [],
      csrf: opened.csrf,
      ends: opened.ends,
    };
  };

  app.openapi(contract.redeemToken, async (c) => {
    attempts.check(sourceOf(c));
    const opened = await sessions.redeem(c.req.valid('json').token);
    keepCookie(c, opened.token);
    return c.json(await state(opened), 200);
  });

  app.openapi(contract.challengeKey, (c) => {
    attempts.check(sourceOf(c));
    // Anyone gets one, whether the key is known or not: the answer tells nothing about our people.
    return c.json(sessions.challenges.make(`key:${c.req.valid('json').keyId}`), 200);
  });

  app.openapi(contract.openKeySession, async (c) => {
    attempts.check(sourceOf(c));
    const opened = await sessions.openByKey(c.req.valid('json'));
    const person = opened.person === null ? undefined : await findPerson(log, opened.person);
    if (person === undefined) throw new MunimentError('sign_in_refused', 'the sign-in was refused');
    return c.json(
      { token: opened.token, person: selfOf(person), roles: person.roles, ends: opened.ends },
      200,
    );
  });

  app.openapi(contract.passkeyOptions, async (c) => {
    attempts.check(sourceOf(c));
    const { challenge } = sessions.challenges.make('passkey');
    return c.json(await authenticationOptions(sessions.party, challenge), 200);
  });

  app.openapi(contract.openPasskeySession, async (c) => {
    attempts.check(sourceOf(c));
    const opened = await sessions.openByPasskey(c.req.valid('json').response);
    keepCookie(c, opened.token);
    return c.json(await state(opened), 200);
  });

  app.openapi(contract.getSession, async (c) => {
    const { session, person } = sessionOf(c);
    return c.json(await state({ person, csrf: session.csrf, ends: session.ends }), 200);
  });

  app.openapi(contract.endSession, async (c) => {
    const { session, person } = sessionOf(c);
    await sessions.end(session.id, person, 'signed out');
    deleteCookie(c, SESSION_COOKIE, { path: '/' });
    return c.body(null, 204);
  });
}

const selfOf = ({ id, name, displayName, roles, keys }: PersonView) => ({
  id,
  name,
  displayName,
  roles,
  keys,
});

function sessionOf(c: Context<Env>) {
  const caller = c.get('caller');
  if (caller.kind === 'person') return { session: caller.session, person: caller.person };
  if (caller.kind === 'bootstrap') return { session: caller.session, person: null };
  throw new MunimentError('unauthenticated', 'sign in first');
}

/** `Secure` is left out on the loopback console alone: it speaks plain http, and one browser then drops such cookies. */
function keepCookie(c: Context<Env>, token: string): void {
  setCookie(c, SESSION_COOKIE, token, {
    httpOnly: true,
    sameSite: 'Strict',
    path: '/',
    secure: c.env.kind === 'tls',
    maxAge: SESSION_ABSOLUTE_SECONDS,
  });
}
