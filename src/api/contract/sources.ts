import { z } from '@hono/zod-openapi';
import { SOURCE_NAME } from '../../discovery/index.ts';
import { body, list, NoBody, ok, route, Text, Time } from './common.ts';
import { Progress, Sweep } from './discovery.ts';

/** Where machine identities are looked for: what kinds of source there are, and which are read. */
const tags = ['discovery'];
const WORD_MAX_CHARACTERS = 63;
const PLACE_MAX_CHARACTERS = 4096;
const SECRET_MAX_CHARACTERS = 64 * 1024;
const SECRETS_MAX = 32;

/** It begins the keys of everything that is seen there. */
export const SourceName = z.string().regex(SOURCE_NAME).openapi({ example: 'aws-production' });
const Word = z.string().min(1).max(WORD_MAX_CHARACTERS);
const JsonObject = z.record(z.string(), z.unknown());

export const SourceType = z
  .object({
    type: z.string(),
    version: z.number().int(),
    title: z.string(),
    settings: JsonObject.openapi({ description: 'JSON Schema of the settings.' }),
    secrets: z.array(z.object({ name: z.string(), about: z.string(), optional: z.boolean() })),
    hostSettings: z.array(z.string()).openapi({
      description:
        'Settings that name a place on the server’s host: they are taken over the admin socket alone.',
    }),
    operations: z
      .array(z.object({ name: z.string(), privilege: z.string(), note: z.string().nullable() }))
      .openapi({ description: 'Every operation that it may call, and the least right that allows it.' }),
    listings: z.array(z.object({ listing: z.string(), about: z.string(), operations: z.array(z.string()) })),
  })
  .openapi('SourceType');

const SecretPlace = z.discriminatedUnion('from', [
  z.object({ from: z.literal('environment'), name: z.string() }),
  z.object({ from: z.literal('file'), path: z.string() }),
  z.object({ from: z.literal('sealed') }),
]);

export const Source = z
  .object({
    source: z.string(),
    type: z.string(),
    title: z.string(),
    builtIn: z.boolean().openapi({ description: 'Comes with the server, and is neither set nor removed.' }),
    settings: JsonObject.nullable(),
    secrets: z
      .record(z.string(), SecretPlace)
      .openapi({ description: 'Where each is kept; never its value.' }),
    everySeconds: z.number().int().nullable(),
    since: Time.nullable(),
    verdict: z.enum(['COMPLETE', 'PARTIAL', 'FAILED']).nullable().openapi({
      description: 'The worst of the latest sweeps of its partitions; null where it was never swept.',
    }),
    sweeps: z.array(Sweep).openapi({ description: 'The latest of each partition.' }),
    lastComplete: Time.nullable(),
    next: Time.nullable(),
    running: Progress.nullable(),
  })
  .openapi('Source');

const SourcePath = z.strictObject({ source: SourceName });
const Recorded = z.object({ entry: z.number().int(), source: Source });

export const listSourceTypes = route({
  operationId: 'listSourceTypes',
  method: 'get',
  path: '/api/v1/source-types',
  tags,
  summary: 'Kinds of sources: what each takes, what it may call, what it lists',
  responses: ok(list(SourceType)),
});

export const listSources = route({
  operationId: 'listSources',
  method: 'get',
  path: '/api/v1/sources',
  tags,
  summary: 'Sources that are read, with the latest sweep of each partition',
  responses: ok(list(Source)),
});

export const getSource = route({
  operationId: 'getSource',
  method: 'get',
  path: '/api/v1/sources/{source}',
  tags,
  summary: 'One source',
  request: { params: SourcePath },
  responses: ok(Source),
});

const SecretGiven = z
  .union([
    z.strictObject({ value: z.string().min(1).max(SECRET_MAX_CHARACTERS) }),
    z.strictObject({ environment: z.string().min(1).max(PLACE_MAX_CHARACTERS) }),
    z.strictObject({ file: z.string().min(1).max(PLACE_MAX_CHARACTERS) }),
  ])
  .openapi({
    description:
      'A `value` is sealed at once and never comes back. A place on the server’s host is named over the admin socket alone.',
  });

/** The whole of it: a secret is given again, so that nobody sends a kept one to an address of their own. */
export const putSource = route({
  operationId: 'putSource',
  method: 'put',
  path: '/api/v1/sources/{source}',
  tags,
  summary: 'Add a source, or replace how it is read',
  request: {
    params: SourcePath,
    ...body(
      z.strictObject({
        type: Word,
        settings: JsonObject,
        secrets: z
          .record(Word, SecretGiven)
          .refine((secrets) => Object.keys(secrets).length <= SECRETS_MAX, 'holds too many secrets')
          .default({}),
        everySeconds: z.number().int().nullable().default(null),
      }),
    ),
  },
  responses: ok(Recorded),
});

export const removeSource = route({
  operationId: 'removeSource',
  method: 'delete',
  path: '/api/v1/sources/{source}',
  tags,
  summary: 'Read a source no more; what it told stays',
  request: { params: SourcePath, ...body(z.strictObject({ reason: Text })) },
  responses: ok(z.object({ entry: z.number().int() })),
});

export const SourceTest = z
  .object({
    failed: z
      .string()
      .nullable()
      .openapi({ description: 'Why it could not be opened at all; null where it could.' }),
    partitions: z.array(
      z.object({
        partition: z.string(),
        listings: z.array(
          z.object({
            listing: z.string(),
            ok: z.boolean(),
            why: z.string().openapi({ description: 'Empty where nothing is wrong.' }),
            items: z.number().int().openapi({ description: 'On the first page.' }),
            privileges: z.array(z.string()).openapi({
              description: 'What reading it takes; where it is not `ok`, one of them is missing.',
            }),
          }),
        ),
      }),
    ),
  })
  .openapi('SourceTest');

export const testSource = route({
  operationId: 'testSource',
  method: 'post',
  path: '/api/v1/sources/{source}/test',
  tags,
  summary: 'Read the first page of each listing and record nothing',
  request: { params: SourcePath, ...body(NoBody) },
  responses: ok(SourceTest),
});

export const explainSource = route({
  operationId: 'explainSource',
  method: 'get',
  path: '/api/v1/sources/{source}/explain',
  tags,
  summary: 'The privileges that a source needs and every call that it may make; also by the word of a type',
  request: { params: SourcePath },
  responses: ok(SourceType),
});
