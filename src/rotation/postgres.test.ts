import assert from 'node:assert/strict';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { RotationSpec } from '#verifier';
import { postgresPrograms } from '../../test/support/postgres.ts';
import { carryOn, type House, openHouse, phasesIn } from './testing/house.ts';
import { openPostgres, type PostgresWorld, ROLE } from './testing/postgres.ts';

const skip = postgresPrograms() === undefined ? 'needs PostgreSQL' : false;

describe('the password of a PostgreSQL role is replaced', { skip }, () => {
  let house: House;
  let world: PostgresWorld;
  before(async () => {
    house = await openHouse();
    world = await openPostgres();
  });
  after(async () => {
    await world.remove();
    await house.close();
  });

  test('while its consumer goes on, and the old one is refused by 28P01', async () => {
    await house.declare('billing', world.spec());
    const old = readFileSync(world.passwordFile, 'utf8');
    await house.rotation.start({ name: 'billing', early: true, actor: 'sys' });
    const consumer = world.startConsumer();
    const run = await carryOn(house, 'billing');
    await consumer.stop();
    assert.deepEqual(house.faults, []);
    assert.equal(run.outcome, 'completed');
    assert.deepEqual(phasesIn(run), ['started', 'made', 'swapped', 'seen', 'refused', 'completed']);
    assert.match(run.phases.at(-2)?.detail ?? '', /28P01/);
    assert.notEqual(readFileSync(world.passwordFile, 'utf8'), old);
    assert.equal(await world.opens(readFileSync(world.passwordFile, 'utf8').trim()), true);
    assert.equal(await world.opens(old.trim()), false);
  });

  test('in a password file of PostgreSQL, the other lines as they were', async () => {
    const old = readFileSync(world.passwordFile, 'utf8').trim();
    const other = '*:*:*:somebody:else\n';
    const line = (password: string) => `*:*:*:${ROLE}:${password}\n`;
    const passwordFile = `${world.passwordFile}.pgpass`;
    writeFileSync(passwordFile, other + line(old) + other, { mode: 0o600 });
    const spec = world.spec('pgpass') as Extract<RotationSpec, { rotator: 'postgres-password' }>;
    await house.declare('pgpass', { ...spec, target: { ...spec.target, passwordFile } });
    await house.rotation.start({ name: 'pgpass', early: true, actor: 'sys' });
    await carryOn(house, 'pgpass', house.rotation, ({ phase }) => phase === 'swapped');
    const [before, held = '', behind] = readFileSync(passwordFile, 'utf8').match(/.*\n/g) ?? [];
    assert.deepEqual([before, behind], [other, other]);
    const fresh = held.trim().split(':').at(-1) as string;
    assert.deepEqual([await world.opens(fresh), await world.opens(old)], [true, false]);
    await house.rotation.abandon({ name: 'pgpass', reason: 'the test is over', actor: 'sys' });
    assert.deepEqual([await world.opens(fresh), await world.opens(old)], [false, true]);
    assert.equal(readFileSync(passwordFile, 'utf8'), other + line(old) + other);
  });

  test("not by way of a connection file that others can read, nor with the consumer's file changed by hand", async () => {
    await house.declare('careless', world.spec());
    chmodSync(world.connectionFile, 0o644);
    await house.rotation.start({ name: 'careless', early: true, actor: 'sys' });
    const open = await carryOn(house, 'careless');
    assert.match(open.stalled?.detail ?? '', /read by others/);
    chmodSync(world.connectionFile, 0o600);
    const before = readFileSync(world.passwordFile);
    writeFileSync(world.passwordFile, 'by-hand\n');
    await house.rotation.round();
    const changed = await carryOn(house, 'careless');
    assert.equal(changed.phase, 'started');
    writeFileSync(world.passwordFile, before);
    await house.rotation.abandon({ name: 'careless', reason: 'the test is over', actor: 'sys' });
  });

  test('not where the server takes any password: it is told before anything is changed', async () => {
    const { rows } = await world.query('show hba_file');
    const hba = rows[0].hba_file as string;
    const before = readFileSync(hba, 'utf8');
    writeFileSync(hba, 'host all all 127.0.0.1/32 trust\n');
    await world.query('select pg_reload_conf()');
    await house.declare('trusted', world.spec());
    const present = readFileSync(world.passwordFile, 'utf8');
    await house.rotation.start({ name: 'trusted', early: true, actor: 'sys' });
    const run = await carryOn(house, 'trusted');
    assert.match(run.stalled?.detail ?? '', /takes any password/);
    assert.equal(readFileSync(world.passwordFile, 'utf8'), present);
    writeFileSync(hba, before);
    await world.query('select pg_reload_conf()');
    await house.rotation.abandon({ name: 'trusted', reason: 'the test is over', actor: 'sys' });
  });

  test('a statement that cannot be committed leaves the file as it was', async () => {
    const present = readFileSync(world.passwordFile, 'utf8');
    const spec = world.spec() as Extract<RotationSpec, { rotator: 'postgres-password' }>;
    await world.query(`create role nobody login password 'x'`);
    const weak = `${world.connectionFile}.weak`;
    const url = new URL(readFileSync(world.connectionFile, 'utf8').trim());
    [url.username, url.password] = ['nobody', 'x'];
    writeFileSync(weak, url.href, { mode: 0o600 });
    await house.declare('weak', { ...spec, target: { ...spec.target, connection: { file: weak } } });
    await house.rotation.start({ name: 'weak', early: true, actor: 'sys' });
    const run = await carryOn(house, 'weak');
    assert.deepEqual(
      [run.phase, run.stalled?.detail],
      ['made', 'PostgreSQL did not do as it was told (42501)'],
    );
    assert.equal(readFileSync(world.passwordFile, 'utf8'), present);
    assert.ok(!house.faults.join().includes(present.trim()));
  });
});
