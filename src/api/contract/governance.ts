import { z } from '@hono/zod-openapi';
import { OWNED } from '#verifier';
import { list, ok, Ref, route, Time, WhenQuery } from './common.ts';

/** Departures that were allowed, and who answers for every control point. */
const tags = ['governance'];

export const Exception = z
  .object({
    id: z.string(),
    name: z.string(),
    control: z.string(),
    subject: Ref.openapi({ description: 'The member that it covers, as the control’s result names it.' }),
    owner: Ref,
    approvers: z.array(Ref),
    compensating: z.string(),
    until: Time,
    lapsed: z.boolean(),
    reason: z.string(),
    change: Ref.nullable(),
    entry: z.number().int(),
  })
  .openapi('Exception');

export const ControlOwner = z
  .object({
    covers: z.enum(OWNED),
    target: Ref.openapi({ description: 'A trust or policy by id, or a word of a closed list.' }),
    owner: Ref.nullable(),
    reviewer: Ref.nullable(),
    /** True where nobody answers for it, or who is named has left. */
    hole: z.boolean(),
    why: z.string(),
    entry: z.number().int().nullable(),
  })
  .openapi('ControlOwner');

export const listExceptions = route({
  operationId: 'listExceptions',
  method: 'get',
  path: '/api/v1/exceptions',
  tags,
  summary: 'Exceptions to controls, as of a moment; those that lapsed are told as such',
  request: { query: WhenQuery },
  responses: ok(list(Exception)),
});

export const listControlOwners = route({
  operationId: 'listControlOwners',
  method: 'get',
  path: '/api/v1/control-owners',
  tags,
  summary:
    'Every access path, issuance rule, denial kind and change kind with its owner and reviewer; holes first',
  request: { query: WhenQuery },
  responses: ok(z.object({ holes: z.number().int(), items: z.array(ControlOwner) })),
});
