import { z } from '@hono/zod-openapi';
import { json, Receipt, route } from './common.ts';

/** The token endpoint and what belongs to it; none of it is under `/api/v1`. */
const tags = ['oauth'];
const VALUE_MAX_CHARACTERS = 2048;
const TOKEN_MAX_CHARACTERS = 16 * 1024;
const TARGETS_MAX = 16;

const Value = z.string().max(VALUE_MAX_CHARACTERS);
/** A parameter may be sent once, except where a specification says otherwise: sent twice, it is a list, and refused. */
const Values = z.union([Value, z.array(Value).max(TARGETS_MAX)]);

/** How a client proves itself (RFC 7521, section 4.2). */
const proof = {
  client_id: Value.optional(),
  client_assertion_type: Value.optional(),
  client_assertion: z.string().max(TOKEN_MAX_CHARACTERS).optional(),
};

const form = <S extends z.ZodType>(schema: S) => ({
  query: z.strictObject({}),
  body: { required: true as const, content: { 'application/x-www-form-urlencoded': { schema } } },
});

/** RFC 6749, section 5.2. `entry` names the refusal's own entry where one was written. */
const OAuthError = z
  .object({ error: z.string(), error_description: z.string(), entry: z.number().int().optional() })
  .openapi('OAuthError');

const refused = (description: string) => ({ description, content: json(OAuthError) });
const REFUSALS = {
  400: refused('Refused (RFC 6749, section 5.2)'),
  401: refused('The client did not prove itself'),
};

export const token = route({
  operationId: 'issueAccessToken',
  method: 'post',
  path: '/oauth/token',
  tags,
  summary: 'An access token for a client that proves itself by an assertion (RFC 6749, 4.4; RFC 7523)',
  // RFC 6749, section 3.2: parameters that nobody knows are left aside.
  request: form(
    z.object({
      grant_type: Value,
      scope: Value.optional(),
      resource: Values.optional(),
      audience: Values.optional(),
      ...proof,
    }),
  ),
  responses: {
    200: {
      description: 'A token (RFC 9068) and the receipt of its entry',
      content: json(
        z
          .object({
            access_token: z.string(),
            token_type: z.literal('Bearer'),
            expires_in: z.number().int(),
            scope: z.string().optional(),
            receipt: Receipt,
          })
          .openapi('AccessToken'),
      ),
    },
    ...REFUSALS,
  },
});

export const revoke = route({
  operationId: 'revokeToken',
  method: 'post',
  path: '/oauth/revoke',
  tags,
  summary: 'Locks a token for good (RFC 7009): by the client that it was issued to, or by an operator',
  request: form(
    z.object({
      token: z.string().min(1).max(TOKEN_MAX_CHARACTERS),
      token_type_hint: Value.optional(),
      ...proof,
    }),
  ),
  responses: { 200: { description: 'It is dead, or never was alive' }, ...REFUSALS },
});

export const metadata = route({
  operationId: 'oauthMetadata',
  method: 'get',
  path: '/.well-known/oauth-authorization-server',
  tags: ['public'],
  summary: 'What this authorization server offers, and where (RFC 8414)',
  responses: { 200: { description: 'Metadata', content: json(z.looseObject({})) } },
});
