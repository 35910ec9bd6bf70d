import { z } from '@hono/zod-openapi';
import { ALERT_OUTCOMES, DETECTORS } from '#verifier';
import { body, Id, IdPath, list, NoBody, ok, Receipt, Ref, route, Text, Time, WhenQuery } from './common.ts';

/** Alerts, the events that sources tell, and what goes out to a SIEM. */
const tags = ['monitoring'];
const EVENTS_MAX = 1000;
const WORD_MAX_CHARACTERS = 200;
const PATH_MAX_CHARACTERS = 4096;
const PORT_MAX = 65_535;

const Word = z.string().min(1).max(WORD_MAX_CHARACTERS);
const Path = z.string().min(1).max(PATH_MAX_CHARACTERS);
const Recorded = z.object({ entry: z.number().int(), receipt: Receipt });

export const Alert = z
  .object({
    id: z.string(),
    detector: z.enum(DETECTORS),
    about: z.string(),
    state: z.enum(['open', 'acknowledged', 'resolved']),
    identity: Ref.nullable(),
    owner: Ref.nullable(),
    instance: z.string().nullable(),
    expected: z.string(),
    seen: z.string(),
    entries: z.array(z.number().int()),
    raised: Time,
    acknowledged: z.object({ by: Ref, time: Time }).nullable(),
    resolved: z
      .object({ by: Ref, time: Time, outcome: z.enum(ALERT_OUTCOMES), reason: z.string() })
      .nullable(),
    entry: z.number().int(),
  })
  .openapi('Alert');

export const Detector = z
  .object({
    detector: z.enum(DETECTORS),
    alive: z.boolean(),
    why: z.string(),
    tested: Time,
    drill: z.number().int(),
    entry: z.number().int(),
  })
  .openapi('Detector');

export const listAlerts = route({
  operationId: 'listAlerts',
  method: 'get',
  path: '/api/v1/alerts',
  tags,
  summary: 'Alerts, newest first, as of a moment',
  request: {
    query: WhenQuery.extend({
      state: z.enum(['open', 'acknowledged', 'resolved']).optional(),
      identity: Id.optional(),
    }),
  },
  responses: ok(list(Alert)),
});

export const getAlert = route({
  operationId: 'getAlert',
  method: 'get',
  path: '/api/v1/alerts/{id}',
  tags,
  summary: 'One alert: what was expected, what was seen, and the entries that show it',
  request: { params: IdPath },
  responses: ok(Alert),
});

export const acknowledgeAlert = route({
  operationId: 'acknowledgeAlert',
  method: 'post',
  path: '/api/v1/alerts/{id}/acknowledge',
  tags,
  summary: 'Take an alert in hand: the owner of the identity, its deputy, or an operator',
  request: { params: IdPath, ...body(NoBody) },
  responses: ok(Recorded),
});

export const resolveAlert = route({
  operationId: 'resolveAlert',
  method: 'post',
  path: '/api/v1/alerts/{id}/resolve',
  tags,
  summary: 'Close an alert with what it was and why: the owner of the identity, its deputy, or an operator',
  request: {
    params: IdPath,
    ...body(z.strictObject({ outcome: z.enum(ALERT_OUTCOMES), reason: Text })),
  },
  responses: ok(Recorded),
});

export const listDetectors = route({
  operationId: 'listDetectors',
  method: 'get',
  path: '/api/v1/detectors',
  tags,
  summary: 'Detectors, and whether each woke to its last test event',
  responses: ok(list(Detector)),
});

export const testDetectors = route({
  operationId: 'testDetectors',
  method: 'post',
  path: '/api/v1/detectors/test',
  tags,
  summary: 'Fire a test event at every detector now',
  request: body(NoBody),
  responses: ok(list(Detector)),
});

const Use = z.strictObject({
  at: z.iso.datetime({ precision: 3 }),
  identity: Word.nullable(),
  instance: Word.nullable(),
  credential: z.number().int().nonnegative().nullable(),
  action: Word,
  outcome: z.enum(['success', 'failure']),
  address: Word.nullable(),
});

/** The signature is the proof: it needs no session, and stays in the entry. */
export const ingestEvents = route({
  operationId: 'ingestEvents',
  method: 'post',
  path: '/api/v1/events',
  tags,
  summary: 'Uses of credentials, told by a source that the settings name, under its Ed25519 signature',
  request: body(
    z.strictObject({
      source: Word,
      batch: Word,
      events: z.array(Use).min(1).max(EVENTS_MAX),
      signature: z
        .string()
        .max(WORD_MAX_CHARACTERS)
        .regex(/^[A-Za-z0-9_-]+$/),
    }),
  ),
  responses: ok(Recorded),
});

const httpsUrl = z.url({ protocol: /^https$/ }).max(PATH_MAX_CHARACTERS);

const Destination = z.union([
  z.strictObject({
    to: z.literal('file'),
    path: Path,
    rotateBytes: z.number().int().positive().optional(),
  }),
  z.strictObject({
    to: z.literal('https'),
    url: httpsUrl,
    bearerFile: Path.optional(),
    caFile: Path.optional(),
  }),
  z.strictObject({
    to: z.literal('syslog-tls'),
    host: Word,
    port: z.number().int().min(1).max(PORT_MAX),
    caFile: Path.optional(),
    certFile: Path.optional(),
    keyFile: Path.optional(),
  }),
]);

export const runExport = route({
  operationId: 'runExport',
  method: 'post',
  path: '/api/v1/exports/run',
  tags,
  summary: 'Send a destination everything that it has not had, as OCSF 1.8',
  request: body(z.strictObject({ destination: Destination })),
  responses: ok(z.object({ sent: z.number().int(), next: z.number().int() }).openapi('Exported')),
});

export const checkExport = route({
  operationId: 'checkExport',
  method: 'post',
  path: '/api/v1/exports/check',
  tags,
  summary: 'Compare what a destination holds with what was sent to it',
  request: body(
    z.strictObject({
      destination: Destination,
      received: Path.optional().openapi({
        description:
          'A file that the receiver wrote, on the server’s own machine: lines that end in the event’s JSON.',
      }),
    }),
  ),
  responses: ok(
    z
      .object({
        expected: z.number().int(),
        count: z.number().int().nullable(),
        duplicates: z.number().int().nullable(),
        missing: z.number().int().nullable(),
        firstMissing: z.number().int().nullable(),
        waiting: z.number().int(),
        next: z.number().int(),
        complete: z.boolean().nullable().openapi({
          description: 'Null where the other end cannot be asked and no file of its own was given.',
        }),
      })
      .openapi('CheckedExport'),
  ),
});
