import { z } from '@hono/zod-openapi';
import {
  body,
  FlagParam,
  Id,
  list,
  ok,
  page,
  pageShape,
  Ref,
  route,
  searchShape,
  Time,
  WhenQuery,
  whenShape,
} from './common.ts';
import { PostureWord } from './posture.ts';

const tags = ['discovery'];
const PART_MAX_CHARACTERS = 100;

export const ObservationClass = z.enum(['identity', 'credential', 'permission', 'trust', 'exposure']);

export const Sweep = z
  .object({
    sweep: z.string(),
    source: z.string(),
    connector: z.string(),
    partition: z.string(),
    scope: z.array(z.string()),
    items: z.number().int(),
    verdict: z.enum(['COMPLETE', 'PARTIAL', 'FAILED']),
    why: z.string(),
    denied: z.array(z.object({ what: z.string(), why: z.string() })),
    errors: z.array(z.object({ what: z.string(), why: z.string() })),
    started: Time,
    ended: Time,
    entry: z.number().int(),
  })
  .openapi('Sweep');

export const runSweep = route({
  operationId: 'runSweep',
  method: 'post',
  path: '/api/v1/sweeps',
  tags,
  summary: 'Sweep a source now',
  request: body(z.strictObject({ source: Id })),
  responses: ok(list(Sweep)),
});

export const listSweeps = route({
  operationId: 'listSweeps',
  method: 'get',
  path: '/api/v1/sweeps',
  tags,
  summary: 'The latest sweep of each source and partition',
  request: { query: WhenQuery },
  responses: ok(list(Sweep)),
});

export const Observation = z
  .object({
    key: z.string(),
    source: z.string(),
    class: ObservationClass,
    label: z.string().nullable(),
    attributes: z.record(
      z.string(),
      z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.union([z.string(), z.number()]))]),
    ),
    present: z.boolean(),
    firstSeen: Time,
    lastChanged: Time,
    identity: Ref.nullable().openapi({ description: 'What it was claimed for.' }),
    entry: z.number().int(),
  })
  .openapi('Observation');

export const listObservations = route({
  operationId: 'listObservations',
  method: 'get',
  path: '/api/v1/observations',
  tags,
  summary: 'What sweeps saw',
  request: {
    query: z.strictObject({
      ...pageShape,
      ...searchShape,
      ...whenShape,
      class: ObservationClass.optional(),
      present: FlagParam.optional(),
      finding: PostureWord.optional(),
      part: z.string().max(PART_MAX_CHARACTERS).optional(),
    }),
  },
  responses: ok(page(Observation)),
});

export const claimObservation = route({
  operationId: 'claimObservation',
  method: 'post',
  path: '/api/v1/observations/{key}/claim',
  tags,
  summary: 'Say which declared identity something that was found belongs to',
  request: {
    params: z.strictObject({ key: Id.openapi({ description: 'With its slashes percent-encoded.' }) }),
    ...body(z.strictObject({ identity: Id.openapi({ description: 'Id or name.' }) })),
  },
  responses: ok(z.object({ entry: z.number().int(), observation: Observation })),
});
