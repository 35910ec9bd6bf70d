import { z } from '@hono/zod-openapi';
import { body, ok, Receipt, route, Text, Time } from './common.ts';
import { Probe } from './declared.ts';

const tags = ['agents'];
const CSR_MAX_CHARACTERS = 16 * 1024;
const AUDIENCES_MAX = 16;
const DELIVERIES_MAX = 1000;
const TTL_MAX_SECONDS = 10 * 365 * 86_400;

const AgentName = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,62}$/);
const Csr = z
  .string()
  .min(1)
  .max(CSR_MAX_CHARACTERS)
  .openapi({ description: 'PKCS #10: PEM, or base64 of the DER.' });
const TtlSeconds = z.number().int().positive().max(TTL_MAX_SECONDS);
const Facts = z.record(
  z.string().max(63),
  z.union([z.string().max(4096), z.number(), z.boolean(), z.array(z.string().max(4096))]),
);

export const Bundle = z
  .object({
    sequence: z.number().int(),
    x509: z.array(z.base64()),
    jwks: z.looseObject({ keys: z.array(z.looseObject({})) }),
    crls: z.array(z.base64()),
    refreshSeconds: z.number().int(),
  })
  .openapi('Bundle');

const Joined = z
  .object({
    agent: z.string(),
    instance: z.string(),
    certificate: z.string().openapi({ description: 'Chain in PEM, leaf first.' }),
    bundle: Bundle,
    trustDomain: z.string(),
    receipt: Receipt,
  })
  .openapi('Joined');

export const createToken = route({
  operationId: 'createToken',
  method: 'post',
  path: '/api/v1/tokens',
  tags,
  summary: 'A one-time join token for an agent, shown once',
  request: body(z.strictObject({ agent: AgentName, ttlSeconds: TtlSeconds.optional() })),
  responses: ok(z.object({ id: z.string(), token: z.string(), deadline: Time }).openapi('JoinToken')),
});

export const join = route({
  operationId: 'joinAgent',
  method: 'post',
  path: '/api/v1/agent/join',
  tags,
  summary: 'Join with a one-time token; needs no client certificate',
  request: body(z.strictObject({ token: Text, name: AgentName, csr: Csr })),
  responses: ok(Joined),
});

export const renew = route({
  operationId: 'renewAgent',
  method: 'post',
  path: '/api/v1/agent/renew',
  tags,
  summary: "A fresh certificate for the agent's own identity",
  request: body(z.strictObject({ csr: Csr })),
  responses: ok(Joined),
});

export const Issued = z
  .object({
    entry: z.number().int(),
    spiffeId: z.string(),
    hint: z.string().optional(),
    certificate: z.array(z.base64()).optional(),
    jwt: z.string().optional(),
    notAfter: Time,
    receipt: Receipt,
    shortened: z.boolean(),
  })
  .openapi('Issued');

export const issue = route({
  operationId: 'issueForWorkload',
  method: 'post',
  path: '/api/v1/agent/issue',
  tags,
  summary: 'Every identity that a trust lets these attested facts prove',
  request: body(
    z.strictObject({
      action: z.enum(['issue-x509-svid', 'issue-jwt-svid']),
      instance: Text,
      attested: Facts,
      claimed: Facts,
      csr: Csr.optional(),
      audience: z.array(Text).min(1).max(AUDIENCES_MAX).optional(),
      ttlSeconds: TtlSeconds.optional(),
    }),
  ),
  responses: ok(z.object({ items: z.array(Issued) })),
});

export const bundle = route({
  operationId: 'getBundle',
  method: 'get',
  path: '/api/v1/agent/bundle',
  tags,
  summary: 'Trust anchors, JWT keys and revocation lists',
  responses: ok(Bundle),
});

export const events = route({
  operationId: 'agentEvents',
  method: 'get',
  path: '/api/v1/agent/events',
  tags,
  summary: 'What an agent must act on at once: `lock`, `policy`, `bundle`; `ping` every ten seconds',
  responses: {
    200: { description: 'A stream of events', content: { 'text/event-stream': { schema: z.string() } } },
  },
});

export const recordProbes = route({
  operationId: 'recordProbes',
  method: 'post',
  path: '/api/v1/agent/probes',
  tags,
  summary: 'Where the dead credentials of a lock were tried, and what happened',
  request: body(z.strictObject({ lock: Text, probes: z.array(Probe.strict()).min(1).max(DELIVERIES_MAX) })),
  responses: ok(z.object({ entry: z.number().int(), receipt: Receipt })),
});

export const reportDeliveries = route({
  operationId: 'reportDeliveries',
  method: 'post',
  path: '/api/v1/agent/deliveries',
  tags,
  summary: 'Cached credentials that the agent handed out again',
  request: body(
    z.strictObject({
      from: Time,
      to: Time,
      deliveries: z
        .array(
          z.strictObject({
            credential: z.number().int().nonnegative(),
            instance: Text,
            count: z.number().int().positive(),
          }),
        )
        .min(1)
        .max(DELIVERIES_MAX),
    }),
  ),
  responses: ok(z.object({ entry: z.number().int(), receipt: Receipt })),
});

/** RFC 7662, section 2.2: an inactive token is told nothing else about. */
export const introspect = route({
  operationId: 'introspect',
  method: 'post',
  path: '/oauth/introspect',
  tags: ['oauth'],
  summary: 'Whether a token is active (RFC 7662)',
  request: {
    body: {
      required: true as const,
      content: {
        'application/x-www-form-urlencoded': {
          schema: z.strictObject({
            token: z
              .string()
              .min(1)
              .max(16 * 1024),
            token_type_hint: z.string().max(63).optional(),
          }),
        },
      },
    },
  },
  responses: ok(
    z
      .object({
        active: z.boolean(),
        token_type: z.string().optional(),
        iss: z.string().optional(),
        sub: z.string().optional(),
        aud: z.array(z.string()).optional(),
        iat: z.number().optional(),
        exp: z.number().optional(),
        jti: z.string().optional(),
        client_id: z.string().optional(),
        scope: z.string().optional(),
      })
      .openapi('Introspection'),
  ),
});
