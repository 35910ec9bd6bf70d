import { z } from '@hono/zod-openapi';
import {
  body,
  EnvironmentWord,
  IdentityKindWord,
  IdentityStateWord,
  IdPath,
  list,
  NoBody,
  Owner,
  ok,
  page,
  pageShape,
  Receipt,
  Ref,
  route,
  searchShape,
  Text,
  Time,
  WhenQuery,
  whenShape,
} from './common.ts';
import { Credential, Decision } from './credentials.ts';
import { Lock, Policy, Trust } from './declared.ts';
import { EntrySummary } from './ledger.ts';

const tags = ['identities'];

export const Identity = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: IdentityKindWord,
    purpose: z.string(),
    application: Ref,
    owner: Owner,
    // An extended component loses `nullable` in the document.
    deputy: z.union([Owner, z.null()]),
    answers: z
      .enum(['owner', 'deputy', 'grace', 'none'])
      .openapi({ description: 'Who answers for it now; under `grace` nothing new begins.' }),
    environment: EnvironmentWord,
    profile: Ref,
    state: IdentityStateWord,
    spiffeId: z.string(),
    liveCredentials: z.number().int(),
    lastGrant: Time.nullable(),
    locked: z.boolean(),
    ownerAccepted: Time,
    bootstrap: z.boolean(),
  })
  .openapi('Identity');

export const IdentityDetail = Identity.extend({
  spiffePath: z.string(),
  entry: z.number().int(),
  approvals: z.array(
    z.object({ change: Ref, approver: Ref, time: Time, entry: z.number().int(), keyId: z.string() }),
  ),
  trusts: z.array(Trust),
  policies: z.array(Policy),
  locks: z.array(Lock),
}).openapi('IdentityDetail');

export const listIdentities = route({
  operationId: 'listIdentities',
  method: 'get',
  path: '/api/v1/identities',
  tags,
  summary: 'Identities, as of a moment',
  request: {
    query: z.strictObject({
      ...whenShape,
      ...pageShape,
      ...searchShape,
      state: IdentityStateWord.optional(),
      kind: IdentityKindWord.optional(),
      application: z.string().max(63).optional(),
      owner: z.string().max(63).optional(),
    }),
  },
  responses: ok(page(Identity)),
});

export const getIdentity = route({
  operationId: 'getIdentity',
  method: 'get',
  path: '/api/v1/identities/{id}',
  tags,
  summary: 'One identity, by id or name',
  request: { params: IdPath, query: WhenQuery },
  responses: ok(IdentityDetail),
});

const pageQuery = z.strictObject({ ...pageShape, ...whenShape });

export const listIdentityCredentials = route({
  operationId: 'listIdentityCredentials',
  method: 'get',
  path: '/api/v1/identities/{id}/credentials',
  tags,
  summary: 'Every credential granted to an identity, newest first',
  request: { params: IdPath, query: pageQuery },
  responses: ok(page(Credential)),
});

export const listIdentityDecisions = route({
  operationId: 'listIdentityDecisions',
  method: 'get',
  path: '/api/v1/identities/{id}/decisions',
  tags,
  summary: 'Grants and refusals alike, newest first',
  request: { params: IdPath, query: pageQuery },
  responses: ok(page(Decision)),
});

export const listIdentityTimeline = route({
  operationId: 'listIdentityTimeline',
  method: 'get',
  path: '/api/v1/identities/{id}/timeline',
  tags,
  summary: 'Entries about an identity, newest first',
  request: { params: IdPath, query: pageQuery },
  responses: ok(page(EntrySummary)),
});

export const acceptIdentity = route({
  operationId: 'acceptIdentity',
  method: 'post',
  path: '/api/v1/identities/{id}/accept',
  tags,
  summary: 'The owner says again that the identity is theirs',
  request: { params: IdPath, ...body(NoBody) },
  responses: ok(z.object({ entry: z.number().int(), receipt: Receipt })),
});

export const moveIdentity = route({
  operationId: 'moveIdentity',
  method: 'post',
  path: '/api/v1/identities/{id}/move',
  tags,
  summary: 'Suspend an identity, or let it go on',
  request: {
    params: IdPath,
    ...body(z.strictObject({ to: z.enum(['suspended', 'active']), reason: Text })),
  },
  responses: ok(z.object({ entry: z.number().int(), receipt: Receipt })),
});

export const listApplications = route({
  operationId: 'listApplications',
  method: 'get',
  path: '/api/v1/applications',
  tags,
  summary: 'Applications, as of a moment',
  request: { query: WhenQuery },
  responses: ok(
    list(
      z
        .object({
          id: z.string(),
          name: z.string(),
          description: z.string(),
          owner: Owner,
          status: z.enum(['active', 'retired']),
          identities: z.number().int(),
          entry: z.number().int(),
        })
        .openapi('Application'),
    ),
  ),
});
