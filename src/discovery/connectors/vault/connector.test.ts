import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { byLabel, gather } from '../../testing/read.ts';
import { isWhole } from '../../verdict.ts';
import { source } from './connector.ts';

/** What is at a path below `/v1/`; `null`: it is refused. Lists end with `/`. */
type Held = Record<string, Record<string, unknown> | null>;

const BARE: Held = { 'sys/auth': {}, 'sys/mounts': {} };

async function serverWith(t: TestContext, held: Held, namespaces: string[] = []): Promise<string> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const isList = url.searchParams.get('list') === 'true';
    const data = { ...BARE, ...held }[`${url.pathname.slice('/v1/'.length)}${isList ? '/' : ''}`];
    namespaces.push(String(request.headers['x-vault-namespace'] ?? ''));
    const status = data === null ? 403 : data === undefined ? 404 : 200;
    const body = data ? { data } : { errors: status === 404 && isList ? [] : ['refused'] };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function sweep(address: string, more: Record<string, unknown> = {}) {
  const settings = { address, name: 'here', ...more };
  const { partitions } = await gather(source, { settings, secrets: { token: 'not-a-real-token' } });
  const [gathered] = partitions;
  assert.ok(gathered);
  return { gathered, partitions: partitions.map(({ partition }) => partition) };
}

test('logins of databases: the roles that make them, the passwords that are changed, the leases that stand', async (t) => {
  const address = await serverWith(t, {
    'sys/mounts': { 'db/': { type: 'database' } },
    'db/roles/': { keys: ['reader'] },
    'db/roles/reader': { db_name: 'main', default_ttl: 3600, max_ttl: 7200, creation_statements: ['hidden'] },
    'db/static-roles/': { keys: ['batch'] },
    'db/static-roles/batch': {
      db_name: 'main',
      username: 'batch',
      last_vault_rotation: '2026-02-01T10:00:00.5Z',
      rotation_period: 86400,
    },
    'sys/leases/lookup/db/creds/': { keys: ['reader/'] },
    'sys/leases/lookup/db/creds/reader/': { keys: ['one'] },
    'sys/leases/lookup': {
      id: 'db/creds/reader/one',
      issue_time: '2026-03-01T00:00:00Z',
      expire_time: '2026-03-01T01:00:00Z',
    },
  });
  const { gathered } = await sweep(address, { listLeases: true });
  const role = byLabel(gathered, 'identity').get('db/reader');
  assert.equal(role?.attributes.lifetimeSeconds, '3600');
  const password = byLabel(gathered, 'credential').get('db/batch');
  assert.equal(password?.attributes.rotated, '2026-02-01T10:00:00.500Z');
  const lease = byLabel(gathered, 'credential').get('login by db/reader');
  assert.equal(lease?.attributes.holder, role?.key);
  assert.equal(lease?.attributes.expires, '2026-03-01T01:00:00Z');
  assert.equal(isWhole(gathered, 'leases'), true);
});

test('whose tokens a role believes is told with the issuer of its mount', async (t) => {
  const address = await serverWith(t, {
    'sys/auth': { 'ci/': { type: 'jwt' } },
    'auth/ci/config': { bound_issuer: 'https://token.example' },
    'auth/ci/role/': { keys: ['deploy'] },
    'auth/ci/role/deploy': {
      bound_audiences: ['vault'],
      bound_claims: { repository: 'example/site', ref: ['main', 'next'] },
      token_policies: ['gone'],
    },
  });
  const { gathered } = await sweep(address);
  const { issuer, subject, audience, conditions } =
    byLabel(gathered, 'trust').get('ci/deploy')?.attributes ?? {};
  assert.deepEqual(
    { issuer, subject, audience, conditions },
    {
      issuer: 'https://token.example',
      subject: '*',
      audience: 'vault',
      conditions: 'repository=example/site; ref=main,next',
    },
  );
  // A policy that is named and not there grants nothing.
  assert.deepEqual(byLabel(gathered, 'permission').get('gone for ci/deploy')?.attributes.grants, []);
});

test('one role that is refused leaves the others, and a policy that is refused leaves open what it grants', async (t) => {
  const address = await serverWith(t, {
    'sys/auth': { 'approle/': { type: 'approle' }, 'people/': { type: 'ldap' } },
    'sys/policies/acl/': { keys: ['secret'] },
    'sys/policies/acl/secret': null,
    'auth/approle/role/': { keys: ['a', 'b'] },
    'auth/approle/role/a': null,
    'auth/approle/role/b': { bind_secret_id: true, token_policies: ['secret'] },
  });
  const { gathered } = await sweep(address);
  const denied = (listing: string) =>
    gathered.listed.get(listing)?.denied.map(({ what, why }) => `${what}: ${why}`);
  assert.deepEqual(denied('approle-roles'), ['approle/a: no permission (403)']);
  assert.deepEqual(denied('auth-methods'), ['roles of people: this source does not read roles of its type']);
  assert.deepEqual(denied('policies'), ['policy secret: no permission (403)']);
  assert.ok(byLabel(gathered, 'identity').has('approle/b'));
  const right = byLabel(gathered, 'permission').get('secret for approle/b')?.attributes;
  assert.equal('grants' in (right ?? {}), false);
  assert.equal('administrator' in (right ?? {}), false);
});

test('each namespace is a partition and is asked by its own name', async (t) => {
  const namespaces: string[] = [];
  const address = await serverWith(t, {}, namespaces);
  const { partitions } = await sweep(address, { namespaces: ['teams/a', 'teams/b/'] });
  assert.deepEqual(partitions, ['here/teams/a', 'here/teams/b']);
  assert.deepEqual([...new Set(namespaces)], ['teams/a', 'teams/b']);
});

test('a name that leads elsewhere is an error and is not asked for', async (t) => {
  const address = await serverWith(t, { 'auth/token/roles/': { keys: ['../../sys/raw'] } });
  const { gathered } = await sweep(address);
  assert.deepEqual(
    gathered.listed.get('token-roles')?.errors.map(({ why }) => why),
    ['a name is no name'],
  );
});
