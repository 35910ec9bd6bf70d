import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { of, readSource } from '../../testing/read.ts';
import { source } from './connector.ts';
import { mappingText } from './testing/double.ts';

async function read(
  t: TestContext,
  { text, mapping, name = 'rows.csv' }: { text: string; mapping: string; name?: string },
) {
  const folder = mkdtempSync(join(tmpdir(), 'import-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [file, by] = [join(folder, name), join(folder, 'mapping.yaml')];
  writeFileSync(file, text);
  writeFileSync(by, mapping);
  const all = await readSource(source, { settings: { file, mapping: by } });
  return { rows: of(all, 'rows', 'old registry'), claim: of(all, 'claim', 'old registry') };
}
const HEAD = 'id,name,ends,mail,unused\n';

describe('import', () => {
  it('maps rows: constants, moments, none where the mapping says so, persons as commitments', async (t) => {
    const text = `${HEAD}1,deploy,2027-01-31,anna@company.example,x\n2,=cmd|' /C calc'!A0,,,y\n`;
    const { rows, claim } = await read(t, { text, mapping: mappingText(2) });
    const [first, second] = rows.observed;
    assert.deepEqual([first?.naturalId, first?.label], ['token/1', 'deploy']);
    assert.equal(first?.attributes.expires, '2027-01-31T00:00:00.000Z');
    assert.equal(first?.attributes.kind, 'imported-token');
    assert.deepEqual(
      [second?.label, second?.attributes.expires, second?.attributes.owner],
      ["=cmd|' /C calc'!A0", null, undefined],
    );
    assert.deepEqual([rows.providerCount, rows.denied, rows.errors], [2, [], []]);
    assert.ok(!JSON.stringify([rows.committed, claim.committed]).includes('anna@'));
    assert.ok(!JSON.stringify(rows.committed).includes('unused'));
  });

  it('reads JSON too, and counts a row without an id, or with a moment that is none, as dropped', async (t) => {
    const list = [
      { id: 7, name: 'n', ends: null, mail: '' },
      { id: '', name: 'x', ends: '', mail: '' },
      { id: 8, name: 'y', ends: 'soon', mail: '' },
    ];
    const { rows } = await read(t, {
      text: JSON.stringify(list),
      mapping: mappingText(3),
      name: 'rows.json',
    });
    assert.deepEqual(
      rows.observed.map(({ naturalId }) => naturalId),
      ['token/7'],
    );
    assert.equal(rows.dropped, 2);
  });

  it('a file that does not claim to be whole is not', async (t) => {
    const { rows } = await read(t, { text: `${HEAD}1,a,,,\n`, mapping: mappingText(1, false) });
    assert.deepEqual(rows.denied, [
      { what: 'rest of `old registry`', why: 'the file does not claim to be complete' },
    ]);
  });

  it('a CSV that is cut or ragged is an error, and what came before it stands', async (t) => {
    for (const rest of ['2,b', '2,"b']) {
      const { rows } = await read(t, { text: `${HEAD}1,a,,,\n${rest}`, mapping: mappingText(2) });
      assert.deepEqual([rows.observed.length, rows.errors.length], [1, 1]);
    }
  });

  it('refuses a mapping that speaks of what is not there, and says of what', async (t) => {
    const good = mappingText(1);
    const text = `${HEAD}1,a,,,\n`;
    const { rows } = await read(t, { text, mapping: good.replace('owner: mail', 'owner: post') });
    assert.match(rows.thrown?.message ?? '', /there is no column `post` in the file/);
    const bad: Array<[string, RegExp]> = [
      [good.replace('owner: mail', 'colour: mail'), /`colour` is no standard attribute/],
      [good.replace('owner: mail', 'environment: mail'), /may not come from the personal column `mail`/],
      [`${good}more: 1\n`, /unknown key `more`/],
      [good.replace('complete: true', 'complete: perhaps'), /claim.complete/],
      [good.replace('{id}', 'id'), /names no column/],
      ['- no mapping', /mapping file/],
    ];
    for (const [mapping, message] of bad)
      await assert.rejects(read(t, { text, mapping }), { name: 'Error', message });
  });
});
