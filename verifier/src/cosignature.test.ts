import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { utf8 } from './bytes.ts';
import {
  cosignedMessage,
  encodeCosignature,
  formatWitnessKey,
  parseWitnessKey,
  verifyCosignatures,
  type WitnessKey,
  witnessKey,
} from './cosignature.ts';
import { formatNote, formatVerifierKey, type Note, parseNote, verifierKey } from './note.ts';

const TEXT = 'example.com/log\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n';

function newWitness(name: string) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32));
  const key = witnessKey(name, raw);
  const cosign = (timestamp: number, text = TEXT, as: WitnessKey = key) =>
    encodeCosignature(
      as,
      timestamp,
      new Uint8Array(sign(null, cosignedMessage(text, timestamp), privateKey)),
    );
  return { raw, key, cosign };
}

const one = newWitness('witness.example/one');
const two = newWitness('witness.example/two');
const noteOf = (...signatures: Note['signatures']): Note => parseNote(formatNote({ text: TEXT, signatures }));

test('a key string comes back as it was; a log key, another name and a cut key are refused', () => {
  const text = formatWitnessKey(one.key);
  assert.deepEqual(parseWitnessKey(text), one.key);
  const ofLog = formatVerifierKey(verifierKey(one.key.name, one.raw));
  for (const bad of [ofLog, text.replace('one', 'two'), text.slice(0, -4), '', 'a+b+c'])
    assert.throws(() => parseWitnessKey(bad), bad);
  assert.throws(() => witnessKey('with space', one.raw), { code: 'note' });
});

test('each key’s earliest cosignature is told, in the keys’ order; others’ are ignored', async () => {
  const stranger = newWitness(one.key.name);
  const note = noteOf(two.cosign(9), stranger.cosign(1), one.cosign(8), one.cosign(7));
  assert.deepEqual(await verifyCosignatures(note, [one.key, two.key]), [
    { key: one.key, timestamp: 7, signature: one.cosign(7) },
    { key: two.key, timestamp: 9, signature: two.cosign(9) },
  ]);
  assert.deepEqual(await verifyCosignatures(note, [newWitness('c').key]), []);
});

for (const [why, signature] of [
  ['over another checkpoint', one.cosign(7, TEXT.replace('3', '4'))],
  ['by another key under its name', two.cosign(7, TEXT, one.key)],
  [
    'with another time',
    { ...one.cosign(7), signature: one.cosign(7).signature.map((b, i) => (i === 7 ? 8 : b)) },
  ],
  ['that is a plain signature of a log', { ...one.cosign(7), signature: one.cosign(7).signature.slice(8) }],
  ['with a byte more', { ...one.cosign(7), signature: new Uint8Array([...one.cosign(7).signature, 0]) }],
  ['of a time that cannot be', one.cosign(2 ** 52)],
] as const) {
  test(`refused: a cosignature ${why}`, async () => {
    await assert.rejects(verifyCosignatures(noteOf(one.cosign(6), signature), [one.key]), { code: 'note' });
  });
}

test('no changed byte is accepted', async () => {
  const { signature, ...rest } = one.cosign(1_700_000_000);
  await fc.assert(
    fc.asyncProperty(fc.nat(signature.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
      const changed = signature.map((byte, i) => (i === at ? byte ^ by : byte));
      await assert.rejects(verifyCosignatures(noteOf({ ...rest, signature: changed }), [one.key]));
    }),
    { numRuns: 100 },
  );
});

test('the message is the specification’s', () => {
  assert.deepEqual(
    cosignedMessage('origin\n', 1679315147),
    utf8('cosignature/v1\ntime 1679315147\norigin\n'),
  );
});
