import { z } from '@hono/zod-openapi';
import { Plan, PlanDigest } from './changes.ts';
import { body, ok, route, Text } from './common.ts';

const PersonName = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/);

export const proposeLeaving = route({
  operationId: 'proposeLeaving',
  method: 'post',
  path: '/api/v1/persons/{name}/leaving',
  tags: ['people'],
  summary: 'Propose one change by which a person has left and another takes over all that was theirs',
  request: {
    params: z.strictObject({ name: PersonName }),
    ...body(z.strictObject({ to: PersonName, reason: Text, dryRun: z.boolean().optional() })),
  },
  responses: ok(
    z.object({
      change: z.string().nullable(),
      plan: Plan,
      planDigest: PlanDigest,
      text: z.string(),
      entry: z.number().int().nullable(),
    }),
  ),
});
