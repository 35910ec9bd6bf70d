import { z } from '@hono/zod-openapi';
import {
  body,
  IndexParam,
  LIST_LIMIT_DEFAULT,
  LIST_LIMIT_MAX,
  ok,
  route,
  Time,
  whenShape,
} from './common.ts';

const tags = ['ledger'];

export const EntrySummary = z
  .object({
    index: z.number().int(),
    time: Time,
    kind: z.string(),
    subject: z.string(),
    actor: z.string(),
    leafHash: z.base64(),
    names: z.record(z.string(), z.string().nullable()),
  })
  .openapi('EntrySummary');

export const listEntries = route({
  operationId: 'listEntries',
  method: 'get',
  path: '/api/v1/ledger/entries',
  tags,
  summary: 'Entries, newest first',
  request: {
    query: z.strictObject({
      kind: z.string().max(63).optional(),
      subject: z.string().max(63).optional(),
      actor: z.string().max(63).optional(),
      before: IndexParam.optional(),
      ...whenShape,
      limit: z.coerce.number().int().min(1).max(LIST_LIMIT_MAX).default(LIST_LIMIT_DEFAULT),
    }),
  },
  responses: ok(
    z.object({ items: z.array(EntrySummary), size: z.number().int(), next: z.string().nullable() }),
  ),
});

export const getEntry = route({
  operationId: 'getEntry',
  method: 'get',
  path: '/api/v1/ledger/entries/{index}',
  tags,
  summary: 'One entry, exact bytes, with its proof to a signed checkpoint',
  request: { params: z.strictObject({ index: IndexParam }) },
  responses: ok(
    z
      .object({
        index: z.number().int(),
        time: Time,
        kind: z.string(),
        leaf: z.string(),
        body: z.string().nullable().openapi({ description: 'Null where erased, or not for this reader.' }),
        leafHash: z.base64(),
        proof: z.array(z.base64()),
        checkpoint: z.string(),
        verifierKey: z.string(),
        names: z.record(z.string(), z.string().nullable()),
      })
      .openapi('Entry'),
  ),
});

export const proveConsistency = route({
  operationId: 'proveConsistency',
  method: 'get',
  path: '/api/v1/ledger/consistency',
  tags,
  summary: 'Proof that the log only grew from one size to another (RFC 9162, section 2.1.4)',
  request: {
    query: z.strictObject({
      from: IndexParam.openapi({ description: 'Entries in the tree that the caller kept.' }),
      to: IndexParam.optional().openapi({ description: 'All that there are now, where it is left out.' }),
    }),
  },
  responses: ok(
    z
      .object({
        from: z.number().int(),
        to: z.number().int(),
        proof: z.array(z.base64()),
        checkpoint: z
          .string()
          .openapi({ description: 'The newest; it signs the tree of `to` where that was left out.' }),
        verifierKey: z.string(),
      })
      .openapi('ConsistencyProof'),
  ),
});

export const verifyLedger = route({
  operationId: 'verifyLedger',
  method: 'post',
  path: '/api/v1/ledger/verify',
  tags,
  summary: 'Fold every entry again and compare it with the rows',
  request: body(z.strictObject({ rows: z.literal(true) })),
  responses: ok(
    z
      .object({
        ok: z.boolean(),
        size: z.number().int(),
        unchecked: z.number().int(),
        problems: z.array(z.string()),
      })
      .openapi('LedgerCheck'),
  ),
});
