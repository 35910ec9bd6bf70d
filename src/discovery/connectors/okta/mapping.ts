import { z } from 'zod';
import { defineListing, type Observed } from '../../contract.ts';
import type { Marks } from '../../marks.ts';
import { told } from '../../told.ts';
import { appId, moment, parentShape } from './mapping-apps.ts';
import { API_TOKENS, LOGS, SERVICE_ACCOUNTS, TOKEN_MADE } from './operations.ts';

const tokenId = (id: string): string => `api-token/${id}`;

const tokenShape = (marks: Marks) =>
  marks.object({
    id: marks.text(),
    name: marks.text(),
    clientName: marks.text().nullish(),
    userId: marks.personal().nullish(),
    created: moment().nullish(),
    lastUpdated: moment().nullish(),
    expiresAt: moment().nullish(),
    tokenWindow: marks.text().nullish(),
    network: marks.object({ connection: marks.text().nullish() }).nullish(),
  });

/** It ends when it was not used for its window: each use puts the end off. */
const fromToken = (item: z.output<ReturnType<typeof tokenShape>>): Observed => ({
  class: 'credential',
  naturalId: tokenId(item.id),
  label: item.name,
  attributes: {
    kind: 'okta-api-token',
    ...told({
      owner: item.userId,
      ownerFrom: item.userId == null ? undefined : 'creator',
      created: item.created,
      updated: item.lastUpdated,
      expires: item.expiresAt,
      client: item.clientName,
      window: item.tokenWindow,
      network: item.network?.connection,
    }),
  },
});

export const apiTokens = defineListing({
  listing: 'api-tokens',
  about: 'API tokens, each with the rights of the user who made it',
  operations: [API_TOKENS],
  shape: tokenShape,
  map: (item) => [fromToken(item)],
});

const accountShape = (marks: Marks) =>
  marks.object({
    id: marks.text(),
    name: marks.text(),
    accountType: marks.text().nullish(),
    containerGlobalName: marks.text().nullish(),
    containerInstanceName: marks.text().nullish(),
    status: marks.text().nullish(),
    created: moment().nullish(),
    lastUpdated: moment().nullish(),
    ownerUserIds: z.array(marks.personal()).nullish(),
    ownerGroupIds: z.array(marks.text()).nullish(),
  });

function fromAccount(item: z.output<ReturnType<typeof accountShape>>): Observed {
  const owner = item.ownerUserIds?.[0] ?? item.ownerGroupIds?.[0];
  return {
    class: 'identity',
    naturalId: `service-account/${item.id}`,
    label: item.name,
    attributes: {
      kind: 'okta-service-account',
      ...told({
        owner,
        ownerFrom: owner === undefined ? undefined : 'directory',
        created: item.created,
        updated: item.lastUpdated,
        accountType: item.accountType,
        state: item.status,
        app: item.containerGlobalName,
        appInstance: item.containerInstanceName,
      }),
    },
  };
}

export const serviceAccounts = defineListing({
  listing: 'service-accounts',
  about: 'service accounts of apps in Okta Privileged Access, and whose they are',
  operations: [SERVICE_ACCOUNTS],
  shape: accountShape,
  map: (item) => [fromAccount(item)],
});

const eventShape = (marks: Marks) =>
  marks.object({
    uuid: marks.text(),
    published: moment(),
    eventType: marks.text(),
    actor: marks.object({ id: marks.personal(), alternateId: marks.personal().nullish() }).nullish(),
    about: parentShape(marks),
  });

function fromEvent(item: z.output<ReturnType<typeof eventShape>>): Observed {
  const isToken = item.eventType === TOKEN_MADE;
  return {
    class: isToken ? 'credential' : 'identity',
    naturalId: isToken ? tokenId(item.about.id) : appId(item.about.id),
    label: item.about.name,
    attributes: {
      kind: isToken ? 'okta-api-token' : 'okta-oauth-app',
      created: item.published,
      ...told({ createdBy: item.actor?.alternateId ?? item.actor?.id }),
      creationEvent: item.uuid,
      creationSource: 'okta-system-log',
    },
  };
}

export const creationLog = defineListing({
  listing: 'creation-log',
  about: 'who made which API token and OAuth client, and when, of those that are still there',
  operations: [LOGS],
  restsOn: ['api-tokens', 'apps'],
  events: true,
  shape: eventShape,
  map: (item) => [fromEvent(item)],
});
