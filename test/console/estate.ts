/** Entries that sweeps of a cloud and of a cluster would leave: sources, what was read of them and what was not, and what they hold. */
import type { EntryData, ObservedValue, SourceSpec } from '#verifier';
import type { Served } from '../../src/api/index.ts';
import { keyOf } from '../../src/discovery/keys.ts';
import { newId } from '../../src/kernel/index.ts';
import type { Draft } from '../../src/store/index.ts';

type Sweep = EntryData['sweep.recorded'];
type Observation = EntryData['observation.recorded'];
type Attributes = Record<string, ObservedValue>;

export interface Estate {
  /** Keys of observations: one whose map holds three things, one whose map holds three hundred, and one of two that are the same. */
  few: string;
  many: string;
  same: string;
}

const DAY_MS = 86_400_000;
const daysAgo = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString();
const PAGE = 'c'.repeat(64);

interface Place {
  source: string;
  connector: string;
  partition: string;
}
const CLOUD: Place = { source: 'aws-production', connector: 'aws', partition: '111122223333' };
const CLUSTER: Place = { source: 'cluster-eu', connector: 'kubernetes', partition: 'eu-west' };

const SPECS: Record<string, SourceSpec> = {
  [CLOUD.source]: {
    type: 'aws',
    settings: { regions: ['eu-west-1', 'eu-central-1'], accessKeyId: 'EXAMPLE-KEY-ID' },
    secrets: { secretAccessKey: { from: 'environment', name: 'AWS_SECRET' } },
    everySeconds: 86_400,
  },
  [CLUSTER.source]: {
    type: 'kubernetes',
    settings: { server: 'https://cluster.example:6443', cluster: CLUSTER.partition },
    secrets: { token: { from: 'file', path: '/run/secrets/cluster-token' } },
    everySeconds: 6 * 3_600,
  },
};

const keyIn = ({ source, partition }: Place, of: Observation['class'], label: string): string =>
  keyOf(source, partition, of, label);

const configured = (source: string): Draft => ({
  kind: 'source.configured',
  subject: '',
  actor: 'sys',
  data: { source, spec: SPECS[source] as SourceSpec },
});

function swept(place: Place, told: Partial<Sweep>): Draft {
  const sweep = newId('sweep');
  const [started, ended] = [daysAgo(0.02), daysAgo(0.01)];
  const whole: Sweep = {
    ...{ sweep, ...place, scope: [place.partition], calls: 41, pages: 38, endSeen: true, items: 327 },
    ...{
      providerCount: null,
      errors: [],
      denied: [],
      verdict: 'COMPLETE',
      why: 'all that was declared was read',
    },
    ...{ listDigest: '0'.repeat(64), listings: [], manifest: PAGE, started, ended },
    clock: { provider: ended, ours: ended },
  };
  return { kind: 'sweep.recorded', subject: sweep, actor: 'sys', data: { ...whole, ...told } };
}

const listing = (name: string, items: number, told: Partial<Sweep['listings'][number]> = {}) => ({
  ...{ listing: name, pages: Math.ceil(items / 100), items, observations: items, providerCount: items },
  ...{ endSeen: true, whole: true, ...told },
});

const sweeps = (): Draft[] => [
  swept(CLOUD, {
    verdict: 'PARTIAL',
    why: 'secrets of eu-central-1: not allowed; access keys: the source counts 14, and 13 were read',
    items: 63,
    listings: [
      listing('users', 12),
      listing('access keys', 13, { providerCount: 14, whole: false }),
      listing('roles', 38, { providerCount: null }),
      listing('secrets', 0, { providerCount: null, endSeen: false, whole: false }),
    ],
    denied: [{ what: 'secretsmanager:ListSecrets in eu-central-1', why: 'not allowed' }],
    errors: [{ what: 'access keys', why: 'the source counts 14, and 13 were read' }],
    clock: { provider: daysAgo(0.01), ours: daysAgo(0.01 - 1 / 24) },
  }),
  swept({ ...CLOUD, partition: '444455556666' }, { items: 4, listings: [listing('users', 4)] }),
  swept(CLUSTER, { listings: [listing('service accounts', 61), listing('role bindings', 266)] }),
];

function seen(
  place: Place,
  of: Observation['class'],
  label: string,
  attributes: Attributes,
  joins: string[] = [],
): Draft {
  const { source, partition } = place;
  const key = keyIn(place, of, label);
  const fields = Object.keys(attributes);
  const data: Observation = {
    ...{
      sweep: `swp_${'b'.repeat(26)}`,
      source,
      partition,
      key,
      class: of,
      change: 'new',
      label,
      attributes,
      joins,
    },
    provenance: [{ listing: 'items', operation: `${place.connector}:List`, document: PAGE, fields }],
  };
  return { kind: 'observation.recorded', subject: data.sweep, actor: 'sys', data };
}

const ROLE = 'payments-api-role';
const ACCOUNT = 'payments/api';
const OPERATOR = 'kube-system/estate-operator';
const REPORTS = 'nightly-reports';

/** A dozen things of every class. */
function dozen(): Draft[] {
  const bot = keyIn(CLOUD, 'identity', 'deploy-bot');
  const role = keyIn(CLOUD, 'identity', ROLE);
  const account = keyIn(CLUSTER, 'identity', ACCOUNT);
  const reports = keyIn(CLOUD, 'identity', REPORTS);
  const user = { kind: 'aws-iam-user', enabled: true, created: daysAgo(900) };
  return [
    seen(CLOUD, 'identity', 'deploy-bot', {
      ...user,
      owner: 'ada',
      ownerFrom: 'tag',
      environment: 'production',
    }),
    seen(CLOUD, 'credential', 'access key of deploy-bot', {
      ...{ kind: 'aws-access-key', holder: bot, created: daysAgo(800), rotated: daysAgo(800) },
      ...{ lastUsed: daysAgo(2), lastUsedFrom: 's3 in eu-west-1', expires: null },
    }),
    seen(CLOUD, 'permission', 'AdministratorAccess of deploy-bot', {
      ...{ kind: 'aws-policy', holder: bot, administrator: true, path: 'policy AdministratorAccess' },
      grants: ['* on *'],
    }),
    seen(CLOUD, 'identity', ROLE, { kind: 'aws-iam-role', created: daysAgo(300), lastUsed: daysAgo(1) }),
    seen(CLOUD, 'trust', 'tokens of cluster-eu', {
      ...{ kind: 'aws-oidc-trust', holder: role, issuer: 'https://cluster.example' },
      ...{ subject: `system:serviceaccount:${ACCOUNT.replace('/', ':')}`, audience: 'sts' },
    }),
    seen(CLOUD, 'permission', 'read the settlements bucket', {
      ...{
        kind: 'aws-policy',
        holder: role,
        grants: ['s3:GetObject on settlements/*'],
        reaches: ['production'],
      },
    }),
    seen(CLUSTER, 'identity', ACCOUNT, {
      kind: 'kubernetes-service-account',
      usedAt: ['deployment payments/api'],
    }),
    seen(CLUSTER, 'permission', 'edit in payments', {
      ...{
        kind: 'kubernetes-role-binding',
        holder: account,
        grants: ['update on deployments', 'get on secrets'],
      },
    }),
    seen(CLOUD, 'identity', REPORTS, { ...user, createdBy: 'someone-who-left', lastUsed: null }),
    seen(CLOUD, 'credential', 'access key of nightly-reports', {
      ...{ kind: 'aws-access-key', holder: reports, created: daysAgo(700), location: 'reports.env' },
    }),
    seen(CLOUD, 'credential', 'console password of old-admin', {
      kind: 'aws-login-profile',
      created: daysAgo(1_500),
    }),
    seen(CLUSTER, 'exposure', 'dashboard without a sign-in', {
      ...{ kind: 'kubernetes-service', location: 'service kube-system/dashboard', port: 443 },
    }),
  ];
}

/** An operator that holds so much that no drawing shows it one by one. */
function crowd(): Draft[] {
  const holder = keyIn(CLUSTER, 'identity', OPERATOR);
  const numbered = (count: number) => Array.from({ length: count }, (_, at) => String(at).padStart(3, '0'));
  return [
    seen(CLUSTER, 'identity', OPERATOR, { kind: 'kubernetes-service-account', administrator: true }),
    ...numbered(12).map((n) => seen(CLUSTER, 'trust', `issuer-${n}`, { kind: 'kubernetes-issuer', holder })),
    ...numbered(60).map((n) =>
      seen(CLUSTER, 'credential', `token-${n}`, {
        ...{ kind: Number(n) % 3 === 0 ? 'kubernetes-legacy-token' : 'kubernetes-token', holder },
        usedAt: [`node-${Number(n) % 20}`],
      }),
    ),
    ...numbered(207).map((n) =>
      seen(CLUSTER, 'permission', `binding-${n}`, {
        kind: 'kubernetes-role-binding',
        holder,
        grants: ['get on pods'],
      }),
    ),
  ];
}

function found(told: { rule: string; title: string; owner?: string }): Draft {
  const subject = keyIn(CLOUD, 'identity', REPORTS);
  const data = { finding: newId('finding'), subject, due: daysAgo(-14), ...told };
  return { kind: 'finding.opened', subject, actor: 'sys', data };
}

export async function addEstate({ house }: Served, { ada }: { ada: { id: string } }): Promise<Estate> {
  const few = keyIn(CLOUD, 'identity', REPORTS);
  const [a, b] = [keyIn(CLOUD, 'identity', ROLE), keyIn(CLUSTER, 'identity', ACCOUNT)].sort() as [
    string,
    string,
  ];
  await house.log.append([
    ...Object.keys(SPECS).map(configured),
    ...sweeps(),
    ...dozen(),
    ...crowd(),
    {
      kind: 'observation.joined',
      subject: '',
      actor: 'sys',
      data: { a, b, reason: `the role trusts the service account ${ACCOUNT}` },
    },
    found({
      rule: 'made-without-approval',
      title: 'A credential was made without an approval',
      owner: ada.id,
    }),
    found({ rule: 'old-secret', title: 'An access key is old' }),
  ]);
  return { few, many: keyIn(CLUSTER, 'identity', OPERATOR), same: a };
}
