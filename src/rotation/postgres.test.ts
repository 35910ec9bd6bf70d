import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { postgresPrograms } from '../../test/support/postgres.ts';
import { carryOn, type House, openHouse, phasesIn } from './testing/house.ts';
import { openPostgres, type PostgresWorld } from './testing/postgres.ts';

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
});
