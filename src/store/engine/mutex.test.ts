import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Mutex } from './mutex.ts';

test('one holder at a time, in order', async () => {
  const mutex = new Mutex();
  const seen: number[] = [];
  let holders = 0;
  const visit = (n: number) =>
    mutex.run(async () => {
      holders += 1;
      assert.equal(holders, 1);
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(n);
      holders -= 1;
    });
  await Promise.all([1, 2, 3].map(visit));
  assert.deepEqual(seen, [1, 2, 3]);
});

test('who waits too long gives up, and the turn passes on', async () => {
  const mutex = new Mutex();
  const release = await mutex.acquire();
  await assert.rejects(mutex.acquire(5), /no turn within 5 ms/);
  const next = mutex.acquire();
  release();
  (await next)();
});
