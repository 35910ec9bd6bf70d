/** What a holder of the package, and what a holder of the log's own key, could try. Each must be refused, and named. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromUtf8, utf8 } from '../bytes.ts';
import { canonicalBytes } from '../canonical.ts';
import { encodeLeaf } from '../entry.ts';
import { sha256Hex } from '../hash.ts';
import { type ZipMember, zipBytes } from '../zip.ts';
import { packageMembers } from './build.ts';
import { bodyBundles, leafBundles } from './bundles.ts';
import {
  application,
  change,
  checkpointOf,
  contentsOf,
  edit,
  FixtureLog,
  minute,
  newApprover,
  newSigner,
  PERIOD,
  resign,
  smallLog,
  vkey,
} from './fixture.ts';
import { encodeProofs } from './members.ts';
import type { PackageContents } from './model.ts';
import type { CheckName } from './report.ts';
import { type VerifyOptions, verifyMembers, verifyPackage } from './verify.ts';

const signer = newSigner();
const log = smallLog();
const honest = contentsOf(log, signer);
const members = await packageMembers(honest, signer);
const keys = [vkey(signer)];

async function assertRefused(
  list: ZipMember[],
  check: CheckName,
  where: string | RegExp,
  options: VerifyOptions = { keys },
) {
  const report = await verifyMembers(list, options);
  assert.equal(report.outcome, 'BROKEN');
  assert.equal(report.exitCode, 1);
  const told = report.problems.map((problem) => `${problem.check}: ${problem.where}: ${problem.message}`);
  const pattern = where instanceof RegExp ? where : new RegExp(`^${check}: ${where}`, 'm');
  assert.match(told.join('\n'), pattern);
  assert.ok(
    report.problems.some((problem) => problem.check === check),
    told.join('\n'),
  );
}

const rebuilt = (changed: Partial<PackageContents>) => packageMembers({ ...honest, ...changed }, signer);
const without = (name: string) => members.filter((member) => member.name !== name);
const position = (name: string) => members.findIndex((member) => member.name === name);

// --- without the log's key ---

for (const { name } of members.slice(2)) {
  test(`an edited \`${name}\` is not the file that was signed`, async () => {
    const edited = members.map((member) =>
      member.name === name ? { name, bytes: new Uint8Array([...member.bytes, 0x20]) } : member,
    );
    await assertRefused(edited, 'files', name);
  });
}

test('dropped, added, renamed and reordered members', async () => {
  await assertRefused(without('closing.json'), 'files', 'closing.json: member is missing');
  await assertRefused(
    [...members, { name: 'more', bytes: utf8('') }],
    'files',
    'more: member does not belong here',
  );
  const csv = position('populations/people.csv');
  await assertRefused(
    [...members.slice(0, csv), ...members.slice(csv + 1), members[csv] as ZipMember],
    'files',
    '',
  );
  await assertRefused(
    [members[1] as ZipMember, members[0] as ZipMember, ...members.slice(2)],
    'manifest',
    '',
  );
  await assertRefused(members.slice(1), 'manifest', '');
});

test('a duplicate member, a truncated archive, bytes after its end', async () => {
  const bytes = zipBytes(members);
  const twice = Buffer.from(zipBytes([...members, { name: 'opening.jsoX', bytes: utf8('{}') }])).toString(
    'latin1',
  );
  for (const bad of [
    Buffer.from(twice.replaceAll('opening.jsoX', 'opening.json'), 'latin1'),
    bytes.subarray(0, bytes.length - 1),
    bytes.subarray(0, 1000),
    new Uint8Array([...bytes, 0]),
  ]) {
    const report = await verifyPackage(bad, { keys });
    assert.equal(report.exitCode, 1);
    assert.equal(report.problems[0]?.check, 'archive');
  }
});

test('a forged key: the whole package signed by another, under the same name', async () => {
  const forger = newSigner();
  const forged = await packageMembers(contentsOf(smallLog(), forger), forger);
  await assertRefused(forged, 'key', '');
  await assertRefused(forged, 'since', '', { since: checkpointOf(log, signer, 12) });
  // The manifest alone signed anew, still naming the log's key.
  await assertRefused(
    [members[0] as ZipMember, resign(members, forger)[1] as ZipMember, ...members.slice(2)],
    'manifest',
    '',
  );
});

test('an envelope of another payload type, with a second signature, or over another manifest', async () => {
  const envelope = fromUtf8((members[1] as ZipMember).bytes);
  const { signatures } = JSON.parse(envelope);
  for (const changed of [
    { ...JSON.parse(envelope), payloadType: 'application/vnd.in-toto+json' },
    { ...JSON.parse(envelope), signatures: [...signatures, ...signatures] },
    { ...JSON.parse(envelope), signatures: [] },
    { ...JSON.parse(envelope), payload: btoa('{}') },
    { ...JSON.parse(envelope), signatures: [{ ...signatures[0], keyid: 'another' }] },
    { ...JSON.parse(envelope), note: 1 },
  ]) {
    await assertRefused(
      members.with(1, { name: 'manifest.dsse.json', bytes: canonicalBytes(changed) }),
      'manifest',
      '',
    );
  }
});

// --- with the log's key: whoever runs the server ---

test('a narrowed range: the first or last entry of the period left out', async () => {
  const later = contentsOf(log, signer, { ...honest.range, first: 12 });
  await assertRefused(
    await packageMembers(later, signer),
    'period',
    ': entry 11 lies in the period and is left out',
  );
  const earlier = contentsOf(log, signer, { ...honest.range, last: 18 });
  await assertRefused(
    await packageMembers(earlier, signer),
    'period',
    ': entry 18 lies in the period and is left out',
  );
});

test('a widened range, and a period whose bounds were moved', async () => {
  const wide = contentsOf(log, signer, { ...honest.range, last: 21 });
  await assertRefused(await packageMembers(wide, signer), 'period', ': entry 20 lies after the period');
  const early = contentsOf(log, signer, { ...honest.range, first: 10 });
  await assertRefused(await packageMembers(early, signer), 'period', ': entry 10 lies before the period');
  await assertRefused(
    resign(members, signer, { period: { ...PERIOD, from: minute(13) } }),
    'period',
    ': entry 12 lies in the period|: entry 11 lies before',
  );
  await assertRefused(
    resign(members, signer, { period: { from: PERIOD.to, to: PERIOD.from } }),
    'manifest',
    '',
  );
});

test('ranges that contradict themselves', async () => {
  for (const range of [
    { ...honest.range, start: 8 },
    { ...honest.range, start: 10 },
    { ...honest.range, snapshot: 12, start: 10 },
    { ...honest.range, last: 2 ** 52 },
    { start: 19, snapshot: 19, first: 19, last: 19 },
    { ...honest.range, first: -1 },
    { ...honest.range, last: 19.5 },
  ]) {
    await assertRefused(resign(members, signer, { range }), 'manifest', '');
  }
});

test('a leaf dropped from the middle, one edited, two swapped', async () => {
  const { leaves, bodies, range } = honest;
  const shorter = { ...range, last: range.last - 1 };
  await assertRefused(
    await rebuilt({ leaves: leaves.toSpliced(3, 1), bodies: bodies.toSpliced(3, 1), range: shorter }),
    'log',
    '',
  );
  const forged = encodeLeaf({ ...JSON.parse(fromUtf8(leaves[2] as Uint8Array)), actor: 'per_b' });
  await assertRefused(await rebuilt({ leaves: leaves.with(2, forged) }), 'log', '');
  const swap = <T>(list: T[]) => list.with(2, list[8] as T).with(8, list[2] as T);
  await assertRefused(await rebuilt({ leaves: swap(leaves), bodies: swap(bodies) }), 'log', '');
});

test('a second log under the same key', async () => {
  const fork = smallLog();
  fork.append('session.opened', { person: 'per_a', method: 'passkey' });
  const other = smallLog();
  other.append('session.opened', { person: 'per_b', method: 'passkey' });
  const forked = await packageMembers(contentsOf(fork, signer), signer);
  await assertRefused(forked, 'since', '', { since: checkpointOf(other, signer) });
  await assertRefused(await rebuilt({ checkpoint: checkpointOf(other, signer) }), 'log', '');
  const rewritten = new FixtureLog();
  for (let i = 0; i < 12; i++) rewritten.append('session.ended', { person: 'per_a', reason: 'x' });
  await assertRefused(members, 'since', ': the log was rewritten', {
    since: checkpointOf(rewritten, signer, 12),
  });
});

test('an earlier checkpoint that nothing ties to the package, or that is newer', async () => {
  await assertRefused(members, 'since', ': the package holds no proof', {
    since: checkpointOf(log, signer, 5),
  });
  const longer = smallLog();
  longer.append('session.opened', { person: 'per_b', method: 'passkey' });
  await assertRefused(members, 'since', ': the checkpoint given has 24', {
    since: checkpointOf(longer, signer),
  });
  await assertRefused(members, 'since', '', { since: utf8('no note') });
  await assertRefused(await rebuilt({ since: { size: 5, proof: [new Uint8Array(32)] } }), 'since', '', {
    since: checkpointOf(log, signer, 5),
  });
});

test('proofs swapped, dropped or taken from elsewhere', async () => {
  const [first, second, ...rest] = honest.carried as [
    PackageContents['carried'][0],
    PackageContents['carried'][0],
  ];
  const swapped = [{ ...first, proof: second.proof }, { ...second, proof: first.proof }, ...rest];
  await assertRefused(await rebuilt({ carried: swapped }), 'carried', `entry ${first.index}`);
  await assertRefused(await rebuilt({ consistency: honest.consistency.toReversed() }), 'log', '');
  await assertRefused(await rebuilt({ consistency: [] }), 'log', '');
  await assertRefused(await rebuilt({ frontier: honest.frontier.toReversed() }), 'log', '');
  await assertRefused(await rebuilt({ frontier: [] }), 'log', '');
});

test('a checkpoint that is unsigned, of another origin, or too short for the range', async () => {
  const stranger = newSigner('other.test/log');
  await assertRefused(await rebuilt({ checkpoint: checkpointOf(log, stranger) }), 'checkpoint', '');
  await assertRefused(await rebuilt({ checkpoint: checkpointOf(log, newSigner()) }), 'checkpoint', '');
  await assertRefused(await rebuilt({ checkpoint: checkpointOf(log, signer, 19) }), 'checkpoint', '');
  await assertRefused(await rebuilt({ checkpoint: utf8('x') }), 'checkpoint', '');
});

test('edited rows in snapshot, opening or closing', async () => {
  const row = ['"description":"payments"', '"description":"harmless"'] as const;
  await assertRefused(resign(edit(members, 'opening.json', ...row), signer), 'opening', '');
  await assertRefused(resign(edit(members, 'closing.json', ...row), signer), 'closing', '');
  await assertRefused(resign(edit(members, 'snapshot.json', ...row), signer), 'snapshots', '');
});

test('an edited population or verdict does not follow from the entries', async () => {
  await assertRefused(
    resign(edit(members, 'populations/applications.csv', 'app_2', 'app_3'), signer),
    'computed',
    'populations/applications.csv',
  );
  await assertRefused(
    resign(edit(members, 'tests/NHI-INV-01.jsonl', 'NOT_EVALUABLE', 'PASS'), signer),
    'computed',
    'tests/NHI-INV-01.jsonl',
  );
  await assertRefused(
    resign(without('tests/NHI-INV-01.jsonl'), signer),
    'computed',
    'tests/NHI-INV-01.jsonl: is missing',
  );
  const csv = position('populations/people.csv');
  const more = members.toSpliced(csv, 0, { name: 'populations/extra.csv', bytes: utf8('') });
  await assertRefused(resign(more, signer), 'computed', 'populations/extra.csv');
  const swapped = members.with(csv, members[csv + 1] as ZipMember).with(csv + 1, members[csv] as ZipMember);
  await assertRefused(resign(swapped, signer), 'computed', ': members are not in order');
});

test('members added, dropped or moved under a new signature', async () => {
  await assertRefused(
    resign([...members, { name: 'notes.txt', bytes: utf8('') }], signer),
    'files',
    'notes.txt',
  );
  await assertRefused(resign(without('opening.json'), signer), 'files', 'opening.json');
  await assertRefused(
    resign([...members.slice(0, -2), members.at(-1) as ZipMember, members.at(-2) as ZipMember], signer),
    'files',
    ': members are not in order',
  );
});

test('a body left out that the manifest does not list, one listed that is there, one that is another', async () => {
  const hidden = await rebuilt({ bodies: honest.bodies.with(2, null) });
  await assertRefused(
    resign(hidden, signer, { withheld: { bodies: [], openings: [] } }),
    'entries',
    'entry 11: body is missing',
  );
  await assertRefused(
    resign(members, signer, { withheld: { bodies: [11], openings: [] } }),
    'entries',
    'entry 11: body is there',
  );
  await assertRefused(
    resign(members, signer, { withheld: { bodies: [19], openings: [] } }),
    'entries',
    'entry 19',
  );
  await assertRefused(
    resign(members, signer, { withheld: { bodies: [7], openings: [] } }),
    'carried',
    'entry 7',
  );
  await assertRefused(
    edit(members, 'bodies/0000000000', 'signed out', 'signed off'),
    'files',
    'bodies/0000000000',
  );
  await assertRefused(
    resign(edit(members, 'bodies/0000000000', 'signed out', 'signed off'), signer),
    'entries',
    'entry 18: body is not the one',
  );
});

test('older entries left out, edited or invented', async () => {
  const { carried } = honest;
  await assertRefused(
    await rebuilt({ carried: carried.slice(1) }),
    'carried',
    `entry ${carried[0]?.index}: is not carried`,
  );
  await assertRefused(
    resign(edit(members, 'carried/entries.jsonl', '"actor\\":\\"per_a', '"actor\\":\\"per_b'), signer),
    'carried',
    'entry 2: is not in the log',
  );
  const invented = {
    index: 1,
    leaf: log.leaves[4] as Uint8Array,
    body: log.bodies[4] as Uint8Array,
    proof: carried[0]?.proof ?? [],
  };
  await assertRefused(
    await rebuilt({ carried: [invented, ...carried] }),
    'carried',
    'entry 1: is not in the log',
  );
  await assertRefused(
    await rebuilt({ carried: carried.toReversed() }),
    'carried',
    ': carried entries are not in ascending order',
  );
});

test('openings edited, dropped without saying so, or of nothing', async () => {
  await assertRefused(
    resign(edit(members, 'openings/openings.jsonl', 'Person per_a', 'Person per_x'), signer),
    'openings',
    '',
  );
  const fewer = await rebuilt({ openings: honest.openings.slice(1) });
  await assertRefused(resign(fewer, signer, { withheld: { bodies: [], openings: [] } }), 'openings', '');
  const other = new FixtureLog();
  other.commit('a');
  const line = `{"commitment":"${other.commit('b').commitment}"`;
  const lines = fromUtf8((members[position('openings/openings.jsonl')] as ZipMember).bytes);
  const { commitment, salt, value } = other.openings[1] as {
    commitment: string;
    salt: string;
    value: string;
  };
  const all = [...lines.trimEnd().split('\n'), JSON.stringify({ commitment, salt, value })].sort();
  assert.ok(all.some((each) => each.startsWith(line)));
  const added = members.with(position('openings/openings.jsonl'), {
    name: 'openings/openings.jsonl',
    bytes: utf8(`${all.join('\n')}\n`),
  });
  await assertRefused(resign(added, signer), 'openings', `commitment ${commitment}`);
});

// --- with the log's key, and lies in the log itself ---

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
    { start: 9, snapshot: 9, first: 11, last },
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
  await assertRefused(package_, 'changes', 'entry 12: applies `chg_7`, which is not in the log');
  await assertRefused(
    await packageOfLog((lying) => lying.append('change.applied', applied)),
    'changes',
    'entry 12: applies another digest',
  );
});

test('a snapshot that is not the fold, one passed over, time that goes back, a body of another kind', async () => {
  const lying = await packageOfLog((log) =>
    log.append('snapshot', { size: log.leaves.length, state: 'f'.repeat(64) }),
  );
  await assertRefused(lying, 'snapshots', 'entry 12: snapshot is not the fold');
  const old = contentsOf(log, signer, { ...honest.range, start: 0, snapshot: 0 });
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
