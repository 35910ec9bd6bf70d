import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Checkpoint, parseCheckpoint, parseNote, verifyConsistency } from '#verifier';
import { enrol, openTestHouse, operatorDoor, type TestHouse } from './testing.ts';

let house: TestHouse;
before(async () => {
  house = await openTestHouse();
});
after(() => house.close());

const ask = (query: string) => house.call(`/api/v1/ledger/consistency?${query}`, { door: operatorDoor() });

const bytesOf = (proof: string[]): Uint8Array[] =>
  proof.map((hash) => new Uint8Array(Buffer.from(hash, 'base64')));

const checkpointOf = (note: string): Checkpoint => parseCheckpoint(parseNote(Buffer.from(note)).text);

test('whoever kept a checkpoint can prove that the log only grew since', async () => {
  await enrol(house, 'ada');
  const kept = checkpointOf((await house.call('/log/checkpoint')).text);
  await enrol(house, 'bo');
  const { status, json } = await ask(`from=${kept.size}`);
  assert.equal(status, 200);
  const now = checkpointOf(json.checkpoint);
  assert.ok(now.size > kept.size, 'nothing was appended');
  assert.deepEqual([json.from, json.to], [kept.size, now.size]);
  const proof = bytesOf(json.proof);
  assert.ok(verifyConsistency(kept.size, now.size, proof, kept.root, now.root));
  const [first, ...rest] = proof;
  assert.ok(first);
  first[0] = (first[0] ?? 0) ^ 1;
  assert.equal(verifyConsistency(kept.size, now.size, [first, ...rest], kept.root, now.root), false);
});

test('a proof between two sizes in the past is that of the log itself', async () => {
  const { log } = house.house;
  const { size } = await log.head();
  for (let from = 0; from <= size; from += 1) {
    const { json } = await ask(`from=${from}&to=${size}`);
    assert.deepEqual(bytesOf(json.proof), await log.consistency(from, size), `from ${from}`);
  }
});

test('sizes that the log never had, and those in the wrong order, are refused', async () => {
  const { size } = await house.house.log.head();
  for (const [query, status, code] of [
    [`from=1&to=${size + 1}`, 404, 'not_found'],
    ['from=3&to=2', 400, 'bad_request'],
    ['from=-1', 400, 'bad_request'],
    ['to=2', 400, 'bad_request'],
    ['since=2', 400, 'unknown_key'],
  ] as const) {
    const answer = await ask(query);
    assert.deepEqual([answer.status, answer.json.code], [status, code], query);
  }
});

test('text that is no checkpoint is the mistake of whoever gave it; one over another tree is told', async () => {
  const verify = (checkpoint: string) =>
    house.call('/api/v1/ledger/verify', { body: { rows: true, checkpoint }, door: operatorDoor() });
  for (const text of ['', 'no note', 'a\n1\nAAAA\n\n— a AAAA\n']) {
    const { status, json } = await verify(text);
    assert.deepEqual([status, json.code], [400, 'bad_request'], text);
  }
  assert.deepEqual((await verify((await house.call('/log/checkpoint')).text)).json.problems, []);
});
