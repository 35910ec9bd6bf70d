import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utf8 } from './bytes.ts';
import { canonicalBytes } from './canonical.ts';
import { checkOpening, commit, openingOf } from './commitment.ts';
import { decodeEntry, encodeBody, encodeLeaf, isTime, stateDigest } from './entry.ts';
import { sha256Hex } from './hash.ts';
import { type Body, emptyState, type Leaf } from './words/index.ts';

const body: Body<'bootstrap.opened'> = {
  v: 1,
  nonce: 'AAAAAAAAAAAAAAAAAAAAAA',
  occurred: '2026-03-03T10:00:00.000Z',
  data: { reason: 'first start' },
};
const leaf: Leaf = {
  v: 1,
  kind: 'bootstrap.opened',
  time: '2026-03-03T10:00:00.000Z',
  subject: '',
  actor: 'sys',
  body: sha256Hex(encodeBody(body)),
};

test('an entry is read back from its bytes, with its body or without', () => {
  assert.deepEqual(decodeEntry(7, encodeLeaf(leaf), encodeBody(body)), { index: 7, leaf, body });
  assert.deepEqual(decodeEntry(7, encodeLeaf(leaf), null), { index: 7, leaf, body: null });
});

for (const [why, changed] of [
  ['an unknown kind', { kind: 'credential.invented' }],
  ['a kind from the prototype', { kind: 'constructor' }],
  ['another version', { v: 2 }],
  ['a time without milliseconds', { time: '2026-03-03T10:00:00Z' }],
  ['a day that does not exist', { time: '2026-02-30T10:00:00.000Z' }],
  ['another zone', { time: '2026-03-03T10:00:00.000+00:00' }],
  ['an upper-case hash', { body: leaf.body.toUpperCase() }],
  ['a member more', { note: 'x' }],
  ['a member less', { subject: undefined }],
  ['a number for a subject', { subject: 1 }],
  ['more than 1 KiB', { subject: 'x'.repeat(1024) }],
] as const) {
  test(`refused leaf: ${why}`, () => {
    const bad = { ...leaf, ...changed } as Leaf;
    assert.throws(() => encodeLeaf(bad), { code: 'entry' });
    assert.throws(() => decodeEntry(0, canonicalBytes(bad), null), { code: 'entry' });
  });
}

for (const [why, changed] of [
  ['a short nonce', { nonce: 'AAAA' }],
  ['a member more', { note: 'x' }],
  ['another version', { v: 2 }],
  ['no data', { data: null }],
  ['an occurred that is no time', { occurred: 'yesterday' }],
] as const) {
  test(`refused body: ${why}`, () => {
    const bytes = canonicalBytes({ ...body, ...changed });
    assert.throws(() => decodeEntry(0, encodeLeaf({ ...leaf, body: sha256Hex(bytes) }), bytes), {
      code: 'entry',
    });
  });
}

test('refused: a body that the leaf does not name, and one that is not canonical', () => {
  assert.throws(() => decodeEntry(0, encodeLeaf(leaf), encodeBody({ ...body, data: { reason: 'other' } })), {
    code: 'entry',
  });
  const spaced = utf8(JSON.stringify(body, null, 1));
  assert.throws(() => decodeEntry(0, encodeLeaf({ ...leaf, body: sha256Hex(spaced) }), spaced), {
    code: 'json',
  });
});

test('times have one spelling', () => {
  assert.ok(isTime('2026-12-31T23:59:59.999Z'));
  for (const bad of ['2026-12-31T24:00:00.000Z', '2026-12-31', '', 0, null, '+002026-12-31T23:59:59.999Z'])
    assert.ok(!isTime(bad));
});

test('a state digest follows live rows: events and what has ended leave it alone, a row more changes it', () => {
  const time = '2026-03-03T10:00:00.000Z';
  const before = stateDigest(emptyState(), time);
  const state = emptyState();
  state.tables.bootstrap.set('open', { open: true, entry: 0 });
  assert.notEqual(stateDigest(state, time), before);
  const ended = emptyState();
  ended.tables.credential.set('1', { credential: { notAfter: '2026-03-03T09:59:59.999Z' } } as never);
  ended.tables.probe.set('1', {} as never);
  assert.equal(stateDigest(ended, time), before);
  assert.notEqual(stateDigest(ended, '2026-03-03T09:59:59.999Z'), before);
});

test('a commitment opens with its own salt and value only', () => {
  const salt = new Uint8Array(16).fill(5);
  const opening = openingOf('Ada Lovelace', salt);
  assert.ok(checkOpening(opening));
  assert.ok(!checkOpening({ ...opening, value: 'Ada' }));
  assert.ok(!checkOpening({ ...opening, salt: 'AAAAAAAAAAAAAAAAAAAAAA' }));
  assert.throws(() => commit('x', new Uint8Array(15)), { code: 'commitment' });
});
