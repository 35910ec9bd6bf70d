import { z } from 'zod';
import { defineListing, type Listing } from '../../contract.ts';
import type { Marks } from '../../marks.ts';
import { operationOf, WORKLOADS } from './operations.ts';
import { accountId, metadata } from './words.ts';

type WorkloadName = keyof typeof WORKLOADS;

/** What is listed by itself: what it owns is not told a second time, and pods would change from sweep to sweep. */
const LISTED_OWNERS = ['ReplicaSet', 'DaemonSet', 'StatefulSet', 'Job', 'CronJob', 'Deployment'];
/** What a pod runs as that names no account. */
const DEFAULT_ACCOUNT = 'default';

const podSpec = (marks: Marks) =>
  marks.object({
    serviceAccountName: marks.text().optional(),
    volumes: z
      .array(
        marks.object({
          projected: marks
            .object({
              sources: z
                .array(
                  marks.object({
                    serviceAccountToken: marks.object({ audience: marks.text().optional() }).optional(),
                  }),
                )
                .nullish(),
            })
            .optional(),
        }),
      )
      .nullish(),
  });
type PodSpec = z.output<ReturnType<typeof podSpec>>;

const templated = (marks: Marks) => marks.object({ template: marks.object({ spec: podSpec(marks) }) });

const head = (marks: Marks) => ({
  metadata: metadata(marks, {
    ownerReferences: z
      .array(marks.object({ kind: marks.text(), name: marks.text(), controller: z.boolean().optional() }))
      .nullish(),
  }),
});
type Head = z.output<ReturnType<ReturnType<typeof head>['metadata']['clone']>>;

/** Audiences beside the cluster's own that pods ask tokens for. */
const audiencesOf = ({ volumes }: PodSpec): string[] => {
  const sources = (volumes ?? []).flatMap(({ projected }) => projected?.sources ?? []);
  return [...new Set(sources.flatMap(({ serviceAccountToken }) => serviceAccountToken?.audience ?? []))];
};

/** The thing that people know: what owns a pod stands for it. Undefined where that is listed by itself. */
function nameOf(kind: string, { name, namespace = '', ownerReferences }: Head): string | undefined {
  const owner = (ownerReferences ?? []).find(({ controller }) => controller === true);
  if (owner === undefined) return `${kind} ${namespace}/${name}`;
  return LISTED_OWNERS.includes(owner.kind) ? undefined : `${owner.kind} ${namespace}/${owner.name}`;
}

function runsAs(kind: string, meta: Head, spec: PodSpec) {
  const workload = nameOf(kind, meta);
  if (workload === undefined) return [];
  const { namespace = '' } = meta;
  const account = spec.serviceAccountName || DEFAULT_ACCOUNT;
  const audiences = audiencesOf(spec);
  return [
    {
      class: 'identity' as const,
      naturalId: accountId(namespace, account),
      label: `${namespace}/${account}`,
      attributes: {
        kind: 'kubernetes-service-account',
        namespace,
        usedAt: [workload],
        ...(audiences.length > 0 ? { audiences } : {}),
      },
    },
  ];
}

const about = (listing: WorkloadName) => ({
  listing,
  about: `${listing}, and which service account they run as`,
  operations: [operationOf(WORKLOADS[listing])],
});

const withTemplate = (listing: WorkloadName, kind: string): Listing =>
  defineListing({
    ...about(listing),
    shape: (marks) => marks.object({ ...head(marks), spec: templated(marks) }),
    map: ({ metadata: meta, spec }) => runsAs(kind, meta, spec.template.spec),
  });

const pods = defineListing({
  ...about('pods'),
  shape: (marks) => marks.object({ ...head(marks), spec: podSpec(marks) }),
  map: ({ metadata: meta, spec }) => runsAs('Pod', meta, spec),
});

const cronjobs = defineListing({
  ...about('cronjobs'),
  shape: (marks) =>
    marks.object({
      ...head(marks),
      spec: marks.object({ jobTemplate: marks.object({ spec: templated(marks) }) }),
    }),
  map: ({ metadata: meta, spec }) => runsAs('CronJob', meta, spec.jobTemplate.spec.template.spec),
});

export const workloads: Listing[] = [
  pods,
  withTemplate('deployments', 'Deployment'),
  withTemplate('daemonsets', 'DaemonSet'),
  withTemplate('statefulsets', 'StatefulSet'),
  withTemplate('replicasets', 'ReplicaSet'),
  withTemplate('jobs', 'Job'),
  cronjobs,
];
