import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromUtf8, utf8 } from './bytes.ts';
import {
  formatCheckpoint,
  formatNote,
  formatVerifierKey,
  type Note,
  parseCheckpoint,
  parseNote,
  parseVerifierKey,
  signNote,
  verifierKey,
  verifyNote,
} from './note.ts';

function newKey(name: string) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  return { key: verifierKey(name, new Uint8Array(raw)), privateKey };
}
const signed = (
  text: string,
  { key, privateKey }: { key: ReturnType<typeof verifierKey>; privateKey: KeyObject },
) => signNote(text, key, (message) => new Uint8Array(sign(null, message, privateKey)));

// From the documentation of golang.org/x/mod/sumdb/note.
const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const PETER_NOTE = `If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`;

test('the note of the Go documentation verifies, and its key string is written the same again', async () => {
  const key = parseVerifierKey(PETER);
  assert.equal(formatVerifierKey(key), PETER);
  const note = parseNote(utf8(PETER_NOTE));
  assert.deepEqual(await verifyNote(note, [key]), [key]);
  assert.equal(fromUtf8(formatNote(note)), PETER_NOTE);
  await assert.rejects(verifyNote({ ...note, text: note.text.replace('your', 'our') }, [key]), {
    code: 'note',
  });
});

test('signatures by keys we do not know are ignored, sixteen and more of them', async () => {
  const ours = newKey('example.test/log');
  const note: Note = signed('text\n', ours);
  for (let i = 0; i < 20; i++) note.signatures.push(...signed('other\n', newKey(`witness${i}`)).signatures);
  const parsed = parseNote(formatNote(note));
  assert.equal(parsed.signatures.length, 21);
  assert.deepEqual(await verifyNote(parsed, [ours.key]), [ours.key]);
  assert.deepEqual(await verifyNote(parsed, [newKey('example.test/log').key]), []);
});

test('any text and any names come back as they were', () => {
  const name = fc.stringMatching(/^[a-z0-9./-]{1,20}$/);
  const lines = fc.array(fc.stringMatching(/^[ -~é—]{0,30}$/), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(lines, fc.array(name, { minLength: 1, maxLength: 4 }), (texts, names) => {
      const signatures = names.map((each) => ({
        name: each,
        keyId: new Uint8Array(4),
        signature: new Uint8Array(64),
      }));
      const note = { text: texts.map((text) => `${text}\n`).join(''), signatures };
      const bytes = formatNote(note);
      assert.deepEqual(parseNote(bytes), note);
      assert.throws(() => parseNote(new Uint8Array([...bytes, 0x20])), { code: 'note' });
      assert.throws(() => parseNote(new Uint8Array([...bytes, 0x0a])), { code: 'note' });
    }),
  );
});

for (const [why, text] of [
  ['no signature', 'text\n'],
  ['empty signature block', 'text\n\n'],
  ['missing last line feed', PETER_NOTE.slice(0, -1)],
  ['hyphen for dash', PETER_NOTE.replace('—', '-')],
  ['two spaces', PETER_NOTE.replace('— ', '—  ')],
  ['carriage returns', PETER_NOTE.replaceAll('\n', '\r\n')],
  ['control character', PETER_NOTE.replace('If', '\u0001')],
  ['signature of four bytes', PETER_NOTE.replace(/x08go[^\n]*/, 'x08gow==')],
  ['too many signatures', `t\n\n${'— a AAAAAAA=\n'.repeat(65)}`],
  ['too long', `${'x'.repeat(70_000)}${PETER_NOTE}`],
] as const) {
  test(`refused note: ${why}`, () => assert.throws(() => parseNote(utf8(text))));
}

test('refused keys: another algorithm, a key id of another name, a short key', () => {
  for (const text of [
    PETER.replace('+AR', '+BB'),
    PETER.replace('Neumann', 'Newman'),
    PETER.slice(0, -4),
    PETER.toUpperCase(),
    '',
    'a+b+c',
  ]) {
    assert.throws(() => parseVerifierKey(text), text);
  }
  assert.throws(() => verifierKey('with space', new Uint8Array(32)), { code: 'note' });
  assert.throws(() => verifierKey('a', new Uint8Array(31)), { code: 'note' });
});

test('checkpoint: round trip, extensions kept, other spellings refused', () => {
  const checkpoint = {
    origin: 'example.test/log',
    size: 12,
    root: new Uint8Array(32).fill(9),
    extensions: ['one'],
  };
  const text = formatCheckpoint(checkpoint);
  assert.deepEqual(parseCheckpoint(text), checkpoint);
  for (const bad of [
    text.replace('12', '012'),
    text.replace('12', '-1'),
    text.replace('12', '1e1'),
    text.replace('12', '9007199254740993'),
    text.replace('CQ', 'C'),
    `\n${text}`,
    text.slice(0, -1),
    `${text}\n`,
  ]) {
    assert.throws(() => parseCheckpoint(bad), bad);
  }
});
