import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { RotationSpec } from '#verifier';
import { ROTATION_DUE } from './index.ts';
import { declared, type House, IDENTITY, openHouse } from './testing/house.ts';
import { RULE } from './testing/specs.ts';

const DAY_MILLISECONDS = 86_400_000;
const NAME = 'billing';

describe('the schedule', () => {
  let house: House;
  let folder: string;
  beforeEach(async () => {
    house = await openHouse();
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'muniment-schedule-')));
    writeFileSync(join(folder, 'password'), 'old-one\n', { mode: 0o600 });
    writeFileSync(join(folder, 'admin'), 'postgresql://admin@127.0.0.1:1/postgres\n', { mode: 0o600 });
    await house.declare(NAME, spec());
  });
  afterEach(async () => {
    await house.close();
    rmSync(folder, { recursive: true });
  });

  const spec = (file = 'password'): RotationSpec => ({
    ...RULE,
    rotator: 'postgres-password',
    target: {
      connection: { file: join(folder, 'admin') },
      role: 'billing',
      passwordFile: join(folder, file),
      format: 'plain',
    },
  });
  const notices = async () =>
    (await house.log.rows('finding')).filter(({ rule, closed }) => rule === ROTATION_DUE && closed === null);

  test('notices what will be due, once, and starts it when it is', async () => {
    assert.deepEqual(await house.rotation.startDue(), []);
    assert.deepEqual(await notices(), []);
    house.clock.advance(80 * DAY_MILLISECONDS);
    for (let round = 0; round < 2; round += 1) {
      assert.deepEqual(await house.rotation.startDue(), []);
      assert.equal((await notices()).length, 1);
    }
    house.clock.advance(10 * DAY_MILLISECONDS);
    const [run, ...more] = await house.rotation.startDue();
    assert.equal(more.length, 0);
    assert.deepEqual(await house.rotation.startDue(), []);
    const { id, cause, old, phase } = await house.run(NAME);
    assert.deepEqual([id, cause, phase], [run, 'schedule', 'started']);
    assert.match(old, /^HMAC:/);
  });

  test('one that cannot start is told of, stays noticed, and does not keep the others', async () => {
    await house.declare('another', spec('password-of-another'));
    writeFileSync(join(folder, 'password-of-another'), 'old-too\n', { mode: 0o600 });
    rmSync(join(folder, 'password'));
    house.clock.advance(91 * DAY_MILLISECONDS);
    assert.equal((await house.rotation.startDue()).length, 1);
    assert.equal(house.faults.length, 1);
    assert.match(house.faults[0] ?? '', /does not exist/);
    assert.equal((await notices()).length, 2);
  });

  test('what is retired, or whose identity is, is neither started nor noticed', async () => {
    const data = { kind: 'Identity', id: IDENTITY, change: null, reason: 'gone' } as const;
    await house.log.append([{ kind: 'resource.retired', subject: IDENTITY, actor: 'sys', data }]);
    await assert.rejects(house.rotation.start({ name: NAME, early: true, actor: 'sys' }), {
      code: 'conflict',
    });
    const rotation = { ...data, kind: 'Rotation', id: `rot_${NAME}` } as const;
    await house.log.append([
      { kind: 'resource.retired', subject: rotation.id, actor: 'sys', data: rotation },
    ]);
    house.clock.advance(91 * DAY_MILLISECONDS);
    assert.deepEqual(await house.rotation.startDue(), []);
    assert.deepEqual(await notices(), []);
    await assert.rejects(house.rotation.plan(NAME), { code: 'not_found' });
  });

  test('declared again with another target, a run still holds the old one', async () => {
    await house.rotation.start({ name: NAME, early: true, actor: 'sys' });
    await house.log.append([declared('Rotation', `rot_${NAME}`, NAME, spec('moved'))]);
    await house.declare('thief', spec());
    await assert.rejects(house.rotation.start({ name: 'thief', early: true, actor: 'sys' }), {
      code: 'conflict',
    });
    const { rotation, run } =
      (await house.rotation.list()).find(({ rotation }) => rotation.name === NAME) ?? {};
    assert.notEqual(run?.target, undefined);
    assert.deepEqual(run?.spec, spec());
    assert.deepEqual(rotation?.spec, spec('moved'));
  });

  test('a plan is words and a fingerprint, and no secret', async () => {
    const plan = await house.rotation.plan(NAME);
    assert.deepEqual(
      plan.steps.map(({ phase }) => phase),
      ['made', 'swapped', 'seen', 'refused'],
    );
    assert.equal(plan.starts, false);
    assert.ok(!JSON.stringify(plan).includes('old-one'));
  });
});
