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
const CHECKPOINT_MAX_CHARACTERS = 64 * 1024;

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
  request: body(
    z.strictObject({
      rows: z.literal(true),
      /** A signed note that was kept elsewhere. */
      checkpoint: z.string().max(CHECKPOINT_MAX_CHARACTERS).optional(),
    }),
  ),
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

export const listWitnesses = route({
  operationId: 'listWitnesses',
  method: 'get',
  path: '/api/v1/ledger/witnesses',
  tags,
  summary: 'Witnesses, how far each has cosigned the log, and what came of the last try',
  responses: ok(
    z.object({
      size: z.number().int(),
      cosigned: z
        .object({ size: z.number().int(), note: z.string(), cosignatures: z.number().int() })
        .nullable()
        .openapi({ description: 'The checkpoint that most of them cosigned, with their signature lines.' }),
      items: z.array(
        z
          .object({
            name: z.string(),
            verifierKey: z.string(),
            size: z.number().int(),
            cosigned: Time.nullable(),
            behind: z.number().int(),
            outcome: z
              .enum(['cosigned', 'refused', 'ahead', 'unknown_log', 'bad_answer', 'unreachable'])
              .nullable(),
            detail: z.string(),
            late: z.boolean(),
          })
          .openapi('Witness'),
      ),
    }),
  ),
});

export const makeBackup = route({
  operationId: 'makeBackup',
  method: 'post',
  path: '/api/v1/backup',
  tags,
  summary: 'The whole database of one moment; secrets stay sealed',
  request: body(z.strictObject({})),
  responses: {
    200: {
      description: 'The backup, JSON Lines; it is whole where its last line holds `signed`',
      content: { 'application/jsonl': { schema: z.string().openapi({ format: 'binary' }) } },
    },
  },
});
