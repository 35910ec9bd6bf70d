import { z } from '@hono/zod-openapi';
import { body, ok, route } from './common.ts';

const IDS_MAX = 500;
const ID_MAX_CHARACTERS = 63;

export const readNames = route({
  operationId: 'readNames',
  method: 'post',
  path: '/api/v1/names',
  tags: ['declared'],
  summary: 'Names of these ids, for people to read; what has none is left out',
  request: body(z.strictObject({ ids: z.array(z.string().max(ID_MAX_CHARACTERS)).max(IDS_MAX) })),
  responses: ok(z.object({ names: z.record(z.string(), z.string().nullable()) })),
});
