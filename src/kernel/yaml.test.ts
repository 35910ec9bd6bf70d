import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { readYaml, YamlGivenUp } from './yaml.ts';

const BYTES = 256 * 1024;

/** Each holds the parser for seconds where it may report as much as it likes. */
const FAULTY = ['}', '"\n', '*a ', '&a ', '"a"', '[a b]\n', '%a\n', '{a: 1}}\n', 'a: b: \n- '];

for (const piece of [...FAULTY, `[${','.repeat(50_000)}`, `"${'\\q'.repeat(50_000)}`])
  test(`a text full of faults is given up: ${JSON.stringify(piece.slice(0, 12))}`, () => {
    const text = piece.repeat(Math.ceil(BYTES / piece.length)).slice(0, BYTES);
    assert.throws(() => readYaml(text, 1, {}), YamlGivenUp);
  });

test('too many documents are given up at the first too many', () => {
  assert.equal(readYaml('---\na\n'.repeat(3), 3, {}).length, 3);
  assert.throws(() => readYaml('---\na\n'.repeat(4), 3, {}), { why: 'documents' });
});

test('otherwise it reads what the parser reads, and tells its faults', () => {
  for (const text of ['', 'a: 1\n', 'a: [1, 2\n', '--- a\n--- b\n', 'x: &a 1\ny: *a\n', '# only words\n']) {
    const [ours, theirs] = [readYaml(text, 10, {}), parseAllDocuments(text, { prettyErrors: false })];
    const faults = (documents: typeof ours) => documents.flatMap(({ errors }) => errors.map(String));
    const data = (documents: typeof ours) =>
      documents.map((document) => (document.errors.length > 0 ? 'faulty' : document.toJS()));
    assert.deepEqual(data(ours), data([...theirs] as typeof ours));
    assert.deepEqual(faults(ours), faults([...theirs] as typeof ours));
  }
});
