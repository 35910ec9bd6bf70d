import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { EntryData, IdentitySpec, RotationSpec } from '#verifier';
import type { Draft } from '../store/index.ts';
import { type Call, openTestHouse, operatorDoor, type TestHouse } from './testing.ts';

const IDENTITY = 'idn_billing';
const declared = { change: null, bootstrap: true };

const specOf = (folder: string): RotationSpec => ({
  ...{ identity: IDENTITY, intervalDays: 90, graceHours: 24, noticeDays: 14, rotator: 'postgres-password' },
  target: {
    connection: { file: join(folder, 'admin') },
    role: 'billing',
    passwordFile: join(folder, 'password'),
    format: 'plain',
  },
});

const IDENTITY_SPEC: IdentitySpec = {
  kind: 'service-account',
  purpose: 'bills',
  application: 'app_a',
  owner: 'per_a',
  profile: 'prf_a',
  environment: 'test',
  spiffePath: '/billing',
};

describe('rotations over HTTP', () => {
  let house: TestHouse;
  let folder: string;
  before(async () => {
    house = await openTestHouse();
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'muniment-rotations-')));
    writeFileSync(join(folder, 'password'), 'an-old-one\n', { mode: 0o600 });
    const entry = (data: EntryData['resource.declared']): Draft => ({
      kind: 'resource.declared',
      subject: data.id,
      actor: 'sys',
      data,
    });
    await house.house.log.append([
      entry({ kind: 'Identity', id: IDENTITY, name: 'billing', spec: IDENTITY_SPEC, ...declared }),
      entry({ kind: 'Rotation', id: 'rot_a', name: 'billing-password', spec: specOf(folder), ...declared }),
    ]);
  });
  after(async () => {
    await house.close();
    rmSync(folder, { recursive: true });
  });

  const call = (rest: string, more: Call = {}) =>
    house.call(`/api/v1/rotations${rest}`, { door: operatorDoor(), ...more });
  const post = (rest: string, body: object) => call(rest, { method: 'POST', body });

  test('are listed with when they are due, and planned in words, by name or id', async () => {
    const { json } = await call('');
    assert.deepEqual(
      json.items.map(({ name, identity, run }: { name: string; identity: object; run: null }) => [
        name,
        identity,
        run,
      ]),
      [['billing-password', { id: IDENTITY, name: 'billing' }, null]],
    );
    for (const name of ['rot_a', 'billing-password']) {
      const plan = await call(`/${name}/plan`);
      assert.equal(plan.status, 200);
      assert.ok(!plan.text.includes('an-old-one'));
    }
    assert.equal((await call('/nothing/plan')).status, 404);
  });

  test('are started early or not at all, once, and abandoned with a reason', async () => {
    assert.equal((await post('/billing-password/runs', { early: false })).json.code, 'conflict');
    const started = await post('/billing-password/runs', { early: true });
    assert.equal(started.status, 200);
    assert.equal((await post('/billing-password/runs', { early: true })).json.code, 'conflict');
    assert.equal((await call('')).json.items[0].run.id, started.json.run);
    assert.equal((await post('/billing-password/abandon', {})).status, 400);
    const abandoned = await post('/billing-password/abandon', { reason: 'not now' });
    assert.deepEqual([abandoned.status, abandoned.json.run.outcome], [200, 'abandoned']);
    assert.equal((await post('/billing-password/abandon', { reason: 'again' })).json.code, 'conflict');
  });
});
