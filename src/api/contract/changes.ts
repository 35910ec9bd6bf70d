import { z } from '@hono/zod-openapi';
import { RESOURCE_KINDS } from '#verifier';
import {
  body,
  IdPath,
  list,
  NoBody,
  ok,
  Receipt,
  Ref,
  route,
  Text,
  Time,
  WhenQuery,
  whenShape,
} from './common.ts';
import { WebAuthnOptions } from './sessions.ts';

const tags = ['changes'];
const MANIFESTS_MAX_CHARACTERS = 512 * 1024;
const DIGEST = /^[0-9a-f]{64}$/;
const Base64Url = z
  .string()
  .max(8192)
  .regex(/^[A-Za-z0-9_-]+$/);

export const PlanDigest = z.string().regex(DIGEST);

/** Exactly what is hashed and signed; names in it are resolved to ids. */
export const Plan = z
  .object({
    v: z.literal(1),
    change: z.string(),
    title: z.string(),
    reason: z.string(),
    proposer: z.string(),
    operations: z.array(
      z.looseObject({
        op: z.enum(['create', 'update', 'retire']),
        kind: z.enum(RESOURCE_KINDS),
        id: z.string(),
        base: z.number().int().nullable(),
      }),
    ),
    gains: z.array(
      z.object({ direction: z.enum(['gains', 'loses']), subject: z.string(), what: z.string() }),
    ),
  })
  .openapi('Plan');

export const ChangeState = z.enum(['proposed', 'applied', 'withdrawn']);

export const ChangeSummary = z
  .object({
    id: z.string(),
    state: ChangeState,
    title: z.string(),
    reason: z.string(),
    proposer: Ref,
    proposed: Time,
    operations: z.number().int(),
    approvals: z.number().int(),
    applied: Time.nullable(),
  })
  .openapi('ChangeSummary');

export const Change = ChangeSummary.omit({ approvals: true, operations: true })
  .extend({
    plan: Plan,
    planDigest: PlanDigest,
    current: z.boolean().openapi({ description: 'False once what the plan rests on has moved.' }),
    text: z.string().openapi({ description: 'The readable difference, and who gains what.' }),
    source: z.string().nullable(),
    names: z.record(z.string(), z.string().nullable()),
    approvals: z.array(z.object({ approver: Ref, keyId: z.string(), time: Time, entry: z.number().int() })),
    entry: z.number().int(),
  })
  .openapi('Change');

export const ApprovalSignature = z
  .union([
    z.strictObject({ type: z.literal('ed25519'), keyId: Text, signature: Base64Url }),
    z.strictObject({
      type: z.literal('passkey'),
      keyId: Text,
      signature: Base64Url,
      authenticatorData: Base64Url,
      clientDataJSON: Base64Url,
    }),
  ])
  .openapi('ApprovalSignature');

export const propose = route({
  operationId: 'proposeChange',
  method: 'post',
  path: '/api/v1/changes',
  tags,
  summary: 'Propose what manifests declare, or with `dryRun` only show the plan',
  request: body(
    z.strictObject({
      manifests: z.string().min(1).max(MANIFESTS_MAX_CHARACTERS),
      title: Text,
      reason: Text,
      source: Text.optional(),
      dryRun: z.boolean().optional(),
    }),
  ),
  responses: ok(
    z
      .object({
        change: z.string().nullable(),
        plan: Plan,
        planDigest: PlanDigest,
        text: z.string(),
        entry: z.number().int().nullable(),
      })
      .openapi('Proposed'),
  ),
});

const KIND = z.enum(RESOURCE_KINDS);
const Thing = z.object({ kind: KIND, name: z.string(), entry: z.number().int().nullable() });

export const drift = route({
  operationId: 'readDrift',
  method: 'post',
  path: '/api/v1/changes/drift',
  tags,
  summary: 'What manifests declare against what is in force, both ways; proposes nothing',
  request: body(
    z.strictObject({
      manifests: z.string().min(1).max(MANIFESTS_MAX_CHARACTERS),
      kinds: z.array(KIND).min(1).max(RESOURCE_KINDS.length).optional(),
    }),
  ),
  responses: ok(
    z
      .object({
        size: z.number().int(),
        missing: z.array(Thing),
        undeclared: z.array(Thing),
        differing: z.array(
          Thing.extend({
            fields: z.array(z.object({ field: z.string(), declared: z.unknown(), inForce: z.unknown() })),
          }),
        ),
      })
      .openapi('Drift'),
  ),
});

export const listChanges = route({
  operationId: 'listChanges',
  method: 'get',
  path: '/api/v1/changes',
  tags,
  summary: 'Changes, newest first',
  request: { query: z.strictObject({ state: ChangeState.optional(), ...whenShape }) },
  responses: ok(list(ChangeSummary)),
});

export const getChange = route({
  operationId: 'getChange',
  method: 'get',
  path: '/api/v1/changes/{id}',
  tags,
  summary: 'One change with its plan',
  request: { params: IdPath, query: WhenQuery },
  responses: ok(Change),
});

export const approve = route({
  operationId: 'approveChange',
  method: 'post',
  path: '/api/v1/changes/{id}/approvals',
  tags,
  summary: 'Approve by signature over the digest of the plan; a refusal, as for want of one, is recorded',
  request: {
    params: IdPath,
    ...body(z.strictObject({ planDigest: PlanDigest, signature: ApprovalSignature.optional() })),
  },
  responses: ok(z.object({ entry: z.number().int(), receipt: Receipt })),
});

export const approvalOptions = route({
  operationId: 'approvalOptions',
  method: 'post',
  path: '/api/v1/changes/{id}/approval-options',
  tags,
  summary: 'WebAuthn request options whose challenge is the approval challenge',
  request: { params: IdPath, ...body(NoBody) },
  responses: ok(WebAuthnOptions),
});

export const apply = route({
  operationId: 'applyChange',
  method: 'post',
  path: '/api/v1/changes/{id}/apply',
  tags,
  summary: 'Apply exactly what was approved',
  request: { params: IdPath, ...body(z.strictObject({ planDigest: PlanDigest })) },
  responses: ok(
    z.object({ applied: Time, operations: z.number().int(), entry: z.number().int(), receipt: Receipt }),
  ),
});

export const withdraw = route({
  operationId: 'withdrawChange',
  method: 'post',
  path: '/api/v1/changes/{id}/withdraw',
  tags,
  summary: 'Close a change without applying it',
  request: { params: IdPath, ...body(z.strictObject({ reason: Text })) },
  responses: ok(z.object({ entry: z.number().int(), receipt: Receipt })),
});
