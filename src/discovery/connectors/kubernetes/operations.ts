import type { Operation } from '../../contract.ts';

/** One list of the API: its operation, and where it is asked. */
export interface Resource {
  /** As RBAC calls it, with its group: `deployments.apps`. */
  resource: string;
  path: string;
  query?: Record<string, string>;
  /** Another form of the answer than whole objects. */
  accept?: string;
}

/** Names, labels and annotations: no spec, no data (https://kubernetes.io/docs/reference/using-api/api-concepts/). */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';

const core = (resource: string): Resource => ({ resource, path: `/api/v1/${resource}` });
const grouped = (group: string, resource: string, version = 'v1'): Resource => ({
  resource: `${resource}.${group}`,
  path: `/apis/${group}/${version}/${resource}`,
});

export const WORKLOADS = {
  pods: core('pods'),
  deployments: grouped('apps', 'deployments'),
  daemonsets: grouped('apps', 'daemonsets'),
  statefulsets: grouped('apps', 'statefulsets'),
  replicasets: grouped('apps', 'replicasets'),
  jobs: grouped('batch', 'jobs'),
  cronjobs: grouped('batch', 'cronjobs'),
} satisfies Record<string, Resource>;

/** Listings that are one list of the API each, by their names. */
export const RESOURCES = {
  'service-accounts': core('serviceaccounts'),
  'token-secrets': {
    ...core('secrets'),
    query: { fieldSelector: 'type=kubernetes.io/service-account-token' },
    accept: METADATA_ONLY,
  },
  roles: grouped('rbac.authorization.k8s.io', 'roles'),
  'cluster-roles': grouped('rbac.authorization.k8s.io', 'clusterroles'),
  'role-bindings': grouped('rbac.authorization.k8s.io', 'rolebindings'),
  'cluster-role-bindings': grouped('rbac.authorization.k8s.io', 'clusterrolebindings'),
  ...WORKLOADS,
  'certificate-signing-requests': grouped('certificates.k8s.io', 'certificatesigningrequests'),
} satisfies Record<string, Resource>;
export type ListName = keyof typeof RESOURCES;

export const operationOf = ({ path }: Resource): string => `GET ${path}`;

export const ISSUER_PATH = '/.well-known/openid-configuration';
export const GET_ISSUER = `GET ${ISSUER_PATH}`;
export const TRACKING_PATH =
  '/api/v1/namespaces/kube-system/configmaps/kube-apiserver-legacy-service-account-token-tracking';
export const GET_TRACKING = `GET ${TRACKING_PATH}`;
export const READ_AUDIT_LOG = 'read audit log';

const NOTES: Record<string, string> = {
  'token-secrets':
    'metadata alone is asked for; the right itself gives the bodies of all secrets, so it is asked for only with `listTokenSecrets`',
};

export const OPERATIONS: Operation[] = [
  {
    name: GET_ISSUER,
    privilege: `get on ${ISSUER_PATH} (ClusterRole system:service-account-issuer-discovery)`,
    note: 'the issuer of the cluster’s tokens, by which clouds know its service accounts',
  },
  ...Object.entries(RESOURCES).map(([listing, resource]) => ({
    name: operationOf(resource),
    privilege: `list on ${resource.resource}`,
    ...(NOTES[listing] === undefined ? {} : { note: NOTES[listing] }),
  })),
  {
    name: GET_TRACKING,
    privilege: 'get on this one configmap in kube-system',
    note: 'since when uses of token secrets are kept; only with `listTokenSecrets`',
  },
  { name: READ_AUDIT_LOG, privilege: 'read on the files of the folder `auditLog`' },
];
