/** The source `kubernetes` before a real API server: what it sees, what it is refused, what it never asks for. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { source } from '../../src/discovery/connectors/kubernetes/connector.ts';
import type { Gathered, Observation } from '../../src/discovery/gathered.ts';
import { joins } from '../../src/discovery/joins.ts';
import { byLabel, gather } from '../../src/discovery/testing/read.ts';
import { isWhole, verdictOf } from '../../src/discovery/verdict.ts';
import { type Cluster, clusterNeeds, startCluster } from '../support/cluster.ts';
import { blocksOf, runRecipe } from '../support/recipe.ts';
import { goProgram, pinnedModule, record } from './support.ts';

const README = join(import.meta.dirname, '../../src/discovery/connectors/kubernetes/README.md');
const ACCOUNTS = 25;
const PAGE = 10;
const AWS_ROLE = 'arn:aws:iam::123456789012:role/uploads';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
/** Stands for a password: if it is anywhere in what was kept, bodies were read. */
const BODY = 'this is the body of a secret';

const account = (name: string, annotations: Record<string, string> = {}) => ({
  metadata: { name, annotations },
});

const bind = (name: string, kind: string, role: string, subjects: object[]) => ({
  metadata: { name },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: role },
  subjects,
});

const pod = (serviceAccountName: string) => ({
  serviceAccountName,
  containers: [{ name: 'main', image: 'registry.example/main:1' }],
  restartPolicy: 'Never',
});

/** A day in the life of a small cluster. */
async function populate({ call }: Cluster): Promise<void> {
  await call('POST', '/api/v1/namespaces', { metadata: { name: 'app' } });
  for (let index = 1; index <= ACCOUNTS; index += 1)
    await call('POST', '/api/v1/namespaces/app/serviceaccounts', account(`sa-${index}`));
  await call(
    'POST',
    '/api/v1/namespaces/app/serviceaccounts',
    account('uploads', { 'eks.amazonaws.com/role-arn': AWS_ROLE }),
  );
  await call('POST', `${RBAC}/namespaces/app/roles`, {
    metadata: { name: 'reader' },
    rules: [{ apiGroups: ['', 'apps'], resources: ['pods', 'deployments'], verbs: ['get', 'list'] }],
  });
  const uploads = { kind: 'ServiceAccount', name: 'uploads', namespace: 'app' };
  await call('POST', `${RBAC}/namespaces/app/rolebindings`, bind('readers', 'Role', 'reader', [uploads]));
  await call(
    'POST',
    `${RBAC}/clusterrolebindings`,
    bind('too-much', 'ClusterRole', 'cluster-admin', [{ ...uploads, name: 'sa-1' }]),
  );
  const anybody = { kind: 'Group', name: 'system:unauthenticated', apiGroup: 'rbac.authorization.k8s.io' };
  await call('POST', `${RBAC}/clusterrolebindings`, bind('open-door', 'ClusterRole', 'view', [anybody]));
  const labels = { app: 'web' };
  await call('POST', '/apis/apps/v1/namespaces/app/deployments', {
    metadata: { name: 'web' },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { ...pod('uploads'), restartPolicy: 'Always' } },
    },
  });
  await call('POST', '/apis/batch/v1/namespaces/app/cronjobs', {
    metadata: { name: 'nightly' },
    spec: { schedule: '0 3 * * *', jobTemplate: { spec: { template: { spec: pod('sa-2') } } } },
  });
  await call('POST', '/api/v1/namespaces/app/pods', { metadata: { name: 'debug' }, spec: pod('sa-3') });
  await call('POST', '/api/v1/namespaces/app/secrets', {
    metadata: {
      name: 'old-token',
      annotations: { 'kubernetes.io/service-account.name': 'sa-4' },
      labels: { 'kubernetes.io/legacy-token-last-used': '2026-01-15' },
    },
    type: 'kubernetes.io/service-account-token',
    stringData: { note: BODY },
  });
  await call('POST', '/api/v1/namespaces/app/secrets', {
    metadata: { name: 'password' },
    stringData: { note: BODY },
  });
}

/** Somebody asks for a token of sa-5 and uses it. */
async function useToken({ call }: Cluster): Promise<void> {
  const { status } = await call<{ status: { token: string } }>(
    'POST',
    '/api/v1/namespaces/app/serviceaccounts/sa-5/token',
    { spec: { expirationSeconds: 3600 } },
  );
  await call('GET', '/version', undefined, status.token);
}

const CSRS = '/apis/certificates.k8s.io/v1/certificatesigningrequests';

/** A certificate by the cluster's authority; signed here, as a controller would. */
async function issueCertificate({ call, folder, tls }: Cluster): Promise<void> {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  openssl(
    'req',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    'robot.key',
    '-out',
    'robot.csr',
    '-subj',
    '/O=robots/CN=system:robot:deploy',
  );
  openssl(
    'x509',
    '-req',
    '-in',
    'robot.csr',
    '-CA',
    tls.caFile,
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-days',
    '1',
    '-out',
    'robot.crt',
  );
  const base64 = (name: string) => readFileSync(join(folder, name)).toString('base64');
  const made = await call<Record<string, unknown>>('POST', CSRS, {
    metadata: { name: 'robot' },
    spec: {
      request: base64('robot.csr'),
      signerName: 'kubernetes.io/kube-apiserver-client',
      usages: ['client auth'],
    },
  });
  const conditions = [{ type: 'Approved', status: 'True', reason: 'Test', message: 'test' }];
  const approved = await call<Record<string, unknown>>('PUT', `${CSRS}/robot/approval`, {
    ...made,
    status: { conditions },
  });
  await call('PUT', `${CSRS}/robot/status`, {
    ...approved,
    status: { conditions, certificate: base64('robot.crt') },
  });
}

/** What an administrator of the cluster has, and a newcomer's README begins with. */
function kubeconfig({ url, tls, adminToken, folder }: Cluster): string {
  const path = join(folder, 'kubeconfig');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'here',
    contexts: [{ name: 'here', context: { cluster: 'here', user: 'admin' } }],
    clusters: [
      {
        name: 'here',
        cluster: { server: url, 'certificate-authority-data': Buffer.from(tls.server.ca).toString('base64') },
      },
    ],
    users: [{ name: 'admin', user: { token: adminToken } }],
  };
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}

interface Connected {
  settings: Record<string, unknown>;
  token: string;
  folder: string;
  env: NodeJS.ProcessEnv;
}

/** By the README's own commands. */
function connectByReadme(cluster: Cluster): Connected {
  const folder = mkdtempSync(join(cluster.folder, 'recipe-'));
  const [least = '', secrets = ''] = blocksOf(README, 'yaml');
  const env = {
    KUBECONFIG: kubeconfig(cluster),
    PATH: [goProgram('apiserver').folder, process.env.PATH].join(delimiter),
  };
  runRecipe(README, folder, { 'muniment.yaml': least, 'muniment-secrets.yaml': secrets }, env);
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  const settings = { server: read('server').trim(), ca: read('ca.pem'), cluster: 'test', pageSize: PAGE };
  return { settings, token: read('token'), folder, env };
}

async function sweep(settings: Record<string, unknown>, token: string) {
  const { partitions, documents } = await gather(source, { settings, secrets: { token } });
  const [gathered] = partitions;
  assert.ok(gathered);
  const { verdict } = verdictOf([...gathered.listed.keys()], gathered);
  return { gathered, verdict, kept: documents.map(({ text }) => text).join('\n') };
}

const faults = ({ listed }: Gathered, of: 'denied' | 'errors') =>
  [...listed.values()].flatMap((each) => each[of].map(({ why }) => `${each.listing}: ${why}`));

function attributesOf(gathered: Gathered, observed: Observation['class'], label: string) {
  const found = byLabel(gathered, observed).get(label);
  assert.ok(found, `no ${observed} \`${label}\``);
  return found.attributes;
}

function checkAccounts(gathered: Gathered, { url }: Cluster): void {
  const listed = gathered.listed.get('service-accounts');
  // Ours, the README's own, and no default ones: no controller makes them here.
  assert.equal(listed?.providerCount, ACCOUNTS + 2);
  assert.equal(listed?.items, ACCOUNTS + 2);
  assert.equal(listed?.pages, Math.ceil((ACCOUNTS + 2) / PAGE));
  const uploads = byLabel(gathered, 'identity').get('app/uploads');
  assert.deepEqual(uploads?.attributes.assumes, [joins.aws(AWS_ROLE)]);
  assert.deepEqual(uploads?.attributes.usedAt, ['Deployment app/web']);
  assert.deepEqual(uploads?.joins, [joins.kubernetes(url, 'app', 'uploads')]);
  assert.equal(uploads?.attributes.lastUsed, null);
  assert.deepEqual(attributesOf(gathered, 'identity', 'app/sa-2').usedAt, ['CronJob app/nightly']);
  assert.deepEqual(attributesOf(gathered, 'identity', 'app/sa-3').usedAt, ['Pod app/debug']);
}

function checkRights(gathered: Gathered): void {
  const reader = attributesOf(gathered, 'permission', 'reader for app/uploads');
  assert.ok((reader.grants as string[]).includes('get on deployments.apps in app'));
  assert.equal(reader.administrator, false);
  assert.equal(reader.holder, byLabel(gathered, 'identity').get('app/uploads')?.key);
  const much = attributesOf(gathered, 'permission', 'cluster-admin for app/sa-1');
  assert.equal(much.administrator, true);
  assert.equal(much.path, 'ClusterRoleBinding too-much to ClusterRole cluster-admin');
  const open = attributesOf(gathered, 'exposure', 'view for system:unauthenticated');
  assert.equal(open.openTo, 'system:unauthenticated');
  assert.equal(open.builtIn, undefined);
}

function checkUses(gathered: Gathered): void {
  const used = attributesOf(gathered, 'identity', 'app/sa-5');
  assert.ok(Math.abs(Date.parse(String(used.lastUsed)) - Date.now()) < 5 * 60_000);
  assert.equal(used.lastUsedFrom, '127.0.0.1');
  const token = attributesOf(gathered, 'credential', 'token of app/sa-5');
  assert.equal(token.creationSource, 'kubernetes-audit');
  assert.equal(token.lastUsed, used.lastUsed);
  const certificate = attributesOf(gathered, 'credential', 'system:robot:deploy');
  assert.equal(certificate.kind, 'kubernetes-client-certificate');
  assert.equal(certificate.holder, byLabel(gathered, 'identity').get('system:robot:deploy')?.key);
  assert.match(String(certificate.expires), /^20\d\d-/);
}

async function checkLimited({ settings, token }: Connected, { call }: Cluster): Promise<void> {
  const role = await call<{ rules: Array<{ resources: string[] }> }>(
    'GET',
    `${RBAC}/clusterroles/muniment-discovery`,
  );
  const rules = role.rules.map((rule) => ({
    ...rule,
    resources: rule.resources.filter((name) => name !== 'clusterroles'),
  }));
  await call('PUT', `${RBAC}/clusterroles/muniment-discovery`, { ...role, rules });
  const { gathered, verdict } = await sweep({ ...settings, listTokenSecrets: true }, token);
  assert.equal(verdict, 'PARTIAL');
  assert.deepEqual(faults(gathered, 'errors'), []);
  assert.deepEqual(faults(gathered, 'denied'), ['cluster-roles: no permission (403)']);
  assert.equal(isWhole(gathered, 'roles'), true);
  assert.equal(isWhole(gathered, 'cluster-role-bindings'), false);
  // The bindings are told, and that nobody knows what they grant.
  const much = attributesOf(gathered, 'permission', 'cluster-admin for app/sa-1');
  assert.equal(much.administrator, true);
  assert.equal(much.grants, undefined);
}

async function checkSecrets({ settings, token, folder, env }: Connected): Promise<void> {
  execFileSync('kubectl', ['apply', '--filename', 'muniment-secrets.yaml'], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: 'pipe',
  });
  const { gathered, verdict, kept } = await sweep({ ...settings, listTokenSecrets: true }, token);
  assert.equal(verdict, 'COMPLETE', faults(gathered, 'errors').join());
  assert.equal(gathered.listed.get('token-secrets')?.items, 1);
  const old = attributesOf(gathered, 'credential', 'app/old-token');
  assert.equal(old.lastUsed, '2026-01-15T00:00:00Z');
  assert.equal(old.expires, null);
  for (const body of [BODY, Buffer.from(BODY).toString('base64')]) assert.ok(!kept.includes(body));
}

test('a real cluster is read by the rights that the README asks for', async (t: TestContext) => {
  const needs = clusterNeeds();
  if (needs !== undefined) return t.skip(needs);
  const cluster = await startCluster(t);
  await populate(cluster);
  await useToken(cluster);
  await issueCertificate(cluster);
  const connected = connectByReadme(cluster);
  const { settings, token } = connected;

  await t.test('all but token secrets, which are not asked for', async () => {
    const { gathered, verdict } = await sweep({ ...settings, auditLog: cluster.auditLog }, token);
    assert.equal(verdict, 'PARTIAL');
    assert.deepEqual(faults(gathered, 'errors'), []);
    assert.deepEqual(faults(gathered, 'denied'), [
      'token-secrets: not asked for (`listTokenSecrets`): the right to list them would give their bodies',
    ]);
    checkAccounts(gathered, cluster);
    checkRights(gathered);
    checkUses(gathered);
  });
  await t.test('without a name the cluster is its issuer', async () => {
    const { cluster: _, ...unnamed } = settings;
    const { gathered } = await sweep(unnamed, token);
    assert.equal(gathered.partition, cluster.url);
  });
  await t.test('token secrets by their metadata, where that is asked for', () => checkSecrets(connected));
  await t.test('a list that is forbidden is a denied range, and what rests on it is not whole', () =>
    checkLimited(connected, cluster),
  );
  await t.test('a token that is not known is refused', async () => {
    const { gathered, verdict } = await sweep(settings, 'no-such-token');
    assert.equal(verdict, 'FAILED');
    assert.deepEqual(faults(gathered, 'errors'), []);
  });
  record(t, {
    tool: 'kube-apiserver',
    version: pinnedModule('apiserver', 'k8s.io/kubernetes'),
    checked: 'the source `kubernetes`, by the commands of its README',
    outcome: 'read whole; what is refused is told as denied',
  });
});
