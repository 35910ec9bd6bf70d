import { z } from '@hono/zod-openapi';
import {
  ActionWord,
  body,
  FlagParam,
  IndexParam,
  ok,
  page,
  pageShape,
  Ref,
  route,
  Text,
  Time,
  WhenQuery,
  whenShape,
} from './common.ts';

const tags = ['credentials'];
const CERTIFICATE_MAX_CHARACTERS = 64 * 1024;
const JWT_MAX_CHARACTERS = 16 * 1024;

const Facts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]));

export const CredentialState = z.enum(['live', 'expired', 'dead', 'unknown']);

export const Credential = z
  .object({
    entry: z.number().int(),
    type: z.enum(['x509-svid', 'jwt-svid', 'agent-x509', 'access-token']),
    subject: z.string().openapi({ description: 'SPIFFE ID.' }),
    identity: Ref.nullable(),
    agent: Ref.nullable(),
    instance: z.string().nullable(),
    granted: Time,
    notBefore: Time,
    notAfter: Time,
    ttlSeconds: z.number().int(),
    shortened: z.boolean(),
    audience: z.array(z.string()),
    scope: z
      .array(z.string())
      .openapi({ description: 'OAuth scopes; empty for anything but an access token.' }),
    keyHash: z.string(),
    state: CredentialState,
    lock: z.string().nullable().openapi({ description: 'The lock that killed it.' }),
  })
  .openapi('Credential');

const Request = z.object({
  request: z.string(),
  door: z.string(),
  action: ActionWord,
  identity: Ref.nullable(),
  trust: Ref.nullable(),
  agent: Ref.nullable(),
  instance: z.string().nullable(),
  method: z.string().nullable(),
  attested: Facts,
  claimed: Facts,
  requestedTtlSeconds: z.number().nullable(),
  address: z.string().nullable(),
});

const Ruling = z.object({
  effect: z.enum(['allow', 'deny']),
  policySet: z.string(),
  determining: z.array(z.object({ policy: z.string(), version: z.string() })),
  rule: z.string(),
  reason: z.string(),
});

export const Decision = z
  .object({
    entry: z.number().int(),
    outcome: z.enum(['granted', 'refused']),
    time: Time,
    code: z.string().nullable(),
    request: Request,
    decision: Ruling,
    credential: Credential.nullable(),
  })
  .openapi('Decision');

export const listCredentials = route({
  operationId: 'listCredentials',
  method: 'get',
  path: '/api/v1/credentials',
  tags,
  summary: 'Every credential, newest first',
  request: {
    query: z.strictObject({
      ...pageShape,
      ...whenShape,
      identity: z.string().max(63).optional(),
      live: FlagParam.optional(),
    }),
  },
  responses: ok(page(Credential)),
});

export const getCredential = route({
  operationId: 'getCredential',
  method: 'get',
  path: '/api/v1/credentials/{index}',
  tags,
  summary: 'One credential by the index of its entry, with the decision behind it',
  request: { params: z.strictObject({ index: IndexParam }), query: WhenQuery },
  responses: ok(Decision),
});

export const checkCredential = route({
  operationId: 'checkCredential',
  method: 'post',
  path: '/api/v1/credentials/check',
  tags,
  summary: 'Which entry a credential names, and whether it was made here',
  request: body(
    z.strictObject({
      certificate: z.string().max(CERTIFICATE_MAX_CHARACTERS).optional(),
      jwt: z.string().max(JWT_MAX_CHARACTERS).optional(),
      serial: Text.optional(),
      jti: Text.optional(),
    }),
  ),
  responses: ok(
    z
      .object({
        known: z.boolean(),
        entry: z.number().int().nullable(),
        identity: Ref.nullable(),
        state: CredentialState,
        why: z.string(),
      })
      .openapi('CredentialCheck'),
  ),
});

const KEY_HASH = /^[0-9a-f]{64}$/;

/** An entry and its inclusion proof, to the checkpoint that the answer holds. */
const EntryProof = z.object({
  entry: z.number().int(),
  leaf: z.base64(),
  body: z.base64().nullable(),
  proof: z.array(z.base64()),
});

export const validAt = route({
  operationId: 'credentialValidAt',
  method: 'post',
  path: '/api/v1/credentials/valid-at',
  tags,
  summary: 'Whether a credential was valid at a moment, with the proof',
  request: body(
    z.strictObject({
      certificate: z.string().max(CERTIFICATE_MAX_CHARACTERS).optional(),
      jwt: z.string().max(JWT_MAX_CHARACTERS).optional(),
      serial: Text.optional(),
      jti: Text.optional(),
      fingerprint: z
        .string()
        .regex(KEY_HASH)
        .optional()
        .openapi({ description: 'SHA-256 of the certified public key (SPKI, DER), hex.' }),
      at: Time.optional().openapi({ description: 'Absent means now.' }),
    }),
  ),
  responses: ok(
    z
      .object({
        valid: z.boolean(),
        state: z.enum(['valid', 'not-yet', 'expired', 'locked', 'suspended', 'unknown']).openapi({
          description: '`suspended`: its identity was not active then.',
        }),
        why: z.string(),
        at: Time,
        signature: z.enum(['good', 'bad', 'unchecked']).nullable().openapi({
          description:
            'Of the certificate or token itself: `unchecked` where the key is published no longer; null where a name was given.',
        }),
        identity: Ref.nullable(),
        entry: z.number().int().nullable(),
        granted: Time.nullable(),
        notBefore: Time.nullable(),
        notAfter: Time.nullable(),
        locks: z.array(
          z.object({
            lock: z.string(),
            entry: z.number().int(),
            target: z.string(),
            placed: Time,
            lifted: Time.nullable(),
            kills: z.boolean().openapi({ description: 'Whether it had been placed by then.' }),
          }),
        ),
        proofs: z.array(EntryProof).openapi({ description: 'The grant, then every lock.' }),
        log: z.object({ size: z.number().int(), checkpoint: z.string(), verifierKey: z.string() }),
      })
      .openapi('CredentialValidAt'),
  ),
});
