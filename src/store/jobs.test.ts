import assert from 'node:assert/strict';
import { afterEach, before, test } from 'node:test';
import { describeEngines } from '../../test/support/engines.ts';
import { manualClock } from '../kernel/index.ts';
import { createJobs, type Database, type Job, type Jobs } from './index.ts';

describeEngines('jobs', (engine) => {
  const clock = manualClock('2026-03-01T00:00:00Z');
  let database: Database;
  const open: Jobs[] = [];
  before(async () => {
    database = await engine.open();
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((jobs) => jobs.close()));
    await database.db.deleteFrom('job').execute();
    await database.db.deleteFrom('schedule').execute();
  });
  const create = (onFault: (error: unknown) => void = assert.ifError): Jobs => {
    const jobs = createJobs({ database, clock, onFault });
    open.push(jobs);
    return jobs;
  };

  test('runs what is due, once, in order', async () => {
    const jobs = create();
    const ran: unknown[] = [];
    for (const n of [1, 2, 3]) await jobs.put('a', { payload: { n } });
    await jobs.put('a', { payload: { n: 4 }, due: new Date('2026-03-01T00:01:00Z') });
    await jobs.put('nobody', { payload: {} });
    jobs.handle('a', async ({ payload }) => void ran.push(payload.n));
    await jobs.runDue();
    assert.deepEqual(ran, [1, 2, 3]);
    clock.advance(60_000);
    await jobs.runDue();
    assert.deepEqual(ran, [1, 2, 3, 4]);
  });

  test('a job exists exactly if its transaction does', async () => {
    const jobs = create();
    const rolledBack = database.transaction(async (tx) => {
      await jobs.put('b', {}, tx);
      throw new Error('back');
    });
    await assert.rejects(rolledBack, /back/);
    const ran: number[] = [];
    jobs.handle('b', async () => void ran.push(1));
    await jobs.runDue();
    assert.equal(ran.length, 0);
  });

  test('of the same key there is one unfinished job', async () => {
    const jobs = create();
    await jobs.put('c', { dedupe: 'x' });
    await jobs.put('c', { dedupe: 'x' });
    const ran: number[] = [];
    jobs.handle('c', async () => void ran.push(1));
    await jobs.runDue();
    assert.equal(ran.length, 1);
    await jobs.put('c', { dedupe: 'x' });
    await jobs.runDue();
    assert.equal(ran.length, 2);
  });

  test('a failed job comes again later, each time later', async () => {
    const faults: unknown[] = [];
    const jobs = create((error) => faults.push(error));
    const attempts: number[] = [];
    await jobs.put('d');
    jobs.handle('d', async (job: Job) => {
      attempts.push(job.attempts);
      if (job.attempts < 3) throw new Error('not yet');
    });
    for (const pause of [0, 1_000, 1_000, 1_000]) {
      clock.advance(pause);
      await jobs.runDue();
    }
    assert.deepEqual(attempts, [1, 2, 3]);
    assert.equal(faults.length, 2);
  });

  test('a job whose worker died comes back when its lease has ended, and only then', async () => {
    await database.db
      .insertInto('job')
      .values({
        queue: 'e',
        dedupe: null,
        payload: '{}',
        due: '2026-01-01T00:00:00.000Z',
        leased_until: new Date(clock.now().getTime() + 60_000).toISOString(),
        lease: 'dead',
      })
      .execute();
    const jobs = create();
    const ran: number[] = [];
    jobs.handle('e', async () => void ran.push(1));
    await jobs.runDue();
    assert.equal(ran.length, 0);
    clock.advance(60_001);
    await jobs.runDue();
    assert.equal(ran.length, 1);
  });

  test('a schedule puts a job each period, once among replicas, and makes up for nothing', async () => {
    const replicas = [create(), create()];
    const ran: number[] = [];
    for (const jobs of replicas) {
      jobs.handle('f', async () => void ran.push(1));
      await jobs.every('f', 60);
    }
    await Promise.all(replicas.map((jobs) => jobs.runDue()));
    assert.equal(ran.length, 1);
    clock.advance(59_000);
    await Promise.all(replicas.map((jobs) => jobs.runDue()));
    assert.equal(ran.length, 1);
    clock.advance(3_600_000);
    await Promise.all(replicas.map((jobs) => jobs.runDue()));
    assert.equal(ran.length, 2);
  });
});
