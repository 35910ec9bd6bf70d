import { z } from '@hono/zod-openapi';
import { body, ok, route, Time, WhenQuery, whenShape } from './common.ts';
import { PostureLine } from './posture.ts';

/** How much what waits for a person weighs, the worst first. */
export const SEVERITIES = ['high', 'medium', 'low'] as const;

const tags = ['evidence'];
const WITHHELD_MAX = 1000;

export const Verdict = z.enum(['PASS', 'FAIL', 'NOT_EVALUABLE', 'NOT_OCCURRING']);

export const Control = z
  .object({
    id: z.string(),
    title: z.string(),
    statement: z.string(),
    tsc: z.array(z.string()),
    verdict: Verdict,
    population: z.number().int().nullable(),
    deviations: z.number().int(),
    exceptions: z.number().int(),
    why: z.string(),
    clauses: z.array(z.object({ clause: z.string(), verdict: Verdict, why: z.string() })).optional(),
    members: z
      .array(
        z.object({
          member: z.string(),
          verdict: Verdict,
          why: z.string(),
          entry: z.number().int().optional(),
          exception: z.string().optional(),
        }),
      )
      .optional(),
    history: z
      .array(z.object({ entry: z.number().int(), time: Time, before: Verdict.nullable(), verdict: Verdict }))
      .optional()
      .openapi({
        description:
          'Changes of the verdict that are on record, newest first; `before` is null the first time.',
      }),
    excepted: z
      .array(
        z.object({
          exception: z.string(),
          subject: z.string(),
          owner: z.string(),
          until: Time,
          compensating: z.string(),
          reason: z.string(),
          void: z.string().openapi({ description: 'Why it counts for nothing; empty where it counts.' }),
          covers: z.boolean(),
        }),
      )
      .optional(),
  })
  .openapi('Control');

const Period = z.object({ from: Time, to: Time });

export const listControls = route({
  operationId: 'listControls',
  method: 'get',
  path: '/api/v1/controls',
  tags,
  summary: 'Controls and their verdicts over a period `[from, to)`; by default the last 30 days',
  request: { query: z.strictObject({ from: Time.optional(), to: Time.optional(), ...whenShape }) },
  responses: ok(z.object({ period: Period, controls: z.array(Control) })),
});

export const buildPackage = route({
  operationId: 'buildEvidence',
  method: 'post',
  path: '/api/v1/evidence',
  tags,
  summary: 'The sealed package for a period',
  request: body(
    z.strictObject({
      from: Time,
      to: Time,
      withhold: z.array(z.string().max(63)).max(WITHHELD_MAX).optional(),
    }),
  ),
  responses: {
    200: {
      description: 'The package',
      content: { 'application/zip': { schema: z.string().openapi({ format: 'binary' }) } },
    },
  },
});

const Counts = z.record(Verdict, z.number().int());

export const overview = route({
  operationId: 'getOverview',
  method: 'get',
  path: '/api/v1/overview',
  tags: ['overview'],
  summary: 'Controls by verdict, what needs a person, what was found here',
  request: { query: WhenQuery },
  responses: ok(
    z
      .object({
        controls: z.object({
          counts: Counts,
          items: z.array(Control.pick({ id: true, title: true, verdict: true, why: true })),
        }),
        attention: z.array(
          z.object({
            severity: z.enum(SEVERITIES),
            what: z.string(),
            link: z.string(),
            count: z.number().int(),
          }),
        ),
        found: z.object({
          byClass: z.record(z.string(), z.number().int()),
        }),
        posture: z.array(PostureLine),
        identities: z.record(z.string(), z.number().int()).openapi({ description: 'Identities by state.' }),
        credentials: z.object({
          live: z.number().int(),
          granted24h: z.number().int(),
          refused24h: z.number().int(),
        }),
        log: z.object({ size: z.number().int(), time: Time, origin: z.string() }),
      })
      .openapi('Overview'),
  ),
});

export const getConfig = route({
  operationId: 'getConfig',
  method: 'get',
  path: '/api/v1/config',
  tags: ['config'],
  summary: 'Settings in force and where each came from; secrets are not shown',
  responses: ok(
    z.object({
      settings: z.array(z.object({ key: z.string(), value: z.string(), from: z.string() })),
    }),
  ),
});
