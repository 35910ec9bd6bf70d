import { z } from '@hono/zod-openapi';
import { ROTATION_PHASES, ROTATORS } from '#verifier';
import { body, IdPath, list, ok, Receipt, Ref, route, Text, Time, WhenQuery } from './common.ts';

const tags = ['rotation'];
const Phase = z.enum(ROTATION_PHASES);

export const RotationRun = z
  .object({
    id: z.string(),
    phase: Phase,
    cause: z.enum(['schedule', 'person']),
    due: Time,
    old: z.string().openapi({ description: 'Fingerprint; never the secret.' }),
    new: z.string().nullable(),
    phases: z.array(z.object({ phase: Phase, time: Time, detail: z.string(), entry: z.number().int() })),
    stalled: z
      .object({
        cause: z.enum(['consumer-not-seen', 'target-failing', 'old-accepted']),
        detail: z.string(),
        time: Time,
        finding: z.string(),
      })
      .nullable(),
    ended: Time.nullable(),
    outcome: z.enum(['completed', 'abandoned']).nullable(),
    entry: z.number().int(),
  })
  .openapi('RotationRun');

export const Rotation = z
  .object({
    id: z.string(),
    name: z.string(),
    identity: Ref,
    observation: z.string().nullable(),
    rotator: z.enum(ROTATORS),
    target: z.string(),
    intervalDays: z.number().int(),
    graceHours: z.number().int(),
    noticeDays: z.number().int(),
    due: Time,
    rotated: Time.nullable(),
    run: RotationRun.nullable().openapi({ description: 'The run under way, or else the last one.' }),
    entry: z.number().int(),
  })
  .openapi('Rotation');

export const RotationPlan = z
  .object({
    rotation: z.string(),
    due: Time,
    starts: z.boolean().openapi({ description: 'True where it is due and nothing is under way.' }),
    old: z.string(),
    steps: z.array(z.object({ phase: Phase, what: z.string() })),
  })
  .openapi('RotationPlan');

export const listRotations = route({
  operationId: 'listRotations',
  method: 'get',
  path: '/api/v1/rotations',
  tags,
  summary: 'Rotations and their runs, as of a moment',
  request: { query: WhenQuery },
  responses: ok(list(Rotation)),
});

export const planRotation = route({
  operationId: 'planRotation',
  method: 'get',
  path: '/api/v1/rotations/{id}/plan',
  tags,
  summary: 'What a run would do, by id or name; nothing is touched',
  request: { params: IdPath },
  responses: ok(RotationPlan),
});

export const startRotation = route({
  operationId: 'startRotation',
  method: 'post',
  path: '/api/v1/rotations/{id}/runs',
  tags,
  summary: 'Start a run if it is due, or with `early` at once',
  request: { params: IdPath, ...body(z.strictObject({ early: z.boolean() })) },
  responses: ok(
    z.object({ run: z.string(), entry: z.number().int(), receipt: Receipt }).openapi('StartedRotation'),
  ),
});

export const abandonRotation = route({
  operationId: 'abandonRotation',
  method: 'post',
  path: '/api/v1/rotations/{id}/abandon',
  tags,
  summary: 'End the run under way with the old secret in force again; refused once that was removed',
  request: { params: IdPath, ...body(z.strictObject({ reason: Text })) },
  responses: ok(Rotation),
});
