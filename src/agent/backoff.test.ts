import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryAfterMilliseconds } from './backoff.ts';

test('who was shed stays away for at least as long as asked, never for ever, and not all for the same time', () => {
  for (const none of [undefined, '', '-1', '1.5', 'Wed, 21 Oct 2015 07:28:00 GMT', '9'.repeat(40)])
    assert.equal(retryAfterMilliseconds(none), 0);
  const waits = Array.from({ length: 100 }, () => retryAfterMilliseconds('2'));
  assert.ok(waits.every((wait) => wait >= 2_000 && wait <= 3_000));
  assert.ok(new Set(waits).size > 1);
  assert.ok(retryAfterMilliseconds('999999999') <= 450_000);
});
