import { z } from 'zod';
import { defineListing } from '../../contract.ts';
import { joins } from '../../joins.ts';
import type { Marks } from '../../marks.ts';
import { GET_ISSUER, GET_TRACKING, operationOf, READ_AUDIT_LOG, RESOURCES } from './operations.ts';
import { accountId, metadata, told } from './words.ts';

const AWS_ROLE = 'eks.amazonaws.com/role-arn';
const GCP_ACCOUNT = 'iam.gke.io/gcp-service-account';
const ENTRA_CLIENT = 'azure.workload.identity/client-id';
const ACCOUNT_NAME = 'kubernetes.io/service-account.name';
const LAST_USED = 'kubernetes.io/legacy-token-last-used';
const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since';

/** What the audit log tells of one account: since when it tells anything, and the last use in it. */
const uses = (marks: Marks) =>
  marks.object({ since: marks.text(), last: marks.text().nullable(), from: marks.text().nullable() });

const accountShape = (marks: Marks) =>
  marks.object({
    metadata: metadata(marks, {
      labels: marks
        .object({
          owner: marks.personal().optional(),
          team: marks.personal().optional(),
          environment: marks.text().optional(),
        })
        .optional(),
      annotations: marks
        .object({
          [AWS_ROLE]: marks.text().optional(),
          [GCP_ACCOUNT]: marks.text().optional(),
          [ENTRA_CLIENT]: marks.text().optional(),
        })
        .optional(),
    }),
    automountServiceAccountToken: z.boolean().optional(),
    issuer: marks.text().nullable(),
    uses: uses(marks).nullable(),
  });
type Account = z.output<ReturnType<typeof accountShape>>;

/** Identities of clouds that pods under this account can become, by the names that the clouds' own sources give them. */
function assumes({ metadata: { annotations = {} } }: Account): string[] {
  const { [AWS_ROLE]: role, [GCP_ACCOUNT]: account, [ENTRA_CLIENT]: client } = annotations;
  return [
    ...(role === undefined ? [] : [joins.aws(role)]),
    ...(account === undefined ? [] : [joins.gcp(account)]),
    ...(client === undefined ? [] : [joins.entra(client)]),
  ];
}

function ownerOf({ metadata: { labels = {} } }: Account) {
  const owner = labels.owner ?? labels.team;
  return owner === undefined ? {} : { owner, ownerFrom: 'tag' };
}

/** Without the log nothing can be told of uses; with it, its silence tells that there was none since it began. */
const lastUse = (used: Account['uses']) =>
  used === null
    ? {}
    : {
        lastUsed: used.last,
        usesKnownSince: used.since,
        ...(used.from === null ? {} : { lastUsedFrom: used.from }),
      };

export const serviceAccounts = defineListing({
  listing: 'service-accounts',
  about:
    'service accounts of all namespaces, what they become in a cloud, and their last use where there is an audit log',
  operations: [operationOf(RESOURCES['service-accounts']), GET_ISSUER, READ_AUDIT_LOG],
  shape: accountShape,
  map(account) {
    const { name, namespace = '', creationTimestamp, labels } = account.metadata;
    const clouds = assumes(account);
    return [
      {
        class: 'identity',
        naturalId: accountId(namespace, name),
        label: `${namespace}/${name}`,
        attributes: {
          kind: 'kubernetes-service-account',
          namespace,
          ...told('created', creationTimestamp ?? undefined),
          ...told('environment', labels?.environment),
          ...told('mountsToken', account.automountServiceAccountToken),
          ...(clouds.length > 0 ? { assumes: clouds } : {}),
          ...ownerOf(account),
          ...lastUse(account.uses),
        },
        joins: account.issuer === null ? [] : [joins.kubernetes(account.issuer, namespace, name)],
      },
    ];
  },
});

/** The label holds a day; of its moments the first is taken, so that a use never looks later than it was. */
const dayOf = (day: string): string => `${day}T00:00:00Z`;

const secretShape = (marks: Marks) =>
  marks.object({
    metadata: metadata(marks, {
      labels: marks
        .object({ [LAST_USED]: marks.text().optional(), [INVALID_SINCE]: marks.text().optional() })
        .optional(),
      annotations: marks.object({ [ACCOUNT_NAME]: marks.text().optional() }).optional(),
    }),
    trackedSince: marks.text().nullable(),
  });
type TokenSecret = z.output<ReturnType<typeof secretShape>>;

function lastUseOfSecret({ metadata: { labels = {} }, trackedSince }: TokenSecret) {
  const day = labels[LAST_USED];
  const since = trackedSince === null ? {} : { usesKnownSince: dayOf(trackedSince) };
  if (day !== undefined) return { lastUsed: dayOf(day), ...since };
  return trackedSince === null ? {} : { lastUsed: null, ...since };
}

export const tokenSecrets = defineListing({
  listing: 'token-secrets',
  about: 'tokens of service accounts that lie in secrets and never end, by their metadata alone',
  operations: [operationOf(RESOURCES['token-secrets']), GET_TRACKING],
  shape: secretShape,
  map(secret, { key }) {
    const { name, namespace = '', creationTimestamp, labels, annotations } = secret.metadata;
    const account = annotations?.[ACCOUNT_NAME];
    return [
      {
        class: 'credential',
        naturalId: `secret/${namespace}/${name}`,
        label: `${namespace}/${name}`,
        attributes: {
          kind: 'kubernetes-token-secret',
          holder: account === undefined ? null : key('identity', accountId(namespace, account)),
          enabled: labels?.[INVALID_SINCE] === undefined,
          ...told('created', creationTimestamp ?? undefined),
          expires: null,
          location: `secret ${namespace}/${name}`,
          ...lastUseOfSecret(secret),
        },
      },
    ];
  },
});
