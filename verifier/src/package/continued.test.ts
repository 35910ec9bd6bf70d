/** Lies about the log before, told by whoever holds the new key: a `log.continued` entry proves what it says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromUtf8, hex } from '../index.ts';
import { formatCheckpoint, formatNote, formatVerifierKey, signNote, verifierKey } from '../note.ts';
import type { Entry, EntryData } from '../words/index.ts';
import { checkContinued } from './check-continued.ts';
import { createReporter } from './report.ts';
import { newSigner } from './testing/fixture.ts';

const INDEX = 40;
const before = newSigner();
const key = verifierKey('log.example/before', before.publicKey);
const root = new Uint8Array(32).fill(9);

function continued(size: number, edit: Partial<EntryData['log.continued']> = {}): EntryData['log.continued'] {
  const text = formatCheckpoint({ origin: key.name, size, root, extensions: [] });
  const checkpoint = fromUtf8(formatNote(signNote(text, key, before.sign)));
  const logKey = formatVerifierKey(key);
  const said = { origin: key.name, logKey, size, root: hex(root), checkpoint, kept: INDEX, reason: 'test' };
  return { ...said, ...edit };
}

async function judge(data: EntryData['log.continued']) {
  const reporter = createReporter();
  const entry = { index: INDEX, leaf: { kind: 'log.continued' }, body: { data } } as unknown as Entry;
  const rootAt = () => new Uint8Array(32).fill(1);
  const told = await reporter.run('continued', (findings) => checkContinued([entry], rootAt, findings));
  return { told, problems: reporter.problems.map(({ where, message }) => `${where}: ${message}`) };
}

test('what was lost is told with its sizes', async () => {
  const { told, problems } = await judge(continued(50));
  assert.deepEqual(problems, []);
  assert.deepEqual([told?.[0]?.size, told?.[0]?.kept, told?.[0]?.origin], [50, INDEX, key.name]);
});

const other = formatVerifierKey(verifierKey(key.name, newSigner().publicKey));
const lies: Array<[string, EntryData['log.continued'], RegExp]> = [
  ['a place that is not its own', continued(50, { kept: 39 }), /kept 39 entries and stands at 40/],
  ['a smaller loss than the note says', continued(50, { size: 41 }), /not the one that is told of/],
  ['another root than the note says', continued(50, { root: '00' }), /not the one that is told of/],
  ['a note that its key did not sign', continued(50, { logKey: other }), /not signed by its log/],
  ['another name than the key has', continued(50, { origin: 'log.example/x' }), /of another log/],
  ['no note at all', continued(50, { checkpoint: 'x' }), /note/],
  ['a tree before that is not the one that was kept', continued(30), /what was kept is not the log before/],
];
for (const [name, data, words] of lies) {
  test(`${name} is named`, async () => {
    const { problems } = await judge(data);
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? '', words);
    assert.match(problems[0] ?? '', /^entry 40: /);
  });
}
