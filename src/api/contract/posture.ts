import { z } from '@hono/zod-openapi';
import { POSTURE_FINDINGS } from '../../discovery/index.ts';
import { list, ok, Ref, route, WhenQuery } from './common.ts';

export const PostureWord = z.enum(POSTURE_FINDINGS);

const Part = z.object({
  part: z.string(),
  count: z.number().int(),
  keys: z.array(z.string()).openapi({ description: 'Observations; `GET /observations?finding=…&part=…`.' }),
});

export const PostureFinding = z
  .object({
    finding: PostureWord,
    question: z.string(),
    evaluable: z.boolean(),
    whole: z.boolean().openapi({ description: 'False where there may be more than could be read.' }),
    why: z.string(),
    count: z.number().int().nullable().openapi({ description: 'null where it is not evaluable.' }),
    next: z.string().openapi({ description: 'What to do next.' }),
    keys: z.array(z.string()).openapi({ description: 'Observations behind the count.' }),
    identities: z.array(Ref).openapi({ description: 'Declared identities behind the count.' }),
    parts: z.array(Part),
  })
  .openapi('PostureFinding');

/** What the first screen shows: the lists behind a line are asked for when it is opened. */
export const PostureLine = PostureFinding.pick({
  finding: true,
  question: true,
  evaluable: true,
  whole: true,
  why: true,
  count: true,
  next: true,
})
  .extend({ parts: z.array(Part.omit({ keys: true })) })
  .openapi('PostureLine');

export const getPosture = route({
  operationId: 'getPosture',
  method: 'get',
  path: '/api/v1/posture',
  tags: ['discovery'],
  summary: 'Inventory, rotation, permissions, monitoring, orphans: each with the list behind it',
  request: { query: WhenQuery },
  responses: ok(list(PostureFinding)),
});
