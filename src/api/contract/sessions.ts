import { z } from '@hono/zod-openapi';
import { body, done, NoBody, ok, RoleWord, route, Time } from './common.ts';

const tags = ['sessions'];
const SECRET_MAX_CHARACTERS = 200;
const Secret = z.string().min(1).max(SECRET_MAX_CHARACTERS);

export const Self = z
  .object({
    id: z.string(),
    name: z.string().nullable(),
    displayName: z.string().nullable(),
    roles: z.array(RoleWord),
    keys: z.array(
      z.object({
        id: z.string(),
        type: z.enum(['ed25519', 'passkey']),
        credentialId: z
          .string()
          .optional()
          .openapi({ description: 'Passkeys: tells which key an assertion is by.' }),
      }),
    ),
  })
  .openapi('Self');

export const SessionState = z
  .object({
    person: Self.nullable(),
    bootstrap: z
      .boolean()
      .openapi({ description: 'The bootstrap is open: one person may still ask and approve.' }),
    roles: z.array(RoleWord),
    csrf: z.string(),
    ends: Time,
  })
  .openapi('Session');

/** Options and answers of the browser's WebAuthn calls, passed on as they are (W3C WebAuthn Level 3, section 5.1). */
export const WebAuthnOptions = z.looseObject({ challenge: z.string() }).openapi('WebAuthnOptions');
export const WebAuthnResponse = z
  .looseObject({
    id: z.string(),
    rawId: z.string(),
    type: z.literal('public-key'),
    response: z.looseObject({}),
  })
  .openapi('WebAuthnResponse');

export const redeemToken = route({
  operationId: 'redeemSignInToken',
  method: 'post',
  path: '/api/v1/sessions',
  tags,
  summary: 'Trade a one-time sign-in token for a session',
  request: body(z.strictObject({ token: Secret })),
  responses: ok(SessionState),
});

export const challengeKey = route({
  operationId: 'challengeKey',
  method: 'post',
  path: '/api/v1/sessions/key/challenge',
  tags,
  summary: 'Ask for a challenge that an approval key then signs',
  request: body(z.strictObject({ keyId: Secret })),
  responses: ok(z.object({ challenge: z.string(), ends: Time })),
});

export const openKeySession = route({
  operationId: 'openKeySession',
  method: 'post',
  path: '/api/v1/sessions/key',
  tags,
  summary: 'Open a session with an Ed25519 signature over `muniment session v1\\n` and the challenge',
  request: body(z.strictObject({ keyId: Secret, challenge: Secret, signature: Secret })),
  responses: ok(z.object({ token: z.string(), person: Self, roles: z.array(RoleWord), ends: Time })),
});

export const passkeyOptions = route({
  operationId: 'passkeySignInOptions',
  method: 'post',
  path: '/api/v1/sessions/passkey/options',
  tags,
  summary: 'WebAuthn request options for signing in',
  request: body(NoBody),
  responses: ok(WebAuthnOptions),
});

export const openPasskeySession = route({
  operationId: 'openPasskeySession',
  method: 'post',
  path: '/api/v1/sessions/passkey',
  tags,
  summary: 'Open a session with a passkey',
  request: body(z.strictObject({ response: WebAuthnResponse })),
  responses: ok(SessionState),
});

export const getSession = route({
  operationId: 'getSession',
  method: 'get',
  path: '/api/v1/session',
  tags,
  summary: 'Who is signed in, and the CSRF token for changes',
  responses: ok(SessionState),
});

export const endSession = route({
  operationId: 'endSession',
  method: 'delete',
  path: '/api/v1/session',
  tags,
  summary: 'End this session',
  responses: done,
});
