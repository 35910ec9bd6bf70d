import { z } from '@hono/zod-openapi';
import { JOIN_METHODS } from '#verifier';
import { LOCK_TARGETS } from '../../revocation/index.ts';
import {
  ActionWord,
  body,
  IdPath,
  list,
  Owner,
  ok,
  Receipt,
  Ref,
  route,
  Text,
  Time,
  WhenQuery,
} from './common.ts';

/** Profiles, policies, trusts, agents, findings; locks and what was tried at them. */
const tags = ['declared'];
const lockTags = ['locks'];

export const Profile = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    actions: z.array(ActionWord),
    maxTtlSeconds: z.number().int(),
    audiences: z.array(z.string()),
    scopes: z.array(z.string()),
    entry: z.number().int(),
  })
  .openapi('Profile');

export const Policy = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    version: z.string(),
    cedar: z.string(),
    entry: z.number().int(),
  })
  .openapi('Policy');

export const Trust = z
  .object({
    id: z.string(),
    name: z.string(),
    identity: Ref,
    method: z.enum(JOIN_METHODS),
    where: z.record(
      z.string(),
      z.union([z.string(), z.number(), z.array(z.union([z.string(), z.number()]))]),
    ),
    agents: z.array(z.string()).nullable(),
    entry: z.number().int(),
  })
  .openapi('Trust');

export const Agent = z
  .object({
    id: z.string(),
    name: z.string(),
    instance: z.string(),
    joined: Time,
    locked: z.boolean(),
    entry: z.number().int(),
  })
  .openapi('Agent');

export const Probe = z
  .object({
    point: z.enum(['api-renewal', 'introspection', 'agent-stream', 'crl', 'openssl']),
    credential: z.number().int().nonnegative().nullable(),
    outcome: z.enum(['REFUSED', 'ACCEPTED', 'NOT_EVALUABLE']),
    latencyMs: z.number().nonnegative().nullable(),
    detail: z.string().max(500),
  })
  .openapi('Probe');

export const LockTarget = z.object({
  kind: z.enum(LOCK_TARGETS),
  id: z.string(),
  name: z.string().nullable(),
});

export const Lock = z
  .object({
    id: z.string(),
    target: LockTarget,
    reason: z.string(),
    actor: Ref,
    placed: Time,
    lifted: Time.nullable(),
    entry: z.number().int(),
  })
  .openapi('Lock');

export const Finding = z
  .object({
    id: z.string(),
    rule: z.string(),
    subject: Ref,
    owner: Owner.nullable().openapi({ description: 'Of the identity or application that it is about.' }),
    title: z.string(),
    due: Time,
    opened: Time,
    closed: Time.nullable(),
    reason: z.string().nullable(),
    entry: z.number().int(),
  })
  .openapi('Finding');

export const listProfiles = route({
  operationId: 'listProfiles',
  method: 'get',
  path: '/api/v1/profiles',
  tags,
  summary: 'Profiles, as of a moment',
  request: { query: WhenQuery },
  responses: ok(list(Profile)),
});

export const listPolicies = route({
  operationId: 'listPolicies',
  method: 'get',
  path: '/api/v1/policies',
  tags,
  summary: 'Policies with their text and version, as of a moment',
  request: { query: WhenQuery },
  responses: ok(list(Policy)),
});

export const listTrusts = route({
  operationId: 'listTrusts',
  method: 'get',
  path: '/api/v1/trusts',
  tags,
  summary: 'Trusts, as of a moment',
  request: { query: WhenQuery },
  responses: ok(list(Trust)),
});

export const listAgents = route({
  operationId: 'listAgents',
  method: 'get',
  path: '/api/v1/agents',
  tags,
  summary: 'Agents that joined, as of a moment',
  request: { query: WhenQuery },
  responses: ok(list(Agent)),
});

export const listFindings = route({
  operationId: 'listFindings',
  method: 'get',
  path: '/api/v1/findings',
  tags,
  summary: 'What a person must decide on',
  request: { query: WhenQuery },
  responses: ok(list(Finding)),
});

export const listLocks = route({
  operationId: 'listLocks',
  method: 'get',
  path: '/api/v1/locks',
  tags: lockTags,
  summary: 'Locks, standing and lifted, as of a moment',
  request: { query: WhenQuery },
  responses: ok(list(Lock)),
});

export const getLock = route({
  operationId: 'getLock',
  method: 'get',
  path: '/api/v1/locks/{id}',
  tags: lockTags,
  summary: 'One lock and where the dead credentials were tried',
  request: { params: IdPath, query: WhenQuery },
  responses: ok(
    Lock.extend({
      probes: z.array(z.object({ entry: z.number().int(), recorded: Time, probes: z.array(Probe) })),
    }).openapi('LockDetail'),
  ),
});

export const placeLock = route({
  operationId: 'placeLock',
  method: 'post',
  path: '/api/v1/locks',
  tags: lockTags,
  summary: 'Refuse everything to a target, at once',
  request: body(
    z.strictObject({ target: z.strictObject({ kind: z.enum(LOCK_TARGETS), id: Text }), reason: Text }),
  ),
  responses: ok(
    z
      .object({ lock: z.string(), placed: Time, entry: z.number().int(), receipt: Receipt })
      .openapi('PlacedLock'),
  ),
});

export const liftLock = route({
  operationId: 'liftLock',
  method: 'post',
  path: '/api/v1/locks/{id}/lift',
  tags: lockTags,
  summary: 'Lift a lock; a dead credential stays dead',
  request: { params: IdPath, ...body(z.strictObject({ reason: Text })) },
  responses: ok(z.object({ entry: z.number().int(), receipt: Receipt })),
});
