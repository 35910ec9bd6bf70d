/** What whoever holds the log's key could try over an honest log. Each must be refused, and named. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromUtf8, utf8 } from '../bytes.ts';
import { encodeLeaf } from '../entry.ts';
import type { ZipMember } from '../zip.ts';
import { packageMembers } from './build.ts';
import type { PackageContents } from './model.ts';
import {
  checkpointOf,
  contentsOf,
  edit,
  FixtureLog,
  minute,
  newSigner,
  PERIOD,
  resign,
  smallLog,
} from './testing/fixture.ts';
import {
  assertRefused,
  honest,
  log,
  members,
  position,
  rebuilt,
  signer,
  without,
} from './testing/hostile.ts';

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
    { ...honest.range, base: 12, snapshot: 12, start: 10 },
    { ...honest.range, base: 10 },
    { ...honest.range, last: 2 ** 52 },
    { start: 18, base: 19, snapshot: 19, first: 19, last: 19 },
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
    resign(hidden, signer, { withheld: { bodies: [], openings: [], pages: [] } }),
    'entries',
    'entry 11: body is missing',
  );
  await assertRefused(
    resign(members, signer, { withheld: { bodies: [11], openings: [], pages: [] } }),
    'entries',
    'entry 11: body is there',
  );
  await assertRefused(
    resign(members, signer, { withheld: { bodies: [19], openings: [], pages: [] } }),
    'entries',
    'entry 19',
  );
  await assertRefused(
    resign(members, signer, { withheld: { bodies: [7], openings: [], pages: [] } }),
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
  await assertRefused(
    resign(fewer, signer, { withheld: { bodies: [], openings: [], pages: [] } }),
    'openings',
    '',
  );
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
