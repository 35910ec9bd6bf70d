/** Lies in the log itself, told by whoever holds its key. Each must be refused, and named. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utf8 } from '../bytes.ts';
import { canonicalBytes } from '../canonical.ts';
import { encodeLeaf, snapshotOf } from '../entry.ts';
import { sha256Hex } from '../hash.ts';
import type { ApplicationSpec } from '../words/index.ts';
import type { ZipMember } from '../zip.ts';
import { packageMembers } from './build.ts';
import { bodyBundles, leafBundles } from './bundles.ts';
import { encodeProofs } from './members.ts';
import {
  application,
  change,
  contentsOf,
  FixtureLog,
  minute,
  newApprover,
  PERIOD,
  resign,
  smallLog,
} from './testing/fixture.ts';
import { assertRefused, honest, keys, log, members, signer } from './testing/hostile.ts';
import { verifyMembers } from './verify.ts';

/** The small log up to entry 11, then what the test appends, then enough to end the period. */
async function packageOfLog(tail: (log: FixtureLog) => void): Promise<ZipMember[]> {
  const lying = new FixtureLog();
  const until = smallLog();
  for (let i = 0; i < 12; i++) {
    lying.leaves.push(until.leaves[i] as Uint8Array);
    lying.bodies.push(until.bodies[i] as Uint8Array);
    lying.states.push(until.states[i] as never);
  }
  Object.assign(lying.state, structuredClone(until.states[12]));
  lying.openings.push(...until.openings);
  tail(lying);
  const last = lying.append(
    'log.gap',
    { from: minute(0), to: minute(1), refusals: 1 },
    { time: minute(100) },
  );
  const contents = contentsOf(
    lying,
    signer,
    { start: 9, base: 9, snapshot: 9, first: 11, last },
    { from: PERIOD.from, to: minute(90) },
  );
  return packageMembers(contents, signer);
}

test('the log that is lied about below holds while nobody lies', async () => {
  const fair = await packageOfLog((lying) => change(lying, 'chg_2', application('app_2')));
  assert.equal((await verifyMembers(fair, { keys })).outcome, 'HOLDS');
});

test('an approval that its approver did not sign', async () => {
  const forged = await packageOfLog((lying) =>
    change(lying, 'chg_2', application('app_2'), { signer: newApprover('x').privateKey }),
  );
  await assertRefused(forged, 'changes', 'entry 13: the approval’s signature does not verify');
});

test('something declared that the plan does not say, and a change that nobody approved', async () => {
  const spec = { description: 'other', owner: 'per_a', status: 'active' } as const;
  const declared = {
    kind: 'Application',
    id: 'app_1',
    name: 'app_1',
    spec,
    change: 'chg_1',
    bootstrap: false,
  } as const;
  await assertRefused(
    await packageOfLog((lying) => lying.append('resource.declared', declared)),
    'changes',
    'entry 12: is not what `chg_1` says',
  );
  const alone = await packageOfLog((lying) =>
    lying.append('resource.declared', { ...declared, change: null }),
  );
  await assertRefused(alone, 'changes', 'entry 12: is declared by no change');
  const unmarked = await packageOfLog((lying) =>
    lying.append('resource.declared', { ...declared, change: null, bootstrap: true }),
  );
  await assertRefused(unmarked, 'changes', 'entry 12: is marked as bootstrap, which was not open');
  const plan = {
    v: 1,
    change: 'chg_9',
    title: '',
    reason: '',
    proposer: 'per_a',
    operations: [],
    gains: [],
  } as const;
  const other = { ...plan, operations: [], gains: [] };
  const wrong = await packageOfLog((lying) =>
    lying.append('change.proposed', { plan: other, planDigest: 'f'.repeat(64), source: null }),
  );
  await assertRefused(wrong, 'changes', 'entry 12: digest is not that of the plan');
});

test('a change applied without a second person', async () => {
  const applied = { change: 'chg_1', planDigest: 'f'.repeat(64), operations: 0, bootstrap: false };
  const package_ = await packageOfLog((lying) =>
    lying.append('change.applied', { ...applied, change: 'chg_7' }),
  );
  await assertRefused(package_, 'changes', 'entry 12: rests on `chg_7`, which is not in the log');
  await assertRefused(
    await packageOfLog((lying) => lying.append('change.applied', applied)),
    'changes',
    'entry 12: applies another digest',
  );
});

test('an old, approved plan played again: applied twice, or over what came after it', async () => {
  const { after: spec, name } = application('app_1');
  const again = {
    kind: 'Application',
    id: 'app_1',
    name,
    spec: spec as ApplicationSpec,
    change: 'chg_1',
    bootstrap: false,
  } as const;
  const replayed = await packageOfLog((lying) => lying.append('resource.declared', again));
  await assertRefused(replayed, 'changes', 'entry 12: is over another version than `chg_1` was made for');
  const { planDigest: digest } = log.state.tables.change.get('chg_1') as { planDigest: string };
  const twice = { change: 'chg_1', planDigest: digest, operations: 1, bootstrap: false };
  const applied = await packageOfLog((lying) => lying.append('change.applied', twice));
  await assertRefused(applied, 'changes', 'entry 12: applies `chg_1`, which is applied already');
});

test('a plan carried out in part, and one carried out that was never applied', async () => {
  const cut = (kind: string) =>
    packageOfLog((lying) => {
      const whole = new FixtureLog();
      whole.append = ((each: 'log.gap', data: never) =>
        each === (kind as string) ? 0 : lying.append(each, data)) as never;
      change(whole, 'chg_2', application('app_2'));
    });
  await assertRefused(
    await cut('resource.declared'),
    'changes',
    'entry 14: applies `chg_2`, and nothing does its step for `app_2`',
  );
  await assertRefused(
    await cut('change.applied'),
    'changes',
    'entry 14: rests on `chg_2`, which was not applied',
  );
  await assertRefused(
    await cut('change.approved'),
    'changes',
    'entry 13: applies `chg_2`, which no second person approved',
  );
});

test('something retired that no plan retires', async () => {
  const gone = { kind: 'Application', id: 'app_1', reason: 'x' } as const;
  const unplanned = await packageOfLog((lying) =>
    lying.append('resource.retired', { ...gone, change: 'chg_1' }),
  );
  await assertRefused(unplanned, 'changes', 'entry 12: is not what `chg_1` says');
  const alone = await packageOfLog((lying) => lying.append('resource.retired', { ...gone, change: null }));
  await assertRefused(alone, 'changes', 'entry 12: is retired by no change');
});

test('a snapshot that is not the fold, one passed over, time that goes back, a body of another kind', async () => {
  const lying = await packageOfLog((log) =>
    log.append('snapshot', { ...snapshotOf(log.state, minute(12)), state: 'f'.repeat(64) }),
  );
  await assertRefused(lying, 'snapshots', 'entry 12: snapshot is not the fold');
  const old = contentsOf(log, signer, { ...honest.range, start: 0, base: 0, snapshot: 0 });
  await assertRefused(await packageMembers(old, signer), 'snapshots', ': entry 9 is a later snapshot');
  const back = await packageOfLog((log) =>
    log.append('session.ended', { person: 'per_a', reason: 'x' }, { time: minute(3) }),
  );
  await assertRefused(back, 'entries', 'entry 12: time goes back');
});

/** The honest package with leaves and bodies of a log that no builder would make, under its own checkpoint. */
function overLog(bad: FixtureLog): ZipMember[] {
  const { range, ...contents } = contentsOf(bad, signer);
  const replaced = new Map<string, Uint8Array>([
    ['checkpoint', contents.checkpoint],
    ['log/proofs.json', encodeProofs({ ...contents, since: null })],
    ...leafBundles(range, contents.leaves).map(({ name, bytes }) => [name, bytes] as const),
    ...bodyBundles(range, contents.bodies.with(-1, null)).map(({ name, bytes }) => [name, bytes] as const),
  ]);
  return resign(
    members.map(({ name, bytes }) => ({ name, bytes: replaced.get(name) ?? bytes })),
    signer,
  );
}

test('entries that are in the log and malformed', async () => {
  assert.equal((await verifyMembers(overLog(smallLog()), { keys })).outcome, 'HOLDS');
  const leaf = { actor: '', body: sha256Hex('{}'), kind: 'snapshot', subject: '', time: minute(12), v: 1 };
  for (const [text, message] of [
    ['{}', 'leaf has members'],
    [JSON.stringify({ ...leaf, kind: 'unheard.of' }), 'unknown kind `unheard.of`'],
    [JSON.stringify(leaf, null, 1), 'JSON is not in canonical form'],
    [JSON.stringify(leaf), 'body has members'],
    [JSON.stringify({ ...leaf, subject: 'x'.repeat(1024) }), 'leaf is longer than 1024 bytes'],
  ] as const) {
    const bad = smallLog();
    bad.leaves[12] = utf8(text);
    bad.bodies[12] = utf8('{}');
    await assertRefused(overLog(bad), 'entries', `entry 12: ${message}`);
    await assert.rejects(packageMembers(contentsOf(bad, signer), signer));
  }
});

test('data that no rule of its kind was written for ends in a problem, not in an exception', async () => {
  for (const data of [{ kind: 'Nothing', id: 'x' }, { kind: 'Person', id: 'per_b', spec: null }, {}]) {
    const bytes = canonicalBytes({ v: 1, nonce: 'AAAAAAAAAAAAAAAAAAAAAA', occurred: minute(12), data });
    const kind = 'resource.declared';
    const odd = smallLog();
    odd.bodies[12] = bytes;
    odd.leaves[12] = encodeLeaf({
      v: 1,
      kind,
      time: minute(12),
      subject: '',
      actor: '',
      body: sha256Hex(bytes),
    });
    await assertRefused(overLog(odd), 'snapshots', '');
  }
});
