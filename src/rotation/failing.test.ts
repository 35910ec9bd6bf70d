/** What goes wrong in the middle, over both rotators: whatever it is, the consumer is never cut off by us, and the run ends. */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { isMunimentError } from '../kernel/index.ts';
import { ROTATION_STALLED } from './index.ts';
import { carryOn, type House, openHouse, phasesIn } from './testing/house.ts';
import { WORLDS, type World } from './testing/worlds.ts';

const DAY_MILLISECONDS = 86_400_000;
const LOOK_MILLISECONDS = 20;
const NAME = 'secret';

const reaches = (phase: string) => (run: { phase: string; ended: string | null }) =>
  run.phase === phase || run.ended !== null;

const conflict = (error: unknown) => isMunimentError(error) && error.code === 'conflict';

for (const { rotator, skip, open } of WORLDS) {
  describe(`${rotator}: what fails halfway`, { skip }, () => {
    let house: House;
    let world: World;
    const overlaps = rotator === 'ssh-key';
    const waitingAt = 'swapped';

    before(async () => {
      world = await open();
    });
    beforeEach(async () => {
      house = await openHouse();
      await house.declare(NAME, world.spec);
      world.remember();
    });
    afterEach(() => house.close());
    after(() => world.remove());

    const start = () => house.rotation.start({ name: NAME, early: true, actor: 'sys' });
    const openFindings = async () =>
      (await house.log.rows('finding')).filter(
        ({ rule, closed }) => rule === ROTATION_STALLED && closed === null,
      );
    const finish = async (rotation = house.rotation) => {
      const consumer = world.startConsumer();
      try {
        return await carryOn(house, NAME, rotation, ({ ended }) => ended !== null);
      } finally {
        await consumer.stop();
      }
    };
    const assertCompleted = async (run: Awaited<ReturnType<typeof finish>>) => {
      assert.equal(run.outcome, 'completed');
      assert.equal(new Set(phasesIn(run)).size, run.phases.length);
      assert.deepEqual([await world.takesOld(), await world.takesFile()], [false, true]);
      assert.deepEqual(await openFindings(), []);
      assert.equal((await house.database.db.selectFrom('sealed_secret').select('name').execute()).length, 0);
    };

    test('the consumer is offline: nothing is removed, a person is asked, and it goes on by itself', async () => {
      await start();
      await carryOn(house, NAME, house.rotation, reaches(waitingAt));
      house.clock.advance(2 * DAY_MILLISECONDS);
      const stalled = await carryOn(house, NAME);
      assert.equal(stalled.stalled?.cause, 'consumer-not-seen');
      assert.equal(await world.takesOld(), overlaps);
      const [finding, ...more] = await openFindings();
      assert.match(finding?.title ?? '', /not seen/);
      await house.rotation.round();
      assert.deepEqual([more.length, (await openFindings()).length], [0, 1]);
      await assertCompleted(await finish());
    });

    test('the target is down halfway: it is tried again, told, and gone on with', async () => {
      await start();
      await carryOn(house, NAME, house.rotation, reaches(waitingAt));
      // One use of the new secret: the SSH server's log shows it still when the server is gone.
      assert.equal(await world.takesFile(), true);
      await world.down();
      const stalled = await carryOn(house, NAME);
      assert.equal(stalled.stalled?.cause, 'target-failing');
      await world.up();
      await assertCompleted(await finish());
    });

    test('the target is down from the start: nothing is changed until it is up', async () => {
      await world.down();
      await start();
      const stalled = await carryOn(house, NAME);
      assert.equal(stalled.stalled?.cause, 'target-failing');
      await world.up();
      assert.deepEqual([await world.takesOld(), await world.takesFile()], [true, true]);
      await assertCompleted(await finish());
    });

    test('two at once: one run of one target, whoever carries it on', async () => {
      const both = await Promise.allSettled([start(), start()]);
      assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
      await house.declare('twin', world.spec);
      await assert.rejects(house.rotation.start({ name: 'twin', early: true, actor: 'sys' }), conflict);
      const replica = house.restarted();
      const consumer = world.startConsumer();
      const runs = await Promise.all([
        carryOn(house, NAME, house.rotation, ({ ended }) => ended !== null),
        carryOn(house, NAME, replica, ({ ended }) => ended !== null),
      ]);
      await consumer.stop();
      await assertCompleted(runs[0]);
    });

    test('the clock jumps by a year and back: a person is asked too early, and nothing is cut', async () => {
      await start();
      await carryOn(house, NAME, house.rotation, reaches(waitingAt));
      house.clock.advance(365 * DAY_MILLISECONDS);
      const stalled = await carryOn(house, NAME);
      assert.equal(stalled.stalled?.cause, 'consumer-not-seen');
      assert.equal(await world.takesOld(), overlaps);
      assert.equal(await world.takesFile(), true);
      house.clock.advance(-365 * DAY_MILLISECONDS);
      await assertCompleted(await finish());
    });

    test('a person abandons it: the old secret is in force again, and another run may start', async () => {
      await start();
      await carryOn(house, NAME, house.rotation, reaches(waitingAt));
      await house.rotation.abandon({ name: NAME, reason: 'not now', actor: 'per_olga' });
      assert.equal((await house.run(NAME)).outcome, 'abandoned');
      assert.deepEqual([await world.takesOld(), await world.takesFile()], [true, true]);
      await start();
      await assertCompleted(await finish());
    });

    for (const phase of ['made', 'authorised', 'swapped', 'seen', 'removed', 'refused', 'completed']) {
      if (!overlaps && (phase === 'authorised' || phase === 'removed')) continue;
      test(`killed after doing what makes it \`${phase}\`, before the entry: resumed by another process`, async () => {
        await start();
        const consumer = world.startConsumer();
        const dead = house.dyingAt(phase);
        for (let died = false; !died; ) {
          await dead.rotation.round();
          await pause(LOOK_MILLISECONDS);
          died = dead.died();
        }
        assert.ok(!phasesIn(await house.run(NAME)).includes(phase));
        await consumer.stop();
        await assertCompleted(await finish(house.restarted()));
      });
    }
  });
}
