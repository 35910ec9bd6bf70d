/** The bench of a large estate, with a small one: it measures what it says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sweepEstate } from '../bench/estate.ts';
import { postgresPrograms } from './support/postgres.ts';

const IDENTITIES = 1_000;

test('a small estate is swept whole, twice, and its pages are asked for', {
  skip: postgresPrograms() === undefined ? 'needs PostgreSQL' : false,
}, async () => {
  const { first, second, pages } = await sweepEstate(IDENTITIES);
  const NOTHING = { new: 0, changed: 0, gone: 0 };
  assert.deepEqual([first.verdict, first.items], ['COMPLETE', 2 * IDENTITIES]);
  assert.deepEqual(first.differences, { ...NOTHING, new: 2 * IDENTITIES });
  assert.deepEqual([second.verdict, second.differences], ['COMPLETE', NOTHING]);
  assert.ok(first.reconciliation > 0 && first.reconciliation < first.milliseconds);
  assert.ok(pages.length > 0);
});
