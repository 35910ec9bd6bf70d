import { z } from '@hono/zod-openapi';
import {
  body,
  EnvironmentWord,
  FlagParam,
  Id,
  IdentityKindWord,
  IndexParam,
  ok,
  pageShape,
  Ref,
  route,
  searchShape,
  Text,
  Time,
  WhenQuery,
  whenShape,
} from './common.ts';
import { PostureWord } from './posture.ts';

/** What the sweeps saw. */
const tags = ['discovery'];
const WORD_MAX_CHARACTERS = 200;
/** SHA-256, hex. */
const DIGEST_CHARACTERS = 64;
const CURSOR_MAX_CHARACTERS = 1000;
export const OBSERVATION_SORTS = ['key', 'firstSeen', 'lastUsed', 'label', 'source'] as const;

export const ObservationClass = z.enum(['identity', 'credential', 'permission', 'trust', 'exposure']);
const Word = z.string().min(1).max(WORD_MAX_CHARACTERS);
const Attributes = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.union([z.string(), z.number()]))]),
);

const Disposed = z.object({
  disposition: z.enum(['dismissed', 'retire']),
  reason: z.string(),
  until: Time,
  lapsed: z.boolean(),
  by: Ref,
  time: Time,
});

export const Observation = z
  .object({
    key: z.string(),
    source: z.string(),
    partition: z.string(),
    class: ObservationClass,
    label: z.string().nullable().openapi({ description: 'null where a personal value was erased.' }),
    attributes: Attributes,
    present: z.boolean(),
    firstSeen: Time,
    lastChanged: Time,
    identity: Ref.nullable().openapi({ description: 'What it was claimed for.' }),
    disposed: Disposed.nullable().openapi({ description: 'What a person last decided on it.' }),
    entry: z.number().int(),
  })
  .openapi('Observation');

const filterShape = {
  ...searchShape,
  class: ObservationClass.optional(),
  source: Word.optional(),
  partition: Word.optional(),
  kind: Word.optional(),
  present: FlagParam.optional(),
  registered: FlagParam.optional().openapi({ description: 'Whether it was claimed for an identity.' }),
  disposition: z
    .enum(['none', 'dismissed', 'retire'])
    .optional()
    .openapi({ description: '`none` also where the decision has lapsed.' }),
  administrator: FlagParam.optional(),
  finding: PostureWord.optional(),
  part: z.string().max(WORD_MAX_CHARACTERS).optional(),
};

export const listObservations = route({
  operationId: 'listObservations',
  method: 'get',
  path: '/api/v1/observations',
  tags,
  summary: 'What sweeps saw',
  request: {
    query: z.strictObject({
      ...pageShape,
      ...whenShape,
      ...filterShape,
      cursor: z.string().max(CURSOR_MAX_CHARACTERS).optional(),
      sort: z.enum(OBSERVATION_SORTS).default('key'),
      order: z.enum(['asc', 'desc']).default('asc'),
      count: FlagParam.default('false'),
    }),
  },
  responses: ok(
    z.object({
      items: z.array(Observation),
      next: z.string().nullable().openapi({
        description:
          'A page may be short, or empty, and yet have a next one: a search looks at so many at a time.',
      }),
      total: z.number().int().nullable().openapi({ description: 'null unless `count=true`.' }),
    }),
  ),
});

export const EXPORT_FORMATS = ['csv', 'json', 'xlsx'] as const;

export const exportObservations = route({
  operationId: 'exportObservations',
  method: 'get',
  path: '/api/v1/observations/export',
  tags,
  summary: 'What sweeps saw, as a file',
  request: {
    query: z.strictObject({ ...whenShape, ...filterShape, format: z.enum(EXPORT_FORMATS).default('csv') }),
  },
  responses: {
    200: {
      description: 'The file',
      content: {
        'text/csv': { schema: z.string() },
        'application/json': { schema: z.array(z.record(z.string(), z.unknown())) },
        'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': {
          schema: z.string().openapi({ format: 'binary' }),
        },
      },
    },
  },
});

const KeyPath = z.strictObject({ key: Id.openapi({ description: 'With its slashes percent-encoded.' }) });

const Brief = z
  .object({
    key: z.string(),
    source: z.string(),
    class: ObservationClass,
    kind: z.string().nullable(),
    label: z.string().nullable(),
    present: z.boolean(),
  })
  .openapi('ObservationBrief');

const OwnerProposal = z.object({
  owner: Ref.nullable().openapi({ description: 'null where nobody who is enrolled goes by that name.' }),
  confidence: z.enum(['high', 'medium', 'low']),
  reason: z.string(),
});

export const ObservationDetail = Observation.extend({
  sweep: z.string(),
  joins: z
    .array(z.string())
    .openapi({ description: 'Names by which another source may know the same thing.' }),
  provenance: z.array(z.object({ operation: z.string(), document: z.string(), fields: z.array(z.string()) })),
  group: z.array(Brief.extend({ reason: z.string(), with: z.string() })).openapi({
    description: 'Other observations of the same thing; `reason` is why it is the same as `with`.',
  }),
  proposals: z.array(OwnerProposal),
  holder: Brief.nullable(),
  holds: z.array(Brief),
  holdsMore: z.number().int().openapi({ description: 'How many it holds beyond those.' }),
}).openapi('ObservationDetail');

export const getObservation = route({
  operationId: 'getObservation',
  method: 'get',
  path: '/api/v1/observations/{key}',
  tags,
  summary: 'One thing that was seen: where each field came from, what it is the same as, whose it may be',
  request: { params: KeyPath, query: WhenQuery },
  responses: ok(ObservationDetail),
});

const MapNode = z.object({
  key: z.string(),
  class: z.enum([...ObservationClass.options, 'place']),
  kind: z.string().nullable(),
  label: z.string().nullable(),
  source: z.string().nullable(),
  present: z.boolean(),
  administrator: z.boolean(),
  identity: Ref.nullable(),
});

export const ObservationMap = z
  .object({
    centre: z.string(),
    nodes: z.array(MapNode),
    edges: z.array(z.object({ from: z.string(), to: z.string(), relation: z.string() })),
    truncated: z.number().int().openapi({ description: 'Things next to those shown that were left out.' }),
  })
  .openapi('ObservationMap');

export const mapObservation = route({
  operationId: 'mapObservation',
  method: 'get',
  path: '/api/v1/observations/{key}/map',
  tags,
  summary: 'Trusts, identity, credentials, permissions, and where they are used',
  request: { params: KeyPath, query: WhenQuery },
  responses: ok(ObservationMap),
});

const Decided = z.object({ entry: z.number().int(), observation: Observation });

export const claimObservation = route({
  operationId: 'claimObservation',
  method: 'post',
  path: '/api/v1/observations/{key}/claim',
  tags,
  summary: 'Say which declared identity something that was found belongs to',
  request: {
    params: KeyPath,
    ...body(z.strictObject({ identity: Id.openapi({ description: 'Id or name.' }) })),
  },
  responses: ok(Decided),
});

export const disposeObservation = route({
  operationId: 'disposeObservation',
  method: 'post',
  path: '/api/v1/observations/{key}/dispose',
  tags,
  summary: 'Dismiss something that was found until a day, or say by when it must be gone',
  request: {
    params: KeyPath,
    ...body(z.strictObject({ disposition: z.enum(['dismissed', 'retire']), reason: Text, until: Time })),
  },
  responses: ok(Decided),
});

export const splitObservations = route({
  operationId: 'splitObservations',
  method: 'post',
  path: '/api/v1/observations/split',
  tags,
  summary: 'Say that two things that were joined are not one; they are not joined again',
  request: body(z.strictObject({ a: Id, b: Id, reason: Text })),
  responses: ok(z.object({ entry: z.number().int() })),
});

export const adoptObservation = route({
  operationId: 'adoptObservation',
  method: 'post',
  path: '/api/v1/observations/{key}/adopt',
  tags,
  summary:
    'Propose a new identity for something that was found; once the change is applied it is claimed for it',
  request: {
    params: KeyPath,
    ...body(
      z.strictObject({
        name: Word,
        kind: IdentityKindWord.default('workload'),
        purpose: Text,
        application: Word,
        owner: Word.openapi({ description: 'Login name of the person who will answer for it.' }),
        deputy: Word.optional(),
        profile: Word,
        environment: EnvironmentWord,
        reason: Text.optional(),
      }),
    ),
  },
  responses: ok(
    z.object({ change: z.string(), planDigest: z.string(), text: z.string(), entry: z.number().int() }),
  ),
});

const Moment = z.union([Time, IndexParam]);
const Seen = z.object({ label: z.string().nullable(), attributes: Attributes });

export const Difference = Brief.extend({
  change: z.enum(['new', 'gone', 'changed']),
  before: Seen.nullable(),
  after: Seen.nullable(),
}).openapi('ObservationDifference');

export const diffObservations = route({
  operationId: 'diffObservations',
  method: 'get',
  path: '/api/v1/diff',
  tags,
  summary: 'What is new, gone or changed between two moments, as they were known',
  request: {
    query: z.strictObject({
      ...pageShape,
      from: Moment.openapi({ description: 'RFC 3339, or a tree size.' }),
      to: Moment.optional(),
      source: Word.optional(),
      class: ObservationClass.optional(),
      change: z.enum(['new', 'gone', 'changed']).optional(),
    }),
  },
  responses: ok(
    z.object({
      from: z.number().int().openapi({ description: 'Tree size.' }),
      to: z.number().int(),
      items: z.array(Difference),
      next: z.string().nullable(),
    }),
  ),
});

export const getDocument = route({
  operationId: 'getDocument',
  method: 'get',
  path: '/api/v1/documents/{digest}',
  tags,
  summary: 'A page that a sweep read, in its committed form: its SHA-256 is its address',
  request: { params: z.strictObject({ digest: z.string().max(DIGEST_CHARACTERS) }) },
  responses: ok(z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())])),
});
