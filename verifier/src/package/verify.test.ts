import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leafHash, proveConsistency } from '../merkle.ts';
import { zipBytes } from '../zip.ts';
import { encodePackage, packageMembers } from './build.ts';
import type { PackageContents } from './model.ts';
import { formatReport } from './render.ts';
import type { Report } from './report.ts';
import {
  checkpointOf,
  contentsOf,
  cosigned,
  minute,
  newSigner,
  newWitness,
  PERIOD,
  resign,
  smallLog,
  vkey,
} from './testing/fixture.ts';
import { verifyMembers, verifyPackage } from './verify.ts';

const signer = newSigner();
const log = smallLog();
const honest = contentsOf(log, signer);
const keys = [vkey(signer)];

const told = (report: Report) =>
  report.problems.map(({ check, where, message }) => `${check}: ${where}: ${message}`).join('\n');

/** The package holds, or what it says is shown. */
function assertHolds(report: Report, outcome: Report['outcome'] = 'HOLDS'): void {
  assert.equal(report.outcome, outcome, told(report));
  assert.equal(report.exitCode, 0);
}

test('an honest package holds, every check was made, and the origin is pinned by the key', async () => {
  const witness = newWitness('witness.example/one');
  const witnessed = { ...honest, checkpoint: cosigned(honest.checkpoint, [witness]) };
  const report = await verifyPackage(await encodePackage(witnessed, signer), {
    keys,
    since: checkpointOf(log, signer, 15),
    witnesses: [witness.key],
  });
  assertHolds(report);
  assert.equal(report.pinnedBy, 'key');
  assert.deepEqual(
    report.checks.filter(({ outcome }) => outcome !== 'OK'),
    [],
  );
  assert.equal(report.facts.controls?.length, 53);
  assert.match(formatReport(report), /everything holds\n$/);
});

test('the same contents give the same bytes', async () => {
  assert.deepEqual(await encodePackage(honest, signer), await encodePackage(contentsOf(log, signer), signer));
});

test('without a key and an earlier checkpoint it holds, and says loudly that the origin is not pinned', async () => {
  const report = await verifyPackage(await encodePackage(honest, signer));
  assertHolds(report);
  assert.equal(report.pinnedBy, null);
  assert.match(formatReport(report), /ORIGIN NOT PINNED/);
});

test('a withheld body makes it PARTIAL, and fails where the whole was asked for', async () => {
  const bodies = honest.bodies.with(2, null);
  const bytes = await encodePackage({ ...honest, bodies }, signer);
  const report = await verifyPackage(bytes, { keys });
  assertHolds(report, 'PARTIAL');
  assert.deepEqual(report.facts.withheld, { bodies: [11], openings: 0, pages: 0 });
  const whole = await verifyPackage(bytes, { keys, requireComplete: true });
  assert.equal(whole.exitCode, 1);
});

test('what rests on a withheld body is not evaluable, and never a pass', async () => {
  // Entry 12 proposes the change that 13 approves and 15 declares from; 17 is a snapshot after it.
  const report = await verifyPackage(
    await encodePackage({ ...honest, bodies: honest.bodies.with(3, null) }, signer),
  );
  assertHolds(report, 'PARTIAL');
  const unsure = report.checks.filter(({ outcome }) => outcome === 'NOT_EVALUABLE').map(({ check }) => check);
  assert.deepEqual(unsure, ['snapshots', 'changes']);
  assert.match(
    formatReport(report),
    /entry 15: rests on `chg_2`, which is not in the log; the body of entry 12 is withheld/,
  );
});

test('an opening that is not handed over is listed as withheld', async () => {
  const report = await verifyPackage(
    await encodePackage({ ...honest, openings: honest.openings.slice(1) }, signer),
  );
  assertHolds(report, 'PARTIAL');
  assert.equal(report.facts.withheld?.openings, 1);
});

test('an older entry whose body was erased is listed, and what it declared cannot be told', async () => {
  const carried = honest.carried.map((entry) => (entry.index === 2 ? { ...entry, body: null } : entry));
  const report = await verifyPackage(await encodePackage({ ...honest, carried }, signer));
  assertHolds(report, 'PARTIAL');
  assert.deepEqual(report.facts.withheld?.bodies, [2]);
  assert.equal(report.checks.find(({ check }) => check === 'carried')?.outcome, 'NOT_EVALUABLE');
});

test('the first period of a log needs nothing before it', async () => {
  const range = { start: 0, base: 0, snapshot: 0, first: 0, last: 11 };
  const contents = contentsOf(log, signer, range, { from: '2026-01-01T00:00:00.000Z', to: PERIOD.from });
  assertHolds(await verifyPackage(await encodePackage(contents, signer), { keys }));
});

test('one period’s closing is the next one’s opening', async () => {
  const next = contentsOf(
    log,
    signer,
    { start: 17, base: 17, snapshot: 17, first: 19, last: 22 },
    { from: PERIOD.to, to: minute(22) },
  );
  const opening = (await packageMembers(next, signer)).find(({ name }) => name === 'opening.json');
  const closing = (await packageMembers(honest, signer)).find(({ name }) => name === 'closing.json');
  assert.deepEqual(opening?.bytes, closing?.bytes);
  assertHolds(await verifyMembers(await packageMembers(next, signer), { keys, since: honest.checkpoint }));
});

test('a period without entries is whole too', async () => {
  const contents = contentsOf(
    log,
    signer,
    { start: 9, base: 9, snapshot: 9, first: 11, last: 11 },
    { from: '2026-03-01T00:10:30.000Z', to: '2026-03-01T00:10:40.000Z' },
  );
  assertHolds(await verifyPackage(await encodePackage(contents, signer), { keys }));
});

test('the snapshot may be the period’s first entry: the leaf before it is there as an edge', async () => {
  const contents = contentsOf(
    log,
    signer,
    { start: 8, base: 9, snapshot: 9, first: 9, last: 19 },
    { from: minute(9), to: PERIOD.to },
  );
  assertHolds(await verifyPackage(await encodePackage(contents, signer), { keys }));
});

test('a snapshot of fewer entries than stand before it, wherever the period begins', async () => {
  const behind = smallLog({ behind: 2 });
  for (const first of [11, 15, 16]) {
    const range = { start: 7, base: 7, snapshot: 9, first, last: 19 };
    const contents = contentsOf(behind, signer, range, { from: minute(first), to: PERIOD.to });
    assertHolds(await verifyPackage(await encodePackage(contents, signer), { keys }));
    const short = contentsOf(behind, signer, { ...range, start: 8, base: 8 }, contents.period);
    const members = await packageMembers({ ...short, carried: contents.carried }, signer);
    assert.equal((await verifyMembers(members, { keys })).outcome, 'BROKEN');
  }
});

test('an earlier checkpoint pins the origin, from inside the range or by a proof of its own', async () => {
  const inside = await verifyPackage(await encodePackage(honest, signer), {
    since: checkpointOf(log, signer, 12),
  });
  assertHolds(inside);
  assert.equal(inside.pinnedBy, 'since');
  const proof = proveConsistency(5, log.leaves.map(leafHash));
  const contents: PackageContents = { ...honest, since: { size: 5, proof } };
  assertHolds(
    await verifyPackage(await encodePackage(contents, signer), { since: checkpointOf(log, signer, 5) }),
  );
});

const documented = (documents: Record<string, string>) =>
  encodePackage({ ...honest, pages: () => ({ readme: 'r', index: 'i', documents }) }, signer);

test('documents come along under the manifest, sorted, and any number of them', async () => {
  assertHolds(await verifyPackage(await documented({ 'log-b': 'b', 'a-1': 'a' }), { keys }));
  assertHolds(await verifyPackage(await documented({}), { keys }));
});

for (const name of ['Upper', '-a', 'a--b', 'a.b', 'é']) {
  test(`a document may not be called \`${name}\``, async () => {
    const bytes = documented({ [name]: 'x' });
    const report = await bytes.then((all) => verifyPackage(all, { keys })).catch(() => null);
    assert.ok(report === null || report.exitCode === 1);
  });
}

test('a report tells everything that is wrong, and nothing of it reaches a terminal raw', async () => {
  const members = await packageMembers({ ...honest, pages: () => ({ readme: '', index: '' }) }, signer);
  const report = await verifyMembers(
    members.map((member) => (member.name === 'index.html' ? { ...member, name: 'x\u001b[2J' } : member)),
  );
  assert.equal(report.exitCode, 1);
  assert.ok(!formatReport(report).includes('\u001b'));
});

test('bytes that are no archive are refused and not thrown at', async () => {
  for (const bytes of [
    new Uint8Array(0),
    new Uint8Array(100),
    zipBytes([]),
    zipBytes(resign(await packageMembers(honest, signer), signer).slice(2)),
  ]) {
    const report = await verifyPackage(bytes);
    assert.equal(report.exitCode, 1);
  }
});
