import { z } from '@hono/zod-openapi';
import { BREAK_GLASS_OUTCOMES } from '#verifier';
import { body, IdPath, list, ok, Receipt, Ref, route, Text, Time } from './common.ts';

const tags = ['changes'];
const Outcome = z.enum(BREAK_GLASS_OUTCOMES);

export const BreakGlassKey = z
  .object({
    key: z.string(),
    person: Ref,
    until: Time.nullable().openapi({ description: 'Null where it is no longer laid away.' }),
    used: z
      .object({
        change: z.string(),
        time: Time,
        entry: z.number().int(),
        due: Time.openapi({ description: 'By when another person must have reviewed it.' }),
        reviewed: z
          .object({ by: Ref, time: Time, outcome: Outcome, note: z.string(), entry: z.number().int() })
          .nullable(),
      })
      .nullable(),
  })
  .openapi('BreakGlassKey');

export const listBreakGlass = route({
  operationId: 'listBreakGlass',
  method: 'get',
  path: '/api/v1/break-glass',
  tags,
  summary: 'Keys that are laid away for emergencies, and what became of those that were used',
  responses: ok(list(BreakGlassKey)),
});

export const reviewBreakGlass = route({
  operationId: 'reviewBreakGlass',
  method: 'post',
  path: '/api/v1/break-glass/{id}/review',
  tags,
  summary:
    'Say, as another person than who used the key or proposed the change, whether its use was justified',
  request: { params: IdPath, ...body(z.strictObject({ outcome: Outcome, note: Text })) },
  responses: ok(z.object({ entry: z.number().int(), receipt: Receipt })),
});
