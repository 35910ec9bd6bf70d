import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { SourceError } from '../../source-error.ts';
import { byLabel, gather, openingFor } from '../../testing/read.ts';
import { isWhole } from '../../verdict.ts';
import { readAuditLog } from './audit-log.ts';
import { source } from './connector.ts';
import { grantsOf, isEverything, raises } from './grants.ts';

interface Asked {
  path: string;
  continued: string | null;
}

type Answers = (asked: Asked) => { status?: number; body: unknown } | undefined;

/** A list that is empty; where the issuer is asked for, that. */
const EMPTY = { kind: 'List', metadata: {}, items: [], issuer: 'https://cluster.example' };

/** A cluster that answers as it is told, and with empty lists else. */
async function clusterThat(t: TestContext, answers: Answers): Promise<string> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const told = answers({ path: url.pathname, continued: url.searchParams.get('continue') });
    const { status = 200, body } = told ?? { body: EMPTY };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const ACCOUNTS = '/api/v1/serviceaccounts';
const account = (name: string) => ({ metadata: { name, namespace: 'app', uid: `uid-${name}` } });
const list = (names: string[], metadata: object) => ({
  body: { kind: 'ServiceAccountList', metadata, items: names.map(account) },
});

async function sweep(server: string, more: Record<string, unknown> = {}) {
  const settings = { server, cluster: 'here', pageSize: 2, ...more };
  const { partitions } = await gather(source, { settings, secrets: { token: 'not-a-real-token' } });
  const [gathered] = partitions;
  assert.ok(gathered);
  return gathered;
}

test('a list whose moment is gone starts over once, and counts nothing twice', async (t) => {
  let gone = 0;
  const server = await clusterThat(t, ({ path, continued }) => {
    if (path !== ACCOUNTS) return undefined;
    if (continued === null) {
      const names = gone === 0 ? ['a', 'b'] : ['b', 'c'];
      return list(names, { continue: `from-${names[1]}`, remainingItemCount: 1 });
    }
    if (continued === 'from-b') {
      gone += 1;
      return { status: 410, body: { kind: 'Status' } };
    }
    return list(['d'], {});
  });
  const gathered = await sweep(server);
  const listed = gathered.listed.get('service-accounts');
  assert.equal(gone, 1);
  assert.deepEqual([...byLabel(gathered, 'identity').keys()].sort(), ['app/a', 'app/b', 'app/c', 'app/d']);
  assert.equal(listed?.items, 4);
  assert.equal(listed?.providerCount, 4);
  assert.equal(isWhole(gathered, 'service-accounts'), true);
});

test('a list that is gone a second time is an error', async (t) => {
  const server = await clusterThat(t, ({ path, continued }) => {
    if (path !== ACCOUNTS) return undefined;
    return continued === null
      ? list(['a', 'b'], { continue: 'next', remainingItemCount: 1 })
      : { status: 410, body: { kind: 'Status' } };
  });
  const gathered = await sweep(server);
  const errors = gathered.listed.get('service-accounts')?.errors.map(({ why }) => why);
  assert.deepEqual(errors, ['the list changes faster than it can be read (410)']);
  assert.equal(isWhole(gathered, 'service-accounts'), false);
});

test('an answer that is no list is an error and not an empty list', async (t) => {
  const server = await clusterThat(t, ({ path }) =>
    path === ACCOUNTS ? { body: { kind: 'Status', status: 'Success' } } : undefined,
  );
  const gathered = await sweep(server);
  assert.deepEqual(
    gathered.listed.get('service-accounts')?.errors.map(({ why }) => why),
    ['the answer is no list'],
  );
});

test('rights are told as RBAC’s own tools write them', () => {
  const rules = [
    { verbs: ['get'], apiGroups: ['', 'apps'], resources: ['pods/log'] },
    { verbs: ['list'], apiGroups: [''], resources: ['secrets'], resourceNames: ['one'] },
    { verbs: ['get'], nonResourceURLs: ['/metrics'] },
  ];
  assert.deepEqual(grantsOf(rules), [
    'get on pods/log',
    'get on pods/log.apps',
    'list on secrets named one',
    'get on /metrics',
  ]);
  assert.deepEqual(raises(rules), ['reads secrets']);
  const all = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
  assert.equal(isEverything(all), true);
  assert.equal(isEverything({ ...all, verbs: ['get'] }), false);
  assert.equal(isEverything({ ...all, resourceNames: ['one'] }), false);
});

const event = (user: string, at: string, more: object = {}) => ({
  stage: 'ResponseComplete',
  auditID: `id-${at}`,
  stageTimestamp: at,
  verb: 'get',
  user: { username: user },
  sourceIPs: ['192.0.2.1'],
  responseStatus: { code: 200 },
  ...more,
});

async function logOf(t: TestContext, files: Record<string, string | Buffer>) {
  const folder = mkdtempSync(join(tmpdir(), 'muniment-audit-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

test('the audit log tells the last use, across rotated files and over a half-written line', async (t) => {
  const user = 'system:serviceaccount:app:web';
  const lines = (...events: object[]) => events.map((each) => `${JSON.stringify(each)}\n`).join('');
  const folder = await logOf(t, {
    'audit-1.log.gz': gzipSync(lines(event(user, '2026-03-02T00:00:00Z'))),
    'audit.log': `${lines(
      event(user, '2026-03-01T00:00:00Z'),
      event(user, '2026-03-09T00:00:00Z', { responseStatus: { code: 401 } }),
    )}{"stage":"Resp`,
    'notes.txt': 'not a log',
  });
  const log = await readAuditLog(folder, new AbortController().signal);
  assert.equal(log.since, '2026-03-01T00:00:00Z');
  assert.equal(log.uses.get(user)?.last, '2026-03-02T00:00:00Z');
  assert.deepEqual(log.errors, []);
});

test('a broken line within the audit log is an error, and of silence nothing is told then', async (t) => {
  const folder = await logOf(t, {
    'audit.log': `no event\n${JSON.stringify(event('x', '2026-03-01T00:00:00Z'))}\n`,
  });
  const server = await clusterThat(t, ({ path }) => (path === ACCOUNTS ? list(['a'], {}) : undefined));
  const gathered = await sweep(server, { auditLog: folder });
  assert.deepEqual(
    gathered.listed.get('audit-log')?.errors.map(({ why }) => why),
    ['a line is no event'],
  );
  assert.equal('lastUsed' in (byLabel(gathered, 'identity').get('app/a')?.attributes ?? {}), false);
});

test('a kubeconfig that runs a program, or does not check the server, is refused; so is clear text over a network', async (t) => {
  const folder = await logOf(t, {});
  const config = (cluster: object, user: object) => {
    const path = join(folder, 'config');
    const contexts = [{ name: 'c', context: { cluster: 'c', user: 'u' } }];
    const rest = { clusters: [{ name: 'c', cluster }], users: [{ name: 'u', user }] };
    writeFileSync(path, JSON.stringify({ 'current-context': 'c', contexts, ...rest }));
    return path;
  };
  const refused = async (settings: object) =>
    assert.rejects(async () => source.open(source.settings.parse(settings), openingFor({})), SourceError);
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'true' };
  await refused({ kubeconfig: config({ server: 'https://c.example' }, { exec }) });
  await refused({
    kubeconfig: config({ server: 'https://c.example', 'insecure-skip-tls-verify': true }, {}),
  });
  await refused({ server: 'http://c.example' });
});
