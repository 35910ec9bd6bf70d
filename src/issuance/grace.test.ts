import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { askX509, declared, identity, joinAgent, openWorld, person, type World } from './testing/world.ts';

const DAY_MS = 86_400_000;

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

/** Asks as a fresh agent, since an agent's certificate lives an hour. */
async function ask(uid: number): Promise<string> {
  const { granted, refused } = await askX509(world, await joinAgent(world), { attested: { uid } });
  return granted.length > 0 ? 'granted' : (refused[0]?.code ?? '');
}

const trust = (name: string, uid: number) =>
  declared('Trust', `tru_${name}`, name, { identity: `idn_${name}`, method: 'unix', where: { uid } });

test('when an owner leaves, what held a credential goes on for 14 days; what is new does not begin', async () => {
  await world.log.append([
    person('bob'),
    ...identity('held', { owner: 'per_bob', deputy: 'per_dee' }),
    trust('held', 6001),
    ...identity('fresh', { owner: 'per_bob', deputy: 'per_dee' }),
    trust('fresh', 6002),
  ]);
  assert.equal(await ask(6001), 'granted');
  await world.log.append([person('bob', 'left')]);
  assert.deepEqual([await ask(6001), await ask(6002)], ['granted', 'no_living_owner']);
  world.clock.advance(14 * DAY_MS - 60_000);
  assert.equal(await ask(6001), 'granted');
  world.clock.advance(60_000);
  assert.equal(await ask(6001), 'no_living_owner');
  await world.log.append([
    ...identity('held', { owner: 'per_dee' }),
    ...identity('fresh', { owner: 'per_dee' }),
  ]);
  assert.deepEqual([await ask(6001), await ask(6002)], ['granted', 'granted']);
});
