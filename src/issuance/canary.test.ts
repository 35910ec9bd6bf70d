import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeEntry, type EntryData } from '#verifier';
import { openWorld } from './testing/world.ts';

test('a planted wrong request is refused, recorded as planted, and nothing is signed', async (t) => {
  const world = await openWorld();
  t.after(() => world.close());
  const before = await world.log.head();
  const { entry, refused } = await world.issuance.plantCanary();
  assert.equal(refused, true);
  assert.equal((await world.log.head()).size, before.size + 1);
  const stored = await world.log.entry(entry);
  assert.ok(stored);
  const { leaf, body } = decodeEntry(stored.index, stored.leaf, stored.body);
  assert.equal(leaf.kind, 'credential.refused');
  assert.ok(body);
  const { request, code } = body.data as EntryData['credential.refused'];
  assert.deepEqual([request.claimed, request.door, code], [{ canary: true }, 'canary', 'no_identity']);
});
