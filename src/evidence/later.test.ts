import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readZip, verifyPackage } from '#verifier';
import { PAYMENTS } from '../changes/testing/house.ts';
import { askX509, joinAgent } from '../issuance/testing/world.ts';
import { timestamp } from '../kernel/index.ts';
import { buildBytes, carryOut, enrolTwo, openHouse } from './testing/house.ts';

const MINUTE_MS = 60_000;

/** Bo as declared anew: another name, the same key. What Bo signed before rests on the version that stood then. */
const boAgain = (publicKey: string): string => `apiVersion: muniment/v1
kind: Person
name: bo
spec:
  displayName: Bo Bergson
  roles: [operator, approver, auditor]
  keys: [{type: ed25519, publicKey: ${publicKey}}]
`;

test('a period after a snapshot is explained by older entries, each proven to be in the log', async (t) => {
  const house = await openHouse();
  t.after(() => house.close());
  const { clock, log, evidence } = house;
  const { ada, bo } = await enrolTwo(house);
  await carryOut(house, { ada, bo }, PAYMENTS);
  clock.advance(MINUTE_MS);
  await carryOut(house, { ada, bo }, boAgain(bo.publicKey));
  clock.advance(MINUTE_MS);
  const snapshot = await log.snapshot();
  clock.advance(MINUTE_MS);
  const from = timestamp(clock.now());
  const agent = await joinAgent(house as never);
  assert.equal((await askX509(house as never, agent)).granted.length, 1);
  clock.advance(MINUTE_MS);
  const to = timestamp(clock.now());

  const bytes = await buildBytes({ evidence }, { from, to });
  const report = await verifyPackage(bytes, { keys: [house.vkey] });
  assert.equal(report.outcome, 'HOLDS', JSON.stringify(report.problems));
  assert.equal(report.facts.range?.snapshot, snapshot.index);

  const { results } = await evidence.verdicts({ from, to });
  assert.deepEqual(
    results.map(({ control, verdict }) => ({ control, verdict })),
    report.facts.controls,
  );

  const text = (name: string): string =>
    new TextDecoder().decode(readZip(bytes).find((member) => member.name === name)?.bytes);
  assert.ok(text('carried/entries.jsonl').split('\n').length > 10);
  const members = text('tests/NHI-ISS-01.jsonl').trim().split('\n').slice(1);
  const verdicts = members.map((line) => (JSON.parse(line) as { verdict: string }).verdict);
  // The agent's own credential rests on what the bootstrap declared; the workload's on Bo's signature, long before.
  assert.deepEqual(verdicts, ['NOT_EVALUABLE', 'PASS']);
});
