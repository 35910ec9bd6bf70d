import { z } from '@hono/zod-openapi';
import { body, list, NoBody, ok, RoleWord, route, Text, Time, WhenQuery } from './common.ts';
import { WebAuthnOptions, WebAuthnResponse } from './sessions.ts';

const tags = ['people'];
const KEY_MAX_CHARACTERS = 400;

const PersonName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/)
  .openapi({ example: 'ada' });

export const Person = z
  .object({
    id: z.string(),
    name: z.string().nullable(),
    displayName: z.string().nullable(),
    email: z.string().nullable(),
    roles: z.array(RoleWord),
    status: z.enum(['active', 'left']),
    keys: z.array(
      z.object({ id: z.string(), type: z.enum(['ed25519', 'passkey']), credentialId: z.string().optional() }),
    ),
    bootstrap: z.boolean(),
  })
  .openapi('Person');

/** As a Person manifest carries it. */
export const ApprovalKey = z
  .object({
    id: z.string(),
    type: z.enum(['ed25519', 'passkey']),
    publicKey: z.string(),
    credentialId: z.string().optional(),
    rpId: z.string().optional(),
  })
  .openapi('ApprovalKey');

const KeyOffer = z.union([
  z.strictObject({ type: z.literal('ed25519'), publicKey: z.string().max(KEY_MAX_CHARACTERS) }),
  z.strictObject({ type: z.literal('passkey'), response: WebAuthnResponse }),
]);

export const EnrolmentBody = z.strictObject({
  name: PersonName,
  displayName: Text,
  email: Text.optional(),
  roles: z.array(RoleWord).optional(),
  key: KeyOffer.optional(),
  uid: z.number().int().nonnegative().optional(),
});

export const listPersons = route({
  operationId: 'listPersons',
  method: 'get',
  path: '/api/v1/persons',
  tags,
  summary: 'People, with their roles and approval keys',
  request: { query: WhenQuery },
  responses: ok(list(Person)),
});

export const enrolPerson = route({
  operationId: 'enrolPerson',
  method: 'post',
  path: '/api/v1/persons/bootstrap',
  tags,
  summary: 'Enrol a person while the bootstrap is open; every entry says so',
  request: body(EnrolmentBody),
  responses: ok(z.object({ person: Person })),
});

export const makeSignInLink = route({
  operationId: 'makeSignInLink',
  method: 'post',
  path: '/api/v1/persons/{name}/sign-in-link',
  tags,
  summary: 'A one-time sign-in token, to be handed over on another way',
  request: { params: z.strictObject({ name: PersonName }), ...body(NoBody) },
  responses: ok(z.object({ token: z.string(), url: z.string(), ends: Time })),
});

export const passkeyRegistration = route({
  operationId: 'passkeyRegistrationOptions',
  method: 'post',
  path: '/api/v1/passkeys/options',
  tags,
  summary: 'WebAuthn creation options',
  request: body(z.strictObject({ name: PersonName.optional() })),
  responses: ok(WebAuthnOptions),
});

export const readPasskey = route({
  operationId: 'readPasskey',
  method: 'post',
  path: '/api/v1/passkeys',
  tags,
  summary: 'The approval key behind a passkey registration, to be put in a Person manifest',
  request: body(z.strictObject({ response: WebAuthnResponse })),
  responses: ok(z.object({ key: ApprovalKey })),
});
