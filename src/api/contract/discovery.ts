import { z } from '@hono/zod-openapi';
import { body, done, FlagParam, json, list, ok, route, Time, WhenQuery } from './common.ts';

/** Sweeps: what was read, how far, and what could not be. */
const tags = ['discovery'];
const SOURCE_MAX_CHARACTERS = 63;

const SourceWord = z.string().min(1).max(SOURCE_MAX_CHARACTERS);
const Fault = z.object({ what: z.string(), why: z.string() });

const Listing = z.object({
  listing: z.string(),
  pages: z.number().int(),
  items: z.number().int(),
  observations: z.number().int(),
  providerCount: z.number().int().nullable(),
  endSeen: z.boolean(),
  whole: z
    .boolean()
    .openapi({ description: 'Read to its end with nothing denied: what it no longer shows is gone.' }),
});

export const Sweep = z
  .object({
    sweep: z.string(),
    source: z.string(),
    connector: z.string(),
    partition: z.string(),
    scope: z.array(z.string()),
    calls: z.number().int(),
    pages: z.number().int(),
    items: z.number().int(),
    providerCount: z.number().int().nullable(),
    endSeen: z.boolean(),
    verdict: z.enum(['COMPLETE', 'PARTIAL', 'FAILED']),
    why: z.string(),
    denied: z.array(Fault),
    errors: z.array(Fault),
    listings: z.array(Listing),
    clock: z
      .object({ provider: Time, ours: Time })
      .nullable()
      .openapi({ description: 'The provider’s clock at one answer, and ours.' }),
    manifest: z
      .string()
      .nullable()
      .openapi({ description: 'Digest of the list of pages that were read: `GET /documents/{digest}`.' }),
    started: Time,
    ended: Time,
    entry: z.number().int(),
  })
  .openapi('Sweep');

export const Progress = z
  .object({
    source: z.string(),
    partition: z.string().nullable(),
    listing: z.string().nullable(),
    pages: z.number().int(),
    items: z.number().int(),
    started: Time,
  })
  .openapi('SweepProgress');

export const runSweep = route({
  operationId: 'runSweep',
  method: 'post',
  path: '/api/v1/sweeps',
  tags,
  summary: 'Sweep a source now; with `wait=false` it is only started, and goes on by itself',
  request: {
    query: z.strictObject({ wait: FlagParam.default('true') }),
    ...body(z.strictObject({ source: SourceWord })),
  },
  responses: {
    200: { description: 'Swept: a record for each partition', content: json(list(Sweep)) },
    202: { description: 'Started', content: json(Progress) },
  },
});

export const listSweeps = route({
  operationId: 'listSweeps',
  method: 'get',
  path: '/api/v1/sweeps',
  tags,
  summary: 'The latest sweep of each source and partition',
  request: { query: WhenQuery.extend({ source: SourceWord.optional() }) },
  responses: ok(list(Sweep)),
});

export const listRunningSweeps = route({
  operationId: 'listRunningSweeps',
  method: 'get',
  path: '/api/v1/sweeps/running',
  tags,
  summary: 'Sweeps that are running, and how far they are',
  responses: ok(list(Progress)),
});

export const cancelSweep = route({
  operationId: 'cancelSweep',
  method: 'delete',
  path: '/api/v1/sweeps/running/{source}',
  tags,
  summary: 'End a running sweep; it is recorded as far as it came, and retires nothing',
  request: { params: z.strictObject({ source: SourceWord }) },
  responses: done,
});
