import { z } from 'zod';
import { defineListing, type Mapping, type Observed } from '../../contract.ts';
import { joins } from '../../joins.ts';
import type { Marks } from '../../marks.ts';
import { told } from '../../told.ts';

/** What Google gives as the end of a key that has none. */
const NEVER = '9999-12-31T23:59:59Z';

export const moment = () => z.iso.datetime({ offset: true });
export const accountId = (email: string): string => `service-account/${email.toLowerCase()}`;
const keyId = (email: string, key: string): string => `key/${email.toLowerCase()}/${key}`;

const accountShape = (marks: Marks) =>
  marks.object({
    email: marks.text(),
    uniqueId: marks.text().optional(),
    displayName: marks.text().optional(),
    description: marks.text().optional(),
    disabled: z.boolean().optional(),
    oauth2ClientId: marks.text().optional(),
  });

function fromAccount(item: z.output<ReturnType<typeof accountShape>>): Observed[] {
  const { email, uniqueId, displayName, description, disabled } = item;
  return [
    {
      class: 'identity',
      naturalId: accountId(email),
      label: email,
      attributes: {
        kind: 'gcp-service-account',
        email,
        enabled: disabled !== true,
        ...told({ uniqueId, displayName, description }),
      },
      joins: [joins.gcp(email)],
    },
  ];
}

export const accounts = defineListing({
  listing: 'service-accounts',
  about: 'service accounts of the project',
  operations: ['iam.projects.serviceAccounts.list'],
  shape: accountShape,
  map: fromAccount,
});

const keyShape = (marks: Marks) =>
  marks.object({
    name: marks.text(),
    validAfterTime: moment().optional(),
    validBeforeTime: moment().optional(),
    keyAlgorithm: marks.text().optional(),
    keyOrigin: marks.text().optional(),
    keyType: marks.text().optional(),
    disabled: z.boolean().optional(),
    disableReason: marks.text().optional(),
  });

/** `projects/P/serviceAccounts/EMAIL/keys/KEY`, with or without a host before it. */
function keyNamed(name: string): { email: string; key: string } | undefined {
  const [, email, key] = /\/serviceAccounts\/([^/]+)\/keys\/([^/]+)$/.exec(name) ?? [];
  return email === undefined || key === undefined ? undefined : { email, key };
}

function fromKey(item: z.output<ReturnType<typeof keyShape>>, mapping: Mapping): Observed[] {
  const named = keyNamed(item.name);
  if (named === undefined) throw new Error('the name of a key is not one');
  const { validAfterTime, validBeforeTime, disabled, ...rest } = item;
  return [
    {
      class: 'credential',
      naturalId: keyId(named.email, named.key),
      label: `key of ${named.email}`,
      attributes: {
        kind: 'gcp-service-account-key',
        holder: mapping.key('identity', accountId(named.email)),
        keyId: named.key,
        enabled: disabled !== true,
        ...(validBeforeTime === undefined
          ? {}
          : { expires: validBeforeTime === NEVER ? null : validBeforeTime }),
        ...told({
          created: validAfterTime,
          algorithm: rest.keyAlgorithm,
          origin: rest.keyOrigin,
          disableReason: rest.disableReason,
        }),
      },
    },
  ];
}

export const keys = defineListing({
  listing: 'service-account-keys',
  about: 'keys that people made or brought, and their ends; those that Google keeps for itself are left out',
  operations: ['iam.projects.serviceAccounts.keys.list'],
  restsOn: ['service-accounts'],
  shape: keyShape,
  map: fromKey,
});

const activityShape = (marks: Marks) =>
  marks.object({
    fullResourceName: marks.text(),
    observationPeriod: marks.object({ startTime: moment().optional() }).optional(),
    activity: marks.object({ lastAuthenticatedTime: moment().optional() }).optional(),
  });

type Activity = z.output<ReturnType<typeof activityShape>>;

/** No use in the period that Google looks back on is not "never": then only the period is told. */
const usesOf = ({ observationPeriod, activity }: Activity) =>
  told({ lastUsed: activity?.lastAuthenticatedTime, usesKnownSince: observationPeriod?.startTime });

const ACTIVITIES = ['policyanalyzer.projects.locations.activityTypes.activities.query'];

export const accountActivity = defineListing({
  listing: 'last-authentications',
  about: 'when service accounts last authenticated',
  operations: ACTIVITIES,
  shape: activityShape,
  map(item) {
    const [, email] = /\/serviceAccounts\/([^/@]+@[^/]+)$/.exec(item.fullResourceName) ?? [];
    if (email === undefined) return [];
    const attributes = { kind: 'gcp-service-account', ...usesOf(item) };
    return [{ class: 'identity', naturalId: accountId(email), label: email, attributes }];
  },
});

export const keyActivity = defineListing({
  listing: 'last-key-authentications',
  about: 'when keys were last used',
  operations: ACTIVITIES,
  shape: activityShape,
  map(item) {
    const named = keyNamed(item.fullResourceName);
    if (named === undefined) return [];
    const attributes = { kind: 'gcp-service-account-key', ...usesOf(item) };
    const label = `key of ${named.email}`;
    return [{ class: 'credential', naturalId: keyId(named.email, named.key), label, attributes }];
  },
});
